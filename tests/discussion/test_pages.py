"""The pages of a discussion: what they show, what they keep, what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sopdesk.accounts.models import User
from sopdesk.discussion import commenting, resolving, suggesting
from sopdesk.discussion.models import Comment, Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import Change, ChangeItem

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(change: Change, rest: str = "") -> str:
    return f"/changes/{change.pk}{rest}"


def new(thread_words: str, item: ChangeItem, **typed: str) -> dict[str, str]:
    return {"document": str(item.document_id), "anchor": "refund", "quote": thread_words, **typed}


def test_a_thread_stands_under_its_section_and_in_the_panel(
    change: Change, thread: Thread, suggestion: Thread, as_person: Any, ana: User
) -> None:
    shown = as_person(ana).get(page(change)).content.decode()
    section = shown[shown.index("-refund") : shown.index("Discussion of the whole")]
    assert f'id="thread-{thread.pk}"' in section
    assert "Why so long?" in section
    assert '<del><span class="visually-hidden">removed: </span>30</del>' in section
    assert "Accept the words" in section
    assert f'href="#thread-{thread.pk}"' in shown[shown.index('id="talk-panel"') :]


def test_a_reviewer_may_ask_for_what_an_author_asked_for(
    change: Change, thread: Thread, as_person: Any, ana: User, ben: User
) -> None:
    resolving.demand(thread, actor=ana)
    asking = f"/threads/{thread.pk}/demand"
    assert asking in as_person(ben).get(page(change)).content.decode()
    assert asking not in as_person(ana).get(page(change)).content.decode()
    as_person(ben).post(page(change, asking))
    assert Thread.objects.get(pk=thread.pk).must_by == ben
    assert asking not in as_person(ben).get(page(change)).content.decode()


def test_a_comment_is_posted_and_shown_without_scripts(
    change: Change, draft: ChangeItem, as_person: Any, ben: User
) -> None:
    browser = as_person(ben)
    form = browser.get(page(change, f"/threads/new?document={draft.document_id}&anchor=refund"))
    assert "Paid within **30 days** of the order." in form.content.decode()
    answer = browser.post(page(change, "/threads/new"), new("30 days", draft, body="Why?", back=page(change)))
    thread = Thread.objects.get()
    assert answer.url == page(change, f"#thread-{thread.pk}")
    assert "Who it concerns is told" in browser.get(answer.url).content.decode()


def test_htmx_gets_the_place_with_the_thread_and_the_panel_beside_it(
    change: Change, draft: ChangeItem, as_person: Any, ben: User
) -> None:
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{page(change)}"}
    answer = as_person(ben).post(
        page(change, "/threads/new"), new("30 days", draft, body="Why?"), headers=headers
    )
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in shown
    assert shown.index('id="thread-') < shown.index('hx-swap-oob="true"')
    alone = as_person(ben).post(page(change, "/threads/new"), new("", draft, body="And?"), headers=HTMX)
    assert "hx-swap-oob" not in alone.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_typed_is_kept_when_the_words_are_gone(
    change: Change, draft: ChangeItem, as_person: Any, ben: User, headers: dict[str, str]
) -> None:
    typed = new("ninety days", draft, body="An hour of thinking.", suggest="on", replacement="21 days")
    answer = as_person(ben).post(page(change, "/threads/new"), typed, headers=headers)
    shown = answer.content.decode()
    assert answer.status_code == (422 if headers else 409)
    assert "“ninety days” do not stand there" in shown
    assert "An hour of thinking." in shown
    assert ">\n21 days</textarea>" in shown


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_reply_that_came_too_late_is_kept(
    change: Change, thread: Thread, as_person: Any, ana: User, ben: User, headers: dict[str, str]
) -> None:
    reviewing.withdraw(change, actor=ana)
    answer = as_person(ben).post(
        page(change, f"/threads/{thread.pk}/reply"), {"body": "Late words."}, headers=headers
    )
    assert answer.status_code == (422 if headers else 409)
    assert "its discussion can only be read" in answer.content.decode()
    assert "Late words." in answer.content.decode()


def test_a_closed_discussion_is_read_only_and_stays(
    change: Change, thread: Thread, as_person: Any, ana: User
) -> None:
    reviewing.withdraw(change, actor=ana)
    shown = as_person(ana).get(page(change)).content.decode()
    assert "Why so long?" in shown
    for offer in ("Reply", "Resolve", "talk-open"):
        assert offer not in shown[shown.index('id="thread-') :]


def test_each_verb_goes_back_to_the_thread(change: Change, thread: Thread, as_person: Any, ben: User) -> None:
    browser = as_person(ben)
    for verb in ("demand", "lift", "resolve", "reopen"):
        answer = browser.post(page(change, f"/threads/{thread.pk}/{verb}"), {"back": "//evil.example/x"})
        assert (verb, answer.status_code, answer.url) == (verb, 302, page(change, f"#thread-{thread.pk}"))
    kept = browser.post(
        page(change, f"/threads/{thread.pk}/resolve"), {"back": page(change, "/threads?show=mine")}
    )
    assert kept.url == page(change, f"/threads?show=mine#thread-{thread.pk}")
    again = browser.post(page(change, f"/threads/{thread.pk}/resolve"))
    assert again.status_code == 409
    assert "settled meanwhile" in again.content.decode()


def test_a_suggestion_is_accepted_with_one_press_and_the_page_says_what_follows(
    change: Change, suggestion: Thread, as_person: Any, ana: User, ben: User
) -> None:
    browser = as_person(ana)
    answer = browser.post(page(change, f"/threads/{suggestion.pk}/accept"), follow=True)
    assert "the words stand in the draft now" in answer.content.decode()
    assert (
        "Accepted by Ana Lim" in answer.content.decode().replace("\n", " ")
        or "accepted by Ana Lim" in answer.content.decode()
    )


def test_one_that_no_longer_fits_says_so_instead_of_a_button(
    change: Change, draft: ChangeItem, suggestion: Thread, as_person: Any, ana: User
) -> None:
    item = ChangeItem.objects.get(pk=draft.pk)
    editing.save_draft(item, revision=item.revision, actor=ana, body=item.body.replace("30 days", "a month"))
    shown = as_person(ana).get(page(change)).content.decode()
    assert "No longer fits" in shown
    assert "the words have changed" in shown


def test_the_list_filters_and_counts(
    change: Change, thread: Thread, suggestion: Thread, as_person: Any, ana: User, ben: User
) -> None:
    resolving.resolve(thread, actor=ana)
    browser = as_person(ana)
    listed = {
        show: [
            each.thread.pk for each in browser.get(page(change, f"/threads?show={show}")).context["listed"]
        ]
        for show in ("open", "holding", "settled", "mine", "shown", "nonsense")
    }
    assert listed == {
        "open": [suggestion.pk], "holding": [], "settled": [thread.pk], "mine": [],
        "shown": [thread.pk, suggestion.pk], "nonsense": [suggestion.pk],
    }  # fmt: skip
    assert len(as_person(ben).get(page(change, "/threads?show=mine")).context["listed"]) == 2


def test_who_is_named_finds_the_thread_among_their_own(
    thread: Thread, as_person: Any, ana: User, carla: User
) -> None:
    commenting.reply(thread, author=ana, body="@Carla Weiss?")
    assert len(as_person(carla).get(page(thread.change, "/threads?show=mine")).context["listed"]) == 1


def test_people_are_offered_by_name(as_person: Any, ana: User, ben: User, dev: User) -> None:
    browser = as_person(ana)
    offered = browser.get("/changes/people?q=b").json()
    assert offered == {"people": [{"name": "Ben Okafor", "write": "Ben Okafor"}]}
    assert browser.get("/changes/people?q=de").json() == {"people": []}


def test_anothers_comment_is_not_there_to_edit(thread: Thread, as_person: Any, ana: User, ben: User) -> None:
    url = page(thread.change, f"/comments/{thread.comments.get().pk}/edit")
    assert as_person(ana).get(url).status_code == 404
    browser = as_person(ben)
    assert browser.post(url, {"body": " "}).status_code == 422
    assert browser.post(url, {"body": "Why?"}).url == page(thread.change, f"#thread-{thread.pk}")
    assert "edited" in browser.get(page(thread.change)).content.decode()


def test_the_checks_name_what_must_be_resolved_with_the_way_to_it(
    change: Change, thread: Thread, as_person: Any, ben: User
) -> None:
    resolving.demand(thread, actor=ben)
    shown = as_person(ben).get(page(change)).content.decode()
    finding = shown[shown.index("Ben Okafor asks to resolve first") :]
    assert f'<a href="/changes/{change.pk}#thread-{thread.pk}">' in finding[:400]


def test_the_editor_lists_the_open_threads_with_their_lines(
    change: Change, draft: ChangeItem, suggestion: Thread, as_person: Any, ana: User
) -> None:
    shown = as_person(ana).get(page(change, f"/items/{draft.pk}")).content.decode()
    assert 'data-line="7"' in shown
    assert 'data-quote="30 days"' in shown


def cost(browser: Client, url: str) -> int:
    cache.clear()
    assert browser.get(url).status_code == 200
    with CaptureQueriesContext(connection) as taken:
        browser.get(url)
    return len(taken)


@pytest.mark.parametrize("rest", ["", "/threads?show=shown"])
def test_two_hundred_threads_cost_as_many_queries_as_one(
    change: Change,
    thread: Thread,
    about: Callable[..., About],
    as_person: Any,
    ana: User,
    ben: User,
    rest: str,
) -> None:
    commenting.reply(thread, author=ana, body="@Ben Okafor see [[sop:SOP-0001]].")
    suggesting.reject(
        commenting.open_thread(change, author=ben, about=about("Paid"), replacement="Sent"),
        actor=ana,
        why="No.",
    )
    browser = as_person(ana)
    one = cost(browser, page(change, rest))
    for copy in range(200):
        more = Thread.objects.get(pk=thread.pk)
        more.pk, more.anchor = None, ("refund", "verify", "")[copy % 3]
        more.save(force_insert=True)
        Comment.objects.create(thread=more, author=(ana, ben)[copy % 2], body="More.", html="<p>More.</p>")
    assert cost(browser, page(change, rest)) == one
