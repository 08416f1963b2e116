"""Writing in a browser: without a mouse, without JavaScript, two at once, and with a preview that keeps up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Request, Route, expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing
from sopdesk.documents.models import ChangeItem, Document, Version
from tests import factories
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    return editing.start_change(refunds, actor=ana)


def address(item: ChangeItem) -> str:
    return reverse("changes:item_edit", args=[item.change_id, item.pk])


def test_an_author_edits_saves_and_proposes_without_a_mouse(
    sit_down: SitDown, ana: User, refunds: Document
) -> None:
    page = sit_down(ana).page
    page.goto("/sops/SOP-0001")
    page.get_by_role("button", name="Edit in a draft").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Title").focus()
    text = page.get_by_label("Text (Markdown)")
    for _stop in range(8):  # outline with its two buttons, help, toolbar
        if text.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(text).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n## Typed {#typed}\n\nBy hand.\n")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("By hand.")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(text).not_to_be_focused()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").filter(has_text="Draft saved")).to_contain_text(
        "In force: v1, untouched"
    )
    page.get_by_role("button", name="Propose this change…").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes/*")
    page.get_by_text("Propose this change…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Propose this change").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Proposed")
    assert "By hand." in ChangeItem.objects.latest("pk").body


def test_everything_from_edit_to_publish_works_without_javascript(
    sit_down: SitDown, ana: User, ben: User, refunds: Document
) -> None:
    author, reviewer = (sit_down(person, java_script_enabled=False).page for person in (ana, ben))
    author.goto("/sops/SOP-0001")
    author.get_by_role("button", name="Edit in a draft").click()
    author.get_by_label("Text (Markdown)").fill("## Refund {#refund}\n\nWithin 60 days.\n")
    author.get_by_role("button", name="Save the draft").click()
    expect(author.get_by_role("region", name="Preview")).to_contain_text("Within 60 days.")
    author.get_by_role("link", name="Back to the change").click()
    author.get_by_text("Propose this change…").click()
    author.get_by_role("button", name="Propose this change").click()
    reviewer.goto(author.url)
    reviewer.get_by_text("Request changes…").click()
    reviewer.get_by_label("What should be changed").fill("Say why.")
    reviewer.get_by_role("button", name="Send back with this note").click()
    author.goto(author.url)
    expect(author.get_by_role("complementary")).to_contain_text("Say why.")
    author.get_by_text("Propose this change…").click()
    author.get_by_role("button", name="Propose this change").click()
    reviewer.goto(author.url)
    reviewer.get_by_role("link", name="Side by side").click()
    reviewer.locator("summary", has_text="Approve exactly this").click()
    reviewer.get_by_label("It is material").check()
    reviewer.get_by_label("Your password").fill(factories.PASSWORD)
    reviewer.get_by_role("button", name="Approve exactly this", exact=True).click()
    reviewer.get_by_role("button", name="Publish now").click()
    expect(reviewer.locator("#messages")).to_contain_text("Published")
    assert "60 days" in Version.objects.in_force().get(document=refunds).body


def test_two_who_write_at_once_lose_nothing(
    sit_down: SitDown, ana: User, hal: User, draft: ChangeItem
) -> None:
    hal.roles = ["author"]
    hal.save()
    first, second = sit_down(ana).page, sit_down(hal).page
    for page in (first, second):
        page.goto(address(draft))
    first.get_by_label("Text (Markdown)").fill("Hers: thirty days.")
    first.get_by_role("button", name="Save the draft").click()
    second.get_by_label("Text (Markdown)").fill("His: forty days.")
    second.get_by_role("button", name="Save the draft").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("Somebody saved this draft")
    expect(second.get_by_label("Their text, stored")).to_have_value("Hers: thirty days.")
    expect(second.get_by_label("Your text, not stored yet")).to_have_value("His: forty days.")
    assert ChangeItem.objects.get(pk=draft.pk).body == "Hers: thirty days."
    second.get_by_role("button", name="Save mine over theirs").click()
    expect(second.locator("#messages")).to_contain_text("Draft saved")
    assert ChangeItem.objects.get(pk=draft.pk).body == "His: forty days."
    assert draft.change.authors.count() == 2


def test_previews_never_pile_up_and_stay_where_they_were(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    page = sit_down(ana).page
    page.goto(address(draft))
    preview = page.get_by_role("region", name="Preview")
    under_way: list[Route] = []
    given_up: list[Request] = []
    page.on("requestfailed", lambda request: given_up.append(request))
    page.route("**/preview", lambda route: under_way.append(route))
    text = page.get_by_label("Text (Markdown)")
    for n in range(4):
        text.fill(f"Typing {n}\n\n" + "Line.\n\n" * 200)
        page.wait_for_timeout(600)
    assert (len(under_way), len(given_up)) == (4, 3)
    under_way[-1].continue_()
    expect(preview).to_contain_text("Typing 3")
    page.unroute("**/preview")
    preview.evaluate("pane => { pane.scrollTop = 500 }")
    text.fill("Typing more\n\n" + "Line.\n\n" * 200)
    expect(preview).to_contain_text("Typing more")
    assert preview.evaluate("pane => pane.scrollTop") == 500


def test_what_is_wrong_is_said_politely_and_saving_still_keeps_the_text(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    page = sit_down(ana).page
    page.goto(address(draft))
    page.get_by_label("Text (Markdown)").fill("Bad \u202e text")
    said = page.locator("#preview-said")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("1 problem stops saving")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert").first).to_contain_text("What you typed is still here")
    expect(page.locator("textarea[name=body]")).to_have_value("Bad \u202e text")


def test_a_session_that_ended_while_writing_loses_no_word(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    page = seat.page
    page.goto(address(draft))
    seat.context.clear_cookies()
    page.get_by_label("Text (Markdown)").fill("Words that took an hour.")
    expect(page.locator("[data-status]")).to_contain_text("your session is over")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session is over")
    expect(page.locator("textarea").filter(has_text="took an hour")).to_have_value("Words that took an hour.")


def test_leaving_with_unsaved_words_asks_first(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    page = sit_down(ana).page
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.goto(address(draft))
    page.get_by_role("link", name="Back to the change").click()
    page.wait_for_url("**/changes/*")
    assert asked == []
    page.goto(address(draft))
    page.get_by_label("Text (Markdown)").press_sequentially("words")
    page.get_by_role("link", name="Back to the change").click()
    page.wait_for_url("**/changes/*")
    assert asked == ["beforeunload"]


def test_the_panes_fill_the_window(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    page = sit_down(ana).page
    page.goto(address(draft))
    text, preview = page.locator(".editor-box").bounding_box(), page.locator("#preview").bounding_box()
    actions = page.get_by_role("button", name="Save the draft").bounding_box()
    assert text is not None
    assert preview is not None
    assert actions is not None
    assert text["height"] > 250
    assert preview["height"] > 300
    assert actions["y"] + actions["height"] <= 900
