"""Documents with their past, from the real policies and from small histories of our own."""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import comparing
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Approval, Document, Transition, Version
from sopdesk.exchange import front_matter, history

POLICIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "policies_basecamp"
FILE = POLICIES / "history.jsonl.gz"
real = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/policies_basecamp is not here")


def row(rev: int, body: str | None, date: str = "2024-01-01T10:00:00+00:00", **more: Any) -> history.Revision:
    line = {"path": "refund.md", "rev": rev, "date": date, "subject": f"Revision {rev}", "body": body, **more}
    return history._revision(json.dumps(line), rev)


def bring(
    rows: list[history.Revision], *, owner: User, actor: User, kind: str = "sop"
) -> tuple[history.Plan, Any]:
    return history.bring(rows, history.Usual(kind_of(kind), owner, actor, {}))


@real
def test_the_real_policies_come_with_all_their_versions(ana: User, hal: User) -> None:
    out = io.StringIO()
    call_command(
        "import_documents", str(POLICIES), kind="article", history=FILE, owner=ana.email, actor=hal.email,
        set=["category=Policies"], stdout=out,
    )  # fmt: skip
    rows = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).splitlines()]
    assert len(rows) == 586
    assert "28 documents with 543 versions adopted" in out.getvalue()
    assert "43 not a version: It changes nothing that is kept here." in out.getvalue()
    articles = Document.objects.filter(kind="article")
    assert articles.count() == 28
    assert Version.objects.count() == 543 == len(rows) - 43
    assert_texts_are_the_last_revisions(rows)
    for article in articles:
        assert_past_is_whole(article)
    assert comparing.compare(
        *Version.objects.filter(document__key="refund", number__in=(1, 15)).order_by("number"),
        kind_of("article"),
    )
    assert_asked_for_a_day(rows, "terms/index.md", "terms")


def assert_texts_are_the_last_revisions(rows: list[dict[str, Any]]) -> None:
    """Byte for byte, but for the front matter, which becomes fields."""
    last = {each["path"]: each["body"] for each in rows}
    standing = {version.body for version in Version.objects.in_force()}
    assert standing == {front_matter.part(body, forgiving=True).body for body in last.values()}


def assert_past_is_whole(article: Document) -> None:
    """Each version ends where the next begins; the last one is in force; nobody approved anything here."""
    versions = list(article.versions.order_by("number"))
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    for version, following in pairwise(versions):
        assert version.until == following.since
        assert version.body != following.body or version.title != following.title
    assert versions[-1].until is None
    assert not Approval.objects.filter(change__versions__document=article).exists()
    assert {version.published_by.is_active for version in versions} == {False}


