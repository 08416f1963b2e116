"""What a writer types is stored or handed back, and never ends in an error page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change, ChangeItem, Document

AsPerson = Any
pytestmark = pytest.mark.django_db


def edit_url(item: ChangeItem) -> str:
    return reverse("changes:item_edit", args=[item.change_id, item.pk])


def typed(item: ChangeItem, **fields: Any) -> dict[str, Any]:
    """What the editor's form sends for a draft."""
    sent = {"revision": item.revision, "title": item.title, "body": item.body, "audience": "internal"}
    return {**sent, "data-risk": "medium", "data-labels": "", "data-topics": "", **fields}


@pytest.fixture
def desk(ana: User, as_person: AsPerson) -> Client:
    """Ana's browser."""
    browser: Client = as_person(ana)
    return browser


def test_saving_keeps_the_text_and_goes_on_editing(desk: Client, draft: ChangeItem) -> None:
    answer = desk.post(edit_url(draft), typed(draft, body="## Verify\r\n\r\nWithin 60 days.\r\n"))
    assert answer.status_code == 302
    assert answer["Location"] == edit_url(draft)
    draft.refresh_from_db()
    assert draft.body == "## Verify\n\nWithin 60 days.\n"


def test_saving_and_seeing_goes_to_the_change(desk: Client, draft: ChangeItem) -> None:
    answer = desk.post(edit_url(draft), typed(draft, body="New.", review="1"))
    assert answer["Location"] == reverse("changes:read", args=[draft.change_id])


MARK = "my own precious words"
BAD: dict[str, dict[str, Any]] = {
    "a title too long": {"title": "t" * 201, "body": MARK},
    "no title": {"title": "", "body": MARK},
    "a NUL in the title": {"title": "a\x00b", "body": MARK},
    "a NUL in the text": {"body": f"{MARK}\x00"},
    "a text too long": {"body": f"{MARK} " + "word " * 45_000},
    "an unknown audience": {"audience": "martians", "body": MARK},
    "teams without a team": {"audience": "teams", "body": MARK},
    "an unknown team": {"audience": "teams", "audience_teams": ["martians"], "body": MARK},
    "a NUL in a team": {"audience": "teams", "audience_teams": ["a\x00"], "body": MARK},
    "no revision": {"revision": "", "body": MARK},
    "a revision that is no number": {"revision": "abc", "body": MARK},
    "an unknown risk": {"data-risk": "sky-high", "body": MARK},
    "a label that is no key": {"data-labels": "<b>", "body": MARK},
    "a NUL in a label": {"data-labels": "a\x00b", "body": MARK},
}
REFUSED = {
    "open brackets": f"{MARK}\n\n" + "[" * 5_000,
    "open pictures": f"{MARK}\n\n" + "![" * 5_000,
    "a turned text": f"{MARK} \u202e",
    "deep quotes": f"{MARK}\n\n" + ">" * 500 + " x",
}


@pytest.mark.parametrize("case", BAD)
def test_a_form_that_cannot_be_taken_comes_back_with_the_text(
    desk: Client, draft: ChangeItem, case: str
) -> None:
    answer = desk.post(edit_url(draft), typed(draft, **BAD[case]))
    assert answer.status_code == 422
    assert MARK in answer.content.decode()
    assert ChangeItem.objects.get(pk=draft.pk).body == draft.body


@pytest.mark.parametrize("case", REFUSED)
def test_a_text_that_would_hang_is_refused_and_handed_back(
    desk: Client, draft: ChangeItem, case: str
) -> None:
    answer = desk.post(edit_url(draft), typed(draft, body=REFUSED[case]))
    assert answer.status_code == 409
    assert MARK in answer.content.decode()
    assert "Line " in answer.content.decode()


@pytest.mark.parametrize("missing", ["revision", "title", "body", "audience", "data-risk", "everything"])
def test_a_form_with_fields_missing_is_shown_again(desk: Client, draft: ChangeItem, missing: str) -> None:
    sent = {} if missing == "everything" else typed(draft)
    sent.pop(missing, None)
    expected = 302 if missing == "body" else 422  # an empty text is a text
    assert desk.post(edit_url(draft), sent).status_code == expected


def test_a_stale_draft_shows_both_texts_and_keeps_yours(
    desk: Client, draft: ChangeItem, ben: User, cast: Any
) -> None:
    old = typed(draft, body="## Verify\n\nMine: forty days.\n")
    editing.save_draft(
        draft, revision=draft.revision, actor=cast["ana"], body="## Verify\n\nTheirs: sixty.\n"
    )
    answer = desk.post(edit_url(draft), old)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Mine: forty days." in page
    assert "Theirs: sixty." in page
    assert ChangeItem.objects.get(pk=draft.pk).body == "## Verify\n\nTheirs: sixty.\n"


