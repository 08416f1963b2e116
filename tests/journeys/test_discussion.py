"""Talking about a change in a browser: words chosen, answered, resolved, replaced; with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.models import Comment, Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import ChangeItem, Document
from tests.axe import PHONE
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


CHOOSE = """words => {
  const nodes = [], starts = [];
  let text = "";
  const walker = document.createTreeWalker(document.querySelector(".page-content"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("[data-talk], del, .visually-hidden, template")) continue;
    nodes.push(node);
    starts.push(text.length);
    text += node.data;
  }
  const at = text.indexOf(words);
  if (at < 0) return false;
  const holding = (place) => starts.findLastIndex(start => start <= place);
  const first = holding(at), last = holding(at + words.length - 1);
  for (let fold = nodes[first].parentElement.closest("details"); fold; fold = fold.parentElement.closest("details"))
    fold.open = true;
  nodes[first].parentElement.scrollIntoView({ block: "center" });
  getSelection().setBaseAndExtent(nodes[first], at - starts[first], nodes[last], at + words.length - starts[last]);
  return true;
}"""
"""Choose words of the difference, as they read without what was taken out."""


@pytest.fixture
def item(refunds: Document, ana: User) -> ChangeItem:
    """Ana's change: 30 days instead of 14, in review."""
    draft = editing.start_change(refunds, actor=ana)
    body = draft.body.replace("14 days", "**30 days**").replace("coins.", "coins and gifts.")
    draft = editing.save_draft(draft, revision=draft.revision, actor=ana, body=body)
    reviewing.propose(draft.change, actor=ana)
    return draft


def address(item: ChangeItem) -> str:
    return f"/changes/{item.change_id}"


def select(page: Page, words: str) -> None:
    """As somebody with a mouse or with the keyboard would."""
    found = page.evaluate(CHOOSE, words)
    assert found, f"“{words}” is not on the page"


def open_on(page: Page, words: str) -> None:
    select(page, words)
    page.get_by_role("button", name=f"Comment on “{words}”").click()
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_words_are_chosen_commented_answered_and_resolved(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem, viewport: dict[str, int] | None
) -> None:
    size = {"viewport": viewport} if viewport else {}
    reviewer, author = sit_down(ben, **size).page, sit_down(ana, **size).page
    reviewer.goto(address(item))
    open_on(reviewer, "30 days")
    expect(reviewer.locator(".talk-form blockquote")).to_have_text("30 days")
    reviewer.get_by_label("Comment", exact=True).fill("Why so long?")
    reviewer.keyboard.press("Control+Enter")
    thread = reviewer.get_by_role("article", name="Thread by Ben Okafor")
    expect(thread).to_be_focused()
    expect(thread).to_contain_text("Why so long?")
    expect(reviewer.locator("#talk-panel .count")).to_have_text("1")
    author.goto(address(item))
    answered = author.get_by_role("article", name="Thread by Ben Okafor")
    answered.get_by_text("Reply", exact=True).click()
    author.get_by_label("Your reply").fill("The **bank** needs it.")
    author.get_by_role("button", name="Send the reply").click()
    expect(answered).to_contain_text("The bank needs it.")
    answered.get_by_role("button", name="Resolve", exact=True).click()
    expect(author.locator("#talk-panel")).to_contain_text("Everything is resolved.")
    expect(answered.locator("summary").first).to_contain_text("resolved")
    stored = Thread.objects.get()
    assert (stored.quote, stored.anchor, stored.outcome) == ("30 days", "verify", "resolved")