def assert_asked_for_a_day(rows: list[dict[str, Any]], path: str, key: str) -> None:
    """At any revision's time, its text is what was in force."""
    revisions = [each for each in rows if each["path"] == path]
    for each in revisions[:: len(revisions) // 5]:
        then = Version.objects.in_force(history._revision(json.dumps(each), 1).date).get(document__key=key)
        assert then.body == front_matter.part(each["body"], forgiving=True).body


@real
def test_a_second_run_adopts_nothing(ana: User, hal: User) -> None:
    rows = [each for each in history.read(FILE) if each.path in ("refund/index.md", "sla/index.md")]
    first, documents = bring(rows, owner=ana, actor=hal)
    assert [document.key for document in documents] == ["SOP-0001", "SOP-0002"]
    again, none = bring(rows, owner=ana, actor=hal)
    assert (first.versions, again.versions, none) == (22, 0, [])
    assert {each.why for each in again.skipped if not each.number} == {
        "It is here already, as SOP-0001.", "It is here already, as SOP-0002.",
    }  # fmt: skip


def test_dates_out_of_order_keep_the_order_of_the_revisions(ana: User, hal: User) -> None:
    rows = [
        row(1, "# A\n\nOne\n", "2024-03-01T10:00:00+00:00"),
        row(2, "# A\n\nTwo\n", "2024-02-01T10:00:00+00:00"),
    ]
    made, [sop] = bring([*rows, row(3, "# A\n\nThree\n", "2024-03-01T10:00:00+00:00")], owner=ana, actor=hal)
    bodies = list(sop.versions.order_by("in_force__startswith").values_list("body", flat=True))
    assert bodies == ["# A\n\nOne\n", "# A\n\nTwo\n", "# A\n\nThree\n"]
    assert [each.number for each in made.moved] == [2, 3]
    second = sop.versions.get(number=2)
    assert second.published_at.isoformat() == "2024-02-01T10:00:00+00:00"
    assert second.since is not None
    assert second.since.isoformat() == "2024-03-01T10:00:01+00:00"


def test_authors_are_named_and_cannot_sign_in(ana: User, hal: User) -> None:
    known = {"author": "Ana", "author_email": ana.email.upper()}
    rows = [
        row(1, "One", **known),
        row(2, "Two", "2024-02-01T00:00:00+00:00", author="Jo Doe"),
        row(3, "Three", "2024-03-01T00:00:00+00:00"),
    ]
    _made, [sop] = bring(rows, owner=ana, actor=hal)
    authors = [version.published_by for version in sop.versions.order_by("number")]
    assert authors[0] == ana
    assert [(each.name, each.is_active, each.has_usable_password()) for each in authors[1:]] == [
        ("Jo Doe", False, False), ("Author not recorded", False, False),
    ]  # fmt: skip
    assert Entry.objects.about(sop).get().facts["approved"] == "elsewhere"
    note = Transition.objects.filter(change__versions__document=sop).first()
    assert note is not None
    assert (note.verb, note.actor) == ("adopt", hal)


def test_commits_are_changes(ana: User, hal: User) -> None:
    rows = [row(1, "Refunds", commit="abc"), row(1, "Terms", commit="abc", path="terms.md")]
    _made, [refund, terms] = bring(rows, owner=ana, actor=hal)
    assert refund.versions.get().change == terms.versions.get().change


def test_a_deleted_or_unreadable_revision_is_said(ana: User, hal: User) -> None:
    rows = [row(1, "One"), row(2, None), row(3, "a\u202eb"), row(4, "Four", "2024-02-01T00:00:00+00:00")]
    made, [sop] = bring(rows, owner=ana, actor=hal)
    assert sop.versions.count() == 2
    assert [(each.number, each.why.split(".")[0]) for each in made.skipped] == [
        (2, "The file was deleted here, and came back later"),
        (3, "Line 1: An invisible character (U+202E) changes the direction of the text after it"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["ana", "ben", "carla", "gia"])
def test_only_an_administrator_brings_what_was_approved_elsewhere(role: str, cast: dict[str, User]) -> None:
    """It comes in force without a review at this desk, so a writer must not be able to do it."""
    with pytest.raises(PermissionDenied):
        bring([row(1, "One")], owner=cast["ana"], actor=cast[role])
    assert not Document.objects.exists()


def test_a_version_still_to_come_is_refused_and_nothing_is_adopted(ana: User, hal: User) -> None:
    ahead = (timezone.now() + timedelta(days=2)).isoformat()
    with pytest.raises(Exception, match="still to come"):
        bring([row(1, "One"), row(1, "Two", ahead, path="b.md")], owner=ana, actor=hal)
    assert not Document.objects.exists()


def test_a_dry_run_changes_nothing(ana: User, hal: User) -> None:
    people = User.objects.count()
    usual = history.Usual(kind_of("sop"), ana, hal, {})
    made, documents = history.bring([row(1, "One")], usual, dry_run=True)
    assert (made.versions, documents, Document.objects.count()) == (1, [], 0)
    assert User.objects.count() == people


@pytest.mark.parametrize("line", ["{", "[]", '{"path": "a.md"}', '{"path":"a","rev":1,"date":"yesterday"}'])
def test_a_damaged_history_says_where(line: str, tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(json.dumps({"path": "a", "rev": 1, "date": "2024-01-01", "body": "x"}) + "\n" + line)
    with pytest.raises(history.HistoryRefused, match="Line 2"):
        history.read(path)


def test_the_command_needs_people(ana: User) -> None:
    with pytest.raises(CommandError, match="--actor"):
        call_command("import_documents", ".", kind="sop")
    with pytest.raises(CommandError, match="no file or folder"):
        call_command("import_documents", "/nowhere", kind="sop", actor=ana.email)
