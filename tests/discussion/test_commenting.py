"""Opening threads, answering, mending one's own words: who may, where it lands, who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.discussion import commenting
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.models import Comment, Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents import reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, Document, OutsideReviewer
from sopdesk.letters.models import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(change: Change, ana: User) -> OutsideReviewer:
    """Outside counsel."""
    return OutsideReviewer.objects.create(
        change=change,
        name="Olga Stern",
        email="olga@law.example",
        token_hash="a" * 64,
        expires_at=timezone.now() + timedelta(days=7),
        asked_by=ana,
    )


def test_a_thread_keeps_the_words_as_the_source_has_them(
    change: Change, ben: User, about: Callable[..., About]
) -> None:
    chosen_on_the_page = about("within 30 days of")
    thread = commenting.open_thread(change, author=ben, body="Sure?", about=chosen_on_the_page)
    assert (thread.quote, thread.section) == ("within **30 days** of", "Refund")
    assert (thread.before[-5:], thread.after) == ("Paid ", " the order.\n")
    assert [comment.body for comment in thread.comments.all()] == ["Sure?"]
    entry = Entry.objects.get(event=Event.THREAD_OPENED)
    assert (entry.actor_name, entry.facts["thread"]) == ("Ben Okafor", thread.pk)


def test_a_thread_may_be_about_the_change_the_document_or_words_taken_out(
    change: Change, refunds: Document, ben: User, about: Callable[..., About]
) -> None:
    whole = commenting.open_thread(change, author=ben, body="Why now?")
    document = commenting.open_thread(change, author=ben, body="Title?", about=About(refunds))
    old = commenting.open_thread(change, author=ben, body="Keep it.", about=about("14 days", side="old"))
    assert (whole.document, document.document, document.anchor) == (None, refunds, "")
    assert (old.side, old.quote, old.anchor) == ("old", "14 days", "refund")


def test_words_that_do_not_stand_there_are_refused_with_the_words(
    change: Change, ben: User, about: Callable[..., About]
) -> None:
    for wrong in (about("ninety years"), about("30 days", anchor="nowhere"), about("x" * 3000)):
        with pytest.raises(ChangeRefused):
            commenting.open_thread(change, author=ben, body="?", about=wrong)
    stranger = About(Document.objects.create(kind="sop", key="SOP-0099", owner=ben, created_by=ben))
    with pytest.raises(ChangeRefused, match="not part of the change"):
        commenting.open_thread(change, author=ben, body="?", about=stranger)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("who", ["dev", "eve", "finn", "gia"])
def test_who_may_not_read_changes_says_nothing_in_them(
    change: Change, thread: Thread, cast: dict[str, User], who: str
) -> None:
    with pytest.raises(PermissionDenied):
        commenting.open_thread(change, author=cast[who], body="Hi")
    with pytest.raises(PermissionDenied):
        commenting.reply(thread, author=cast[who], body="Hi")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("body", ["", "  \n", "x" * 4001, "Bad \u202e text"])
def test_a_comment_says_something_sound_and_not_too_much(thread: Thread, ana: User, body: str) -> None:
    with pytest.raises(ChangeRefused):
        commenting.reply(thread, author=ana, body=body)


def test_a_closed_change_is_not_talked_about_any_more(change: Change, thread: Thread, ana: User) -> None:
    reviewing.withdraw(change, actor=ana)
    for verb in (
        lambda: commenting.reply(thread, author=ana, body="Late"),
        lambda: commenting.open_thread(change, author=ana, body="Late"),
        lambda: commenting.edit_comment(thread.comments.get(), actor=thread.by, body="Late"),
    ):
        with pytest.raises(ChangeRefused, match="withdrawn"):
            verb()


def test_a_button_pressed_twice_posts_once(
    change: Change, thread: Thread, ben: User, about: Callable[..., About]
) -> None:
    again = commenting.open_thread(change, author=ben, body="Why so long?", about=about("30 days"))
    first = commenting.reply(thread, author=ben, body="Anyone?")
    second = commenting.reply(thread, author=ben, body="Anyone?")
    assert (again, second) == (thread, first)
    assert Comment.objects.count() == 2


def test_one_mends_ones_own_words_only_and_the_earlier_ones_are_kept(
    thread: Thread, ana: User, ben: User
) -> None:
    comment = thread.comments.get()
    with pytest.raises(PermissionDenied):
        commenting.edit_comment(comment, actor=ana, body="Mine now")
    mended = commenting.edit_comment(comment, actor=ben, body="Why **so** long?")
    assert mended.edited_at is not None
    assert "<strong>so</strong>" in mended.html
    assert [each.body for each in comment.history.all()] == ["Why **so** long?", "Why so long?"]
    assert [each.history_user for each in comment.history.all()] == [ben, ben]


def test_a_comment_has_no_headings_and_no_scripts(thread: Thread, ana: User) -> None:
    said = commenting.reply(thread, author=ana, body="## Verify {#verify}\n\n<script>alert(1)</script>")
    assert "<h2" not in said.html
    assert "id=" not in said.html
    assert "<script" not in said.html
    assert "<strong>Verify</strong>" in said.html


def test_an_outside_reviewer_comments_on_their_change_while_the_link_lasts(
    change: Change, thread: Thread, olga: OutsideReviewer, about: Callable[..., About]
) -> None:
    said = commenting.reply(thread, author=olga, body="Section 4 says 14.")
    assert (said.author, said.by) == (None, olga)
    held = commenting.open_thread(change, author=olga, body="Not lawful.", about=about(), must_resolve=True)
    assert held.must_resolve
    assert Entry.objects.filter(event=Event.THREAD_OPENED).first().actor_name == "Olga Stern (outside)"
    with pytest.raises(ChangeRefused, match="outside"):
        commenting.open_thread(change, author=olga, about=about("30 days"), replacement="14 days")
    olga.revoked_at = timezone.now()
    with pytest.raises(PermissionDenied):
        commenting.reply(thread, author=olga, body="Still here?")


def test_an_outside_reviewer_of_another_change_is_refused(
    change: Change, olga: OutsideReviewer, ana: User
) -> None:
    other = Change.objects.create(title="Other")
    with pytest.raises(PermissionDenied):
        commenting.open_thread(other, author=olga, body="Hello")


def test_who_is_named_and_whose_thread_it_is_are_told_once_a_sitting(
    thread: Thread, ana: User, ben: User, carla: User
) -> None:
    Letter.objects.all().delete()
    commenting.reply(thread, author=ana, body="@Carla Weiss, is 30 lawful?")
    commenting.reply(thread, author=ana, body="@Carla Weiss, and 60?")
    to = sorted(Letter.objects.values_list("to", flat=True))
    assert to == [ben.email, carla.email]
    letter = Letter.objects.get(to=carla.email)
    assert "Ana Lim mentioned you" in letter.subject
    assert f"/changes/{thread.change_id}/threads/{thread.pk}" in letter.body
    assert "> @Carla Weiss, is 30 lawful?" in letter.body


def test_nobody_is_told_of_their_own_words_or_of_what_they_may_not_read(
    thread: Thread, ana: User, ben: User, dev: User
) -> None:
    Letter.objects.all().delete()
    said = commenting.reply(thread, author=ben, body="@Ben Okafor and @Dev Nair, look")
    assert set(said.mentioned.all()) == {ben}
    assert list(Letter.objects.values_list("to", flat=True)) == [ana.email]


def test_a_quote_without_a_section_is_looked_for_in_the_whole_draft(
    change: Change, refunds: Document, ben: User
) -> None:
    words = Quote("the order number")
    thread = commenting.open_thread(change, author=ben, body="Which?", about=About(refunds, quote=words))
    assert thread.anchor == "verify"