def test_yours_can_be_saved_over_theirs_knowingly(desk: Client, draft: ChangeItem, ana: User) -> None:
    stale = typed(draft, body="Mine.")
    theirs = editing.save_draft(draft, revision=draft.revision, actor=ana, body="Theirs.")
    posted = dict(desk.post(edit_url(draft), stale).context["posted"])
    assert "csrfmiddlewaretoken" not in posted
    answer = desk.post(edit_url(draft), {**posted, "revision": theirs.revision})
    assert answer.status_code == 302
    assert ChangeItem.objects.get(pk=draft.pk).body == "Mine."


def test_a_second_tab_with_the_same_words_saves_in_peace(desk: Client, draft: ChangeItem) -> None:
    sent = typed(draft, body="Same words.")
    assert [desk.post(edit_url(draft), sent).status_code for _tab in range(2)] == [302, 302]


@pytest.mark.parametrize("state", ["published", "withdrawn", "scheduled"])
def test_a_closed_change_can_be_read_in_the_editor_and_keeps_what_is_typed(
    desk: Client, approved: Change, ben: User, ana: User, in_a_week: Any, state: str
) -> None:
    steps = {
        "published": lambda: publishing.publish(approved, actor=ben),
        "withdrawn": lambda: reviewing.withdraw(approved, actor=ana),
        "scheduled": lambda: publishing.schedule(approved, at=in_a_week, actor=ben),
    }
    steps[state]()
    item = approved.items.get()
    page = desk.get(edit_url(item))
    assert page.status_code == 200
    assert "readonly" in page.content.decode()
    assert "Save the draft" not in page.content.decode()
    answer = desk.post(edit_url(item), typed(item, body=MARK))
    assert answer.status_code == 409
    assert MARK in answer.content.decode()


def test_an_ended_session_shows_the_text_back(draft: ChangeItem) -> None:
    answer = Client().post(edit_url(draft), typed(draft, body=MARK))
    assert answer.status_code == 403
    assert MARK in answer.content.decode()


def test_a_form_without_a_token_shows_the_text_back(ana: User, draft: ChangeItem) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.post(edit_url(draft), typed(draft, body=MARK))
    assert answer.status_code == 403
    assert MARK in answer.content.decode()


@pytest.mark.parametrize(
    "body", [None, "", "plain", "\x00", "[" * 5_000, "[[macro:no-such]]", "w " * 120_000]
)
def test_the_preview_answers_whatever_is_typed(desk: Client, draft: ChangeItem, body: str | None) -> None:
    url = reverse("changes:item_preview", args=[draft.change_id, draft.pk])
    sent = {} if body is None else {"body": body}
    answer = desk.post(url, sent, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert 'data-part="said"' in answer.content.decode()


def test_a_new_document_begins_in_a_draft(desk: Client) -> None:
    answer = desk.post(reverse("sops:new"), {"title": "Gift cards"})
    item = ChangeItem.objects.get()
    assert answer["Location"] == edit_url(item)
    assert desk.get(edit_url(item)).status_code == 200
    assert desk.get(reverse("sops:read", args=[item.document.key])).status_code == 200
    assert desk.get(reverse("sops:history", args=[item.document.key])).status_code == 200


@pytest.mark.parametrize("title", [None, "", "   ", "t" * 201, "a\x00b"])
def test_a_new_document_without_a_usable_title_is_asked_for_again(desk: Client, title: str | None) -> None:
    answer = desk.post(reverse("macros:label_new"), {} if title is None else {"title": title})
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_a_title_without_letters_still_gets_a_key(desk: Client) -> None:
    assert desk.post(reverse("macros:new"), {"title": "退款"}).status_code == 302
    assert desk.post(reverse("macros:new"), {"title": "!!!"}).status_code == 302


def test_editing_opens_your_own_draft_again(desk: Client, draft: ChangeItem, refunds: Document) -> None:
    answer = desk.post(reverse("sops:edit", args=[refunds.key]))
    assert answer["Location"] == edit_url(draft)


def test_a_colleagues_draft_is_offered_first(
    draft: ChangeItem, refunds: Document, as_person: AsPerson, hal: User
) -> None:
    hal.roles = ["author"]
    hal.save()
    browser = as_person(hal)
    answer = browser.post(reverse("sops:edit", args=[refunds.key]))
    assert draft.change.title in answer.content.decode()
    started = browser.post(reverse("sops:edit", args=[refunds.key]), {"start": "1"})
    assert started["Location"] != edit_url(draft)


def test_what_was_typed_is_shown_when_a_colleague_took_the_draft_out(
    draft: ChangeItem, ana: User, as_person: AsPerson
) -> None:
    stale = ChangeItem.objects.get(pk=draft.pk)
    editing.remove_document(draft, actor=ana)
    page = as_person(ana).post(f"/changes/{draft.change_id}/items/{stale.pk}", {"body": "An hour's work"})
    assert page.status_code == 404
    assert "An hour&#x27;s work" in page.content.decode()
    with pytest.raises(ChangeRefused, match="taken out"):
        editing.save_draft(stale, revision=stale.revision, actor=ana, body="Too late.")
