"""What the editor asks for while somebody types: preview, problems, saving, completion, presence, pasted text."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.loading import load
from sopdesk.accounts.models import Team, User
from sopdesk.documents import editing, examining, pictures, presence, readers, reviewing, suggesting
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document, Presence, Version
from tests import factories

pytestmark = pytest.mark.django_db
AsPerson = Callable[[User], Client]

GUIDE = """Before.

## Verify {#verify}

Ask for [[macro:gone]].

- [Confirmed](#refund)
- [Unclear](#nowhere)

## Refund {#refund}

Outcome: Refunded

## Lost {#lost}

- [Back](#verify)
"""


@pytest.fixture
def desk(ana: User, as_person: AsPerson) -> Client:
    """Ana's browser."""
    return as_person(ana)


def url(name: str, item: ChangeItem) -> str:
    return reverse(f"changes:{name}", args=[item.change_id, item.pk])


def typed(item: ChangeItem, **fields: Any) -> dict[str, Any]:
    sent = {"revision": item.revision, "title": item.title, "body": item.body, "audience": "internal"}
    return {**sent, "data-risk": "medium", "data-labels": "", "data-topics": "", **fields}


def test_problems_have_the_lines_they_are_about(draft: ChangeItem, ana: User) -> None:
    marks = examining.examined(draft, GUIDE, reader=ana).marks
    assert {mark.line for mark in marks if "#nowhere" in mark.message} == {8}
    assert [mark.line for mark in marks if "macro:gone" in mark.message] == [5]
    assert [mark.line for mark in marks if "“Lost”" in mark.message] == [14]
    assert [mark.line for mark in marks] == sorted(mark.line for mark in marks)


def test_the_outline_has_levels_roles_and_counts(draft: ChangeItem, ana: User) -> None:
    outline = examining.examined(draft, GUIDE, reader=ana).outline
    assert [(place.line, place.anchor, place.role) for place in outline] == [
        (3, "verify", "step"),
        (10, "refund", "end"),
        (14, "lost", "step"),
    ]
    assert outline[0].problems >= 2
    assert outline[1].problems == 0


@pytest.mark.parametrize(
    "body", ["", "\n\n", "# A", "A\n===\n\nB\n---\n", "```\n# no\n```\n# yes", "x\r\n\r\n# y\r\n"]
)
def test_each_place_of_the_outline_is_a_heading(draft: ChangeItem, ana: User, body: str) -> None:
    rows = body.replace("\r\n", "\n").split("\n")
    for place in examining.examined(draft, body, reader=ana).outline:
        row, below = rows[place.line - 1], rows[place.line] if place.line < len(rows) else ""
        assert row.startswith("#") or set(below) <= set("=-")


def test_a_refused_text_says_where_and_has_no_preview(desk: Client, draft: ChangeItem) -> None:
    page = desk.post(url("item_preview", draft), {"body": "Fine.\n\nBad \u202e text."}).content.decode()
    assert 'data-problem="3" data-severity="error"' in page
    assert 'data-part="preview"' not in page


def test_publish_checks_speak_while_typing(draft: ChangeItem, ana: User) -> None:
    marks = examining.examined(draft, "", reader=ana).marks
    assert any(mark.blocks and mark.line == 0 for mark in marks)


def test_the_preview_is_as_the_chosen_reader_sees_it(
    desk: Client, draft: ChangeItem, ana: User, ben: User, payments: Team, harbor_payments: Team
) -> None:
    factories.published(
        "sop", "SOP-0009", author=ana, reviewer=ben, title="Only Dublin", audience="teams",
        audience_teams=["payments"], body="Text.\n",
    )  # fmt: skip
    seen = {}
    for key in ("", "agent", f"team:{payments.slug}", f"team:{harbor_payments.slug}", "public", "team:none"):
        answer = desk.post(url("item_preview", draft), {"body": "See [[sop:SOP-0009]].", "as": key})
        seen[key] = "Only Dublin" in answer.content.decode()
    assert [key for key, shown in seen.items() if shown] == ["", "team:payments", "team:none"]


def test_a_reader_outside_the_audience_is_said_to_see_nothing(
    draft: ChangeItem, ana: User, payments: Team
) -> None:
    draft.audience, draft.audience_teams = "teams", ["other"]
    agent = readers.reader(f"team:{payments.slug}", viewer=ana)
    assert not readers.may_read(draft, agent)
    assert not readers.may_read(draft, readers.reader("public", viewer=ana))
    assert readers.may_read(draft, readers.reader("", viewer=ana))


def test_limited_blocks_are_kept_or_dropped_by_the_case_at_hand(desk: Client, draft: ChangeItem) -> None:
    body = "Always.\n\n:::only market=DE,FR channel=chat\nThere only.\n:::\n"
    page = desk.post(url("item_preview", draft), {"body": body}).content.decode()
    assert re.findall(r'name="case-(\w+)"', page) == ["market", "channel"]
    for market, shown in (("DE", True), ("FR", True), ("-", False)):
        page = desk.post(url("item_preview", draft), {"body": body, "case-market": market}).content.decode()
        assert ("There only." in page) is shown


def test_typing_is_saved_and_leaves_readers_alone(desk: Client, draft: ChangeItem, refunds: Document) -> None:
    answer = desk.post(url("item_save", draft), typed(draft, body="Typed.\r\n")).json()
    draft.refresh_from_db()
    assert (draft.body, draft.revision) == ("Typed.\n", answer["revision"])
    assert re.search(r"Draft saved \d\d:\d\d \(.+\)\. In force: v1, untouched\.", answer["said"])
    assert "Typed" not in Version.objects.in_force().get(document=refunds).body
    again = desk.post(url("item_save", draft), typed(draft))
    assert again.json()["revision"] == draft.revision


def test_saving_over_somebody_elses_words_is_refused(
    desk: Client, draft: ChangeItem, ana: User, hal: User
) -> None:
    hal.roles = ["author"]
    hal.save()
    editing.save_draft(draft, revision=draft.revision, actor=hal, body="His.")
    answer = desk.post(url("item_save", draft), typed(draft, body="Hers."))
    assert answer.status_code == 409
    assert "Hal Berg" in answer.json()["stale"]
    assert ChangeItem.objects.get(pk=draft.pk).body == "His."


def standing(change: Change) -> str:
    """The approvals that the editor agrees to void."""
    return ",".join(str(pk) for pk in change.approvals.filter(voided_at=None).values_list("pk", flat=True))


def test_what_cannot_be_saved_says_why(desk: Client, draft: ChangeItem, approved: Change) -> None:
    answer = desk.post(url("item_save", draft), typed(draft, title=""))
    assert (answer.status_code, "Title" in answer.json()["reasons"][0]) == (422, True)
    answer = desk.post(url("item_save", draft), typed(draft, body="a\u202e", void=standing(approved)))
    assert answer.status_code == 409
    assert answer.json()["reasons"]


def test_an_edit_that_voids_approvals_is_asked_about_first(
    desk: Client, draft: ChangeItem, approved: Change
) -> None:
    answer = desk.post(url("item_save", draft), typed(draft, body="Another text.\n"))
    assert answer.status_code == 409
    assert "Ben Okafor" in answer.json()["ask"]
    assert approved.approvals.filter(voided_at=None).exists()
    assert ",".join(str(pk) for pk in answer.json()["approvals"]) == standing(approved)
    agreed = typed(draft, body="Another text.\n", void=standing(approved))
    answer = desk.post(url("item_save", draft), agreed)
    assert answer.status_code == 200
    assert not approved.approvals.filter(voided_at=None).exists()


def test_agreeing_once_voids_no_approval_that_came_later(
    desk: Client, draft: ChangeItem, approved: Change, ben: User
) -> None:
    agreed = standing(approved)
    answer = desk.post(url("item_save", draft), typed(draft, body="Another text.\n", void=agreed))
    change = Change.objects.get(pk=approved.pk)
    reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    further = typed(draft, body="And more.\n", void=agreed, revision=answer.json()["revision"])
    answer = desk.post(url("item_save", draft), further)
    assert answer.status_code == 409
    assert "Ben Okafor" in answer.json()["ask"]
    assert standing(approved) not in ("", agreed)


def test_references_are_suggested_by_key_and_title(
    desk: Client, draft: ChangeItem, ana: User, ben: User
) -> None:
    load()
    factories.published(
        "macro", "refund-approved", author=ana, reviewer=ben, title="Money back", body="Hi.\n"
    )

    def found(typed: str) -> list[str]:
        return [
            each["written"] for each in desk.get(url("item_suggest", draft), {"q": typed}).json()["found"]
        ]

    assert {"sop:", "macro:", "article:", "label:", "duty:"} <= set(found(""))
    assert found("macro:money") == ["macro:refund-approved"]
    assert found("macro:REFUND") == ["macro:refund-approved"]
    assert "sop:SOP-0001" in found("refund")
    assert "duty:gdpr-art-12-3" in found("duty:art-12-3")
    assert found("sop:SOP-0001#ver") == ["sop:SOP-0001#verify"]
    assert found("sop:nothing-like-it") == []
    assert found("nokind:x") == found("sop:none#x") == []


def test_suggestions_hold_what_joins_in_the_same_change_and_nothing_hidden(
    draft: ChangeItem, ana: User, eve: User
) -> None:
    macro = kind_of("macro")
    editing.create_document(macro, title="Brand new", actor=ana, change=draft.change, key="brand-new")
    written = "macro:brand-new"
    assert written in [s.written for s in suggesting.suggestions("brand", viewer=ana, change=draft.change)]
    assert written not in [s.written for s in suggesting.suggestions("brand", viewer=ana)]
    assert written not in [s.written for s in suggesting.suggestions("brand", viewer=eve)]


def test_others_are_seen_until_they_leave_or_fall_silent(
    desk: Client, draft: ChangeItem, ana: User, hal: User, as_person: AsPerson
) -> None:
    hal.roles = ["author"]
    hal.save()
    assert "Hal" not in desk.post(url("item_presence", draft)).json()["people"]
    as_person(hal).post(url("item_presence", draft))
    answer = desk.post(url("item_presence", draft)).json()
    assert "Hal Berg" in answer["people"]
    assert "Ana" not in answer["people"]
    assert answer["revision"] == draft.revision
    assert "is editing SOP-0001" in desk.get(f"/changes/{draft.change_id}").content.decode()
    Presence.objects.filter(user=hal).update(
        seen_at=timezone.now() - presence.LEFT_AFTER - timedelta(seconds=1)
    )
    assert presence.others(draft, than=ana) == []
    presence.seen(draft, actor=hal)
    assert as_person(hal).post(url("item_presence", draft), {"left": "yes"}).status_code == 204
    assert presence.others(draft, than=ana) == []


def test_presence_is_for_those_who_write(draft: ChangeItem, ben: User) -> None:
    with pytest.raises(PermissionDenied):
        presence.seen(draft, actor=ben)


def test_rich_text_becomes_markdown(desk: Client) -> None:
    table = "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
    html = f"<h2>Steps</h2><p><b>Ask</b> first.</p>{table}"
    answer = desk.post(reverse("changes:paste"), {"html": SimpleUploadedFile("p.html", html.encode())})
    assert "## Steps" in answer.json()["text"]
    assert "**Ask** first." in answer.json()["text"]
    assert "| A | B |" in answer.json()["text"]
    assert desk.post(reverse("changes:paste"), {"html": "not a file"}).status_code == 422


def test_pictures_inside_pasted_html_are_kept(desk: Client, ana: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept = pictures.keep(factories.picture(), actor=ana)
    data = b64encode(factories.picture()).decode()
    html = f'<p>See <img alt="Box" src="data:image/png;base64,{data}"></p>'
    answer = desk.post(reverse("changes:paste"), {"html": SimpleUploadedFile("p.html", html.encode())})
    assert f"![Box]({pictures.address(kept)})" in answer.json()["text"]