def test_an_edit_is_suggested_and_accepted_with_one_press(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    reviewer = sit_down(ben).page
    reviewer.goto(address(item))
    open_on(reviewer, "30 days")
    reviewer.get_by_label("Suggest other words").check()
    reviewer.get_by_label("Write instead").fill("21 days")
    reviewer.get_by_role("button", name="Post the comment").click()
    expect(reviewer.locator(".thread-suggestion")).to_contain_text("21")
    seat = sit_down(ana)
    author = seat.page
    author.goto(address(item))
    author.get_by_role("button", name="Accept the words").click()
    expect(author.locator("#messages")).to_contain_text("the words stand in the draft now")
    assert "The refund window is **21 days**." in ChangeItem.objects.get(pk=item.pk).body
    assert ben in item.change.authors.all()


def test_what_must_be_resolved_stands_among_the_checks(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    page = sit_down(ben).page
    page.goto(address(item))
    open_on(page, "Ask for the receipt.")
    page.get_by_label("Comment", exact=True).fill("Not allowed.")
    page.get_by_label("Must be resolved before approval").check()
    page.get_by_role("button", name="Post the comment").click()
    expect(page.locator(".checks")).to_contain_text("Ben Okafor asks to resolve first")
    page.locator("article").get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator(".checks")).not_to_contain_text("asks to resolve first")


def test_everything_works_by_keyboard_and_a_cancelled_form_goes_away(
    sit_down: SitDown, ben: User, item: ChangeItem
) -> None:
    page = sit_down(ben).page
    page.goto(address(item))
    link = page.get_by_role("link", name="Comment on the section Verify the owner")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".talk-form")).to_have_count(0)
    expect(link).to_be_focused()
    select(page, "30 days")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".talk-form blockquote")).to_have_text("30 days")
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type("By keyboard.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("article")).to_contain_text("By keyboard.")


def test_a_name_is_completed_after_an_at(sit_down: SitDown, ana: User, ben: User, item: ChangeItem) -> None:
    page = sit_down(ben).page
    page.goto(address(item))
    open_on(page, "30 days")
    page.keyboard.type("Look, @An")
    option = page.locator("#mention-list").get_by_role("option", name="Ana Lim")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Look, @Ana Lim ")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("article").locator("strong")).to_have_text("@Ana Lim")
    assert list(Comment.objects.get().mentioned.all()) == [ana]


def test_keys_go_from_thread_to_thread_and_links_open_what_is_folded(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    threads = [
        commenting.open_thread(
            item.change, author=ben, body=words, about=About(item.document, anchor, Quote(""))
        )
        for words, anchor in (("One.", "purpose"), ("Two.", "escalate"))
    ]
    page = sit_down(ana).page
    page.goto(address(item))
    for thread in (*threads, threads[0]):
        page.keyboard.press("j")
        expect(page.locator(f"#thread-{thread.pk}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#thread-{threads[1].pk}")).to_be_focused()
    page.goto(f"{address(item)}?view=side#thread-{threads[1].pk}")
    expect(page.locator(f"#thread-{threads[1].pk}")).to_be_in_viewport()


def test_comments_and_suggestions_work_without_javascript(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    reviewer, author = (sit_down(person, java_script_enabled=False).page for person in (ben, ana))
    reviewer.goto(address(item))
    reviewer.get_by_role("link", name="Comment on the section Verify the owner").click()
    expect(reviewer.locator("pre")).to_contain_text("The refund window is **30 days**.")
    reviewer.get_by_label("About these words").fill("thirty days")
    reviewer.get_by_label("Comment", exact=True).fill("Too long.")
    reviewer.get_by_label("Suggest other words").check()
    reviewer.get_by_label("Write instead").fill("21 days")
    reviewer.get_by_role("button", name="Post the comment").click()
    expect(reviewer.get_by_role("alert")).to_contain_text("do not stand there")
    expect(reviewer.get_by_label("Write instead")).to_have_value("21 days")
    reviewer.get_by_label("About these words").fill("30 days")
    reviewer.get_by_role("button", name="Post the comment").click()
    expect(reviewer.locator("#messages")).to_contain_text("Your comment stands")
    author.goto(address(item))
    author.locator("article").get_by_text("Reply", exact=True).click()
    author.get_by_label("Your reply").fill("Agreed.")
    author.get_by_role("button", name="Send the reply").click()
    expect(author.locator("article")).to_contain_text("Agreed.")
    author.get_by_role("button", name="Accept the words").click()
    expect(author.locator("#messages")).to_contain_text("stand in the draft now")


def test_a_reply_to_what_was_closed_meanwhile_is_not_lost(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    commenting.open_thread(item.change, author=ben, body="Why?")
    page = sit_down(ben).page
    page.goto(address(item))
    page.locator("article").get_by_text("Reply", exact=True).click()
    page.get_by_label("Your reply").fill("Words of an hour.")
    reviewing.withdraw(item.change, actor=ana)
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_role("alert")).to_contain_text("can only be read")
    expect(page.get_by_label("What you typed, not posted")).to_have_value("Words of an hour.")


def test_every_page_of_it_is_accessible(sit_down: SitDown, ana: User, ben: User, item: ChangeItem) -> None:
    words = About(item.document, "verify", Quote("30 days"))
    thread = commenting.open_thread(item.change, author=ben, body="Why?", about=words, must_resolve=True)
    commenting.open_thread(item.change, author=ben, about=words, replacement="21 days")
    own = commenting.reply(thread, author=ana, body="> quoted\n\n- a list\n\n`code` and **bold**")
    seat = sit_down(ana)
    new = f"/threads/new?document={item.document_id}&anchor=verify"
    for rest in (
        "",
        "/threads",
        f"/threads/{thread.pk}",
        new,
        f"/comments/{own.pk}/edit",
    ):
        seat.page.goto(address(item) + rest)
        seat.assert_accessible()
    seat.page.goto(address(item))
    open_on(seat.page, "30 days")
    seat.page.get_by_label("Suggest other words").check()
    seat.page.get_by_label("Comment", exact=True).press_sequentially("@B")
    expect(seat.page.locator("#mention-list").get_by_role("option", name="Ben Okafor")).to_be_visible()
    seat.assert_accessible()


def test_a_suggestion_is_accepted_beside_the_editor(
    sit_down: SitDown, ana: User, ben: User, item: ChangeItem
) -> None:
    words = About(item.document, "verify", Quote("30 days"))
    commenting.open_thread(item.change, author=ben, about=words, replacement="21 days")
    page = sit_down(ana).page
    page.goto(f"{address(item)}/items/{item.pk}")
    thread = page.locator("[data-editor-thread]")
    thread.get_by_role("link", name="Go to line 7").click()
    expect(page.locator(".cm-content")).to_be_focused()
    thread.get_by_role("button", name="Accept the words").click()
    expect(page.locator("#messages")).to_contain_text("stand in the draft now")
    expect(page.locator(".cm-content")).to_contain_text("21 days")
    expect(thread).to_have_count(0)
