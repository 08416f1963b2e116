"""From files to drafts: what each would become, and what it became."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, reviewing
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.models import Change, ChangeItem, Document, Picture, Version
from sopdesk.exchange import importing, reading, receiving
from sopdesk.exchange.models import KEPT, Intake, IntakeFile
from tests import factories
from tests.exchange.conftest import Received, damaged, finish, imported
from tests.exchange.word_files import PICTURE, PNG, paragraph, word

What, Outcome = IntakeFile.What, IntakeFile.Outcome
FULL = """---
title: Refund of late orders
key: SOP-0100
owner: {owner}
audience: teams
teams: [payments]
review_months: 12
locale: en-GB
risk: high
labels: [refund-request, late]
topics: refunds, consumer-rights
colour: blue
---

## Verify

Ask for the receipt.
"""


def one(intake: Intake) -> IntakeFile:
    return intake.files.get()


def test_a_new_document_with_all_its_fields(received: Received, ana: User, ines: User, payments: Any) -> None:
    intake = received({"policy.md": FULL.format(owner=ines.email).encode()})
    file = one(intake)
    assert (file.what, file.kind, file.key, file.title) == (
        What.NEW,
        "sop",
        "SOP-0100",
        "Refund of late orders",
    )
    assert file.sections == 1
    assert file.notes == ["Not taken, because no field is called so: colour: blue"]
    assert not Document.objects.exists()
    imported(intake, ana)
    item = ChangeItem.objects.get()
    assert (item.title, item.body) == ("Refund of late orders", "## Verify\n\nAsk for the receipt.\n")
    assert (item.audience, item.audience_teams) == ("teams", ["payments"])
    assert item.data["labels"] == ["refund-request", "late"]
    assert item.data["topics"] == ["refunds", "consumer-rights"]
    assert item.data["risk"] == "high"
    document = item.document
    assert (document.key, document.owner, document.review_months, document.locale) == (
        "SOP-0100",
        ines,
        12,
        "en-GB",
    )
    assert item.change.state == Change.State.DRAFT
    assert item.change.title == "Import of files.zip"
    assert not Version.objects.exists()


def test_several_files_are_one_change_for_review(received: Received, ana: User) -> None:
    intake = imported(received({f"{n}.md": f"# Rule {n}\n".encode() for n in range(25)}), ana)
    assert Change.objects.count() == 1
    assert ChangeItem.objects.count() == 25
    assert sorted(Document.objects.values_list("key", flat=True))[0] == "SOP-0001"
    assert set(intake.files.values_list("outcome", flat=True)) == {Outcome.DRAFTED}
    events = list(Entry.objects.about(intake).order_by("number").values_list("event", flat=True))
    assert events == ["import:started", "import:finished"]


def test_too_many_for_one_sitting_go_into_a_next_change(
    received: Received, ana: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(importing, "PER_CHANGE", 2)
    imported(received({f"{n}.md": f"# Rule {n}\n".encode() for n in range(5)}), ana)
    assert sorted(Change.objects.values_list("title", flat=True)) == [
        "Import of files.zip", "Import of files.zip, part 2", "Import of files.zip, part 3",
    ]  # fmt: skip


def test_an_existing_key_becomes_a_draft_of_it(received: Received, ana: User, ben: User) -> None:
    sop = factories.published(
        "sop", "SOP-0007", author=ana, reviewer=ben, data={"risk": "high"}, audience="public"
    )
    intake = received({"SOP-0007.md": b"# Refund\n\nNew words.\n"})
    file = one(intake)
    assert (file.what, file.document_id) == (What.DRAFT, sop.pk)
    imported(intake, ana)
    item = ChangeItem.objects.get(change__state="draft")
    assert (item.base_version, item.audience, item.data["risk"]) == (sop.versions.get(), "public", "high")
    assert sop.versions.count() == 1


def test_what_is_in_force_already_is_nothing_new(received: Received, ana: User, ben: User) -> None:
    factories.published(
        "sop",
        "SOP-0007",
        author=ana,
        reviewer=ben,
        title="Refund",
        body="# Refund\n",
        data={"risk": "medium"},
    )
    assert one(received({"SOP-0007.md": b"---\ntitle: Refund\n---\n\n# Refund\n"})).what == What.SAME
    assert one(received({"anything.md": b"---\ntitle: Refund\n---\n\n# Refund\n"})).what == What.SAME
    titled = one(received({"anything.md": b"---\ntitle: refund\n---\n\n# Other\n"}))
    assert titled.what == What.NEW
    assert "key: SOP-0007" in titled.notes[0]


def test_importing_twice_makes_no_second_draft(received: Received, ana: User) -> None:
    files = {"a.md": b"# A\n\nText.\n", "b.md": b"---\nkey: SOP-0009\n---\n\n# B\n"}
    imported(received(files), ana)
    again = received(files)
    assert set(again.files.values_list("what", flat=True)) == {What.SAME}
    with pytest.raises(importing.ImportRefused):
        importing.start(again, actor=ana)
    assert ChangeItem.objects.count() == 2


def test_pressing_twice_starts_one_import(received: Received, ana: User) -> None:
    intake = received({"a.md": b"# A\n"})
    first, second = importing.start(intake, actor=ana), importing.start(intake, actor=ana)
    assert first.importing_id == second.importing_id
    finish(first.importing)
    assert ChangeItem.objects.count() == 1


def test_the_desk_may_have_gone_on_since_the_preview(received: Received, ana: User, ben: User) -> None:
    intake = received({"a.md": b"---\nkey: SOP-0009\ntitle: Mine\n---\n\n# A\n"})
    factories.published("sop", "SOP-0009", author=ana, reviewer=ben)
    imported(intake, ana)
    item = ChangeItem.objects.get(change__state="draft")
    assert item.base_version is not None
    assert item.title == "Mine"


def test_only_what_is_chosen_is_imported(received: Received, ana: User) -> None:
    intake = received({"a.md": b"# A\n", "b.md": b"# B\n"})
    finish(importing.start(intake, chosen={2}, actor=ana).importing)
    assert ChangeItem.objects.get().title == "B"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", "a\u202eb".encode(), "Line 1"),
        ("a.md", b"---\naudience: everybody\n---\n\nx", "everybody"),
        ("a.md", b"---\nteams: [nobody]\n---\n\nx", "nobody"),
        ("a.md", b"---\nrisk: purple\n---\n\nx", "Risk"),
        ("a.md", b"---\nkind: novel\n---\n\nx", "novel"),
        ("a.md", b"---\nkey: a/b\n---\n\nx", "a/b"),
        ("a.md", b"---\nkey: new\n---\n\nx", "new"),
        ("a.md", b"---\na: [1\n---\n\nx", "line"),
        ("a.md", b"---\ndata: 7\n---\n\nx", "JSON"),
        ("a.md", b'---\ntitle: "a\\0b"\n---\n\nx', "control character"),
        ("a.md", b'---\ntitle: "a\\ud800b"\n---\n\nx', "control character"),
        ("a.md", b'---\nlabels: [{"a\\0b": c}]\n---\n\nx', "control character"),
        ("a.md", b'---\ndata: \'{"a": ["\\u0000"]}\'\n---\n\nx', "data"),
        ("a.md", b'---\ndata: \'{"a": 1e999, "b": NaN}\'\n---\n\nx', "data"),
        ("a.md", b"---\ndata: '" + b"[" * 900 + b"]" * 900 + b"'\n---\n\nx", "JSON"),
        ("a.md", b"---\nkey: " + b"x" * 300 + b"\n---\n\nx", "is no key"),
        ("a.docx", damaged(word(paragraph("x")), "word/document.xml"), "Word"),
        ("a.md", b"  \n", "no text"),
        ("a.docx", b"nonsense", "Word"),
        ("a.md", PNG, "no text"),
        ("a.exe", b"MZ", "Markdown"),
        ("a.md", b" ".join(b"%d" % n for n in range(40_000)), "KB"),
    ],
)
def test_what_cannot_be_taken_says_why_and_holds_up_no_other(
    name: str, data: bytes, reason: str, received: Received, ana: User
) -> None:
    intake = received({name: data, "good.md": b"# Good\n"})
    file = intake.files.get(name=name)
    assert file.what == What.REFUSED
    assert reason in " ".join(file.reasons)
    imported(intake, ana)
    assert ChangeItem.objects.get().title == "Good"
    assert intake.folder.exists(), "what was refused can still be downloaded"


def test_an_interval_of_review_is_read_as_it_is_stored(received: Received, ana: User) -> None:
    intake = received({"a.md": b"---\nreview_months: '00050000'\n---\n\n# A\n"})
    assert "00050000" in one(intake).notes[0]
    imported(intake, ana)
    assert Document.objects.get().review_months == 6


def test_a_word_file_whose_properties_are_damaged_is_read_without_them(received: Received) -> None:
    whole = word(paragraph("Words."), extra={"docProps/core.xml": b"<a>" * 40})
    assert one(received({"a.docx": damaged(whole, "docProps/core.xml")})).title == "a"


def test_a_fault_in_reading_one_file_is_that_files_alone(received: Received, monkeypatch: Any) -> None:
    good = reading.candidate

    def faulty(name: str, data: bytes, **how: Any) -> Any:
        if name == "b.md":
            Document.objects.create(kind="sop", key="\0")
        return good(name, data, **how)

    monkeypatch.setattr(reading, "candidate", faulty)
    intake = received({"a.md": b"# A\n", "b.md": b"# B\n", "c.md": b"# C\n"})
    assert list(intake.files.values_list("what", flat=True)) == [What.NEW, What.REFUSED, What.NEW]
    assert "logged" in intake.files.get(name="b.md").reasons[0]


def test_a_fault_in_importing_one_file_is_that_files_alone(
    received: Received, ana: User, monkeypatch: Any
) -> None:
    good = importing._drafted

    def faulty(file: IntakeFile, *rest: Any) -> ChangeItem:
        item = good(file, *rest)
        if file.name == "b.md":
            raise TypeError("nobody thought of this")
        return item

    monkeypatch.setattr(importing, "_drafted", faulty)
    intake = imported(received({"a.md": b"# A\n", "b.md": b"# B\n", "c.md": b"# C\n"}), ana)
    outcomes = list(intake.files.values_list("outcome", flat=True))
    assert outcomes == [Outcome.DRAFTED, Outcome.REFUSED, Outcome.DRAFTED]
    assert sorted(ChangeItem.objects.values_list("title", flat=True)) == ["A", "C"]
    assert "logged" in intake.files.get(name="b.md").reasons[0]


def test_a_fault_of_the_database_is_no_fault_of_the_file(
    received: Received, ana: User, monkeypatch: Any
) -> None:
    """The chunk is done again later; nothing is refused for it."""

    def gone(*_args: Any) -> ChangeItem:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(importing, "_drafted", gone)
    intake = received({"a.md": b"# A\n"})
    with pytest.raises(OperationalError):
        finish(importing.start(intake, actor=ana).importing)
    assert one(intake).outcome == Outcome.NONE


def test_pictures_come_along_once(received: Received, ana: User) -> None:
    files = {
        "docs/a.md": b"# A\n\n![one](../img/p.png) ![two](../img/p.png) ![gone](missing.png)\n",
        "img/p.png": PNG,
        "b.docx": word(paragraph("B", "Heading1"), PICTURE),
    }
    intake = received(files)
    assert intake.files.get(name="img/p.png").what == What.PICTURE
    assert "missing.png" in intake.files.get(name="docs/a.md").notes[0]
    assert not Picture.objects.exists()
    imported(intake, ana)
    picture = Picture.objects.get()
    bodies = "".join(ChangeItem.objects.values_list("body", flat=True))
    assert bodies.count(f"/pictures/{picture.hash}.png") == 3
    assert "incoming" not in bodies
    assert not intake.folder.exists()
    again = received(files)
    assert set(again.files.values_list("what", flat=True)) == {What.SAME, What.PICTURE}


def test_a_picture_that_is_none_is_left_out_and_said(received: Received, ana: User) -> None:
    intake = imported(received({"a.md": b"![a chart](p.png) x", "p.png": b"no picture"}), ana)
    assert ChangeItem.objects.get().body == "a chart x"
    assert "left out" in intake.files.get(name="a.md").notes[0]


def test_a_killed_worker_doubles_nothing(received: Received, ana: User, monkeypatch: Any) -> None:
    """The chunk's drafts and its place commit together: after a failure in the middle it is done again, whole."""
    monkeypatch.setattr(importing, "CHUNK_FILES", 2)
    intake = received({f"{n}.md": f"# Rule {n}\n".encode() for n in range(4)})
    started = importing.start(intake, actor=ana)
    good, calls = importing.import_one, []

    def dies_once(file: IntakeFile, actor: User) -> None:
        calls.append(file.number)
        if len(calls) == 4:
            raise KeyboardInterrupt
        good(file, actor)

    monkeypatch.setattr(importing, "import_one", dies_once)
    job = started.importing
    assert job is not None
    with pytest.raises(KeyboardInterrupt):
        finish(job)
    assert ChangeItem.objects.count() == 2
    type(job).objects.filter(pk=job.pk).update(lease_until=None, lease=None)
    finish(job)
    assert ChangeItem.objects.count() == 4
    assert Change.objects.count() == 1


def test_files_go_after_a_week(received: Received, ana: User) -> None:
    intake = received({"a.md": b"# A\n"})
    assert receiving.remove_old_files() == 0
    Intake.objects.update(created_at=intake.created_at - KEPT)
    assert receiving.remove_old_files() == 1
    assert not intake.folder.exists()
    intake.refresh_from_db()
    with pytest.raises(importing.ImportRefused, match="removed"):
        importing.start(intake, actor=ana)


def test_files_stay_while_they_are_imported(received: Received, ana: User) -> None:
    intake = received({"a.md": b"# A\n", "b.exe": b"MZ"})
    started = importing.start(intake, actor=ana)
    Intake.objects.update(created_at=intake.created_at - KEPT)
    assert receiving.remove_old_files() == 0
    assert intake.folder.exists()
    finish(started.importing)
    assert ChangeItem.objects.get().title == "A"
    assert receiving.remove_old_files() == 1


def test_who_brought_the_words_is_an_author_whoever_presses_import(
    received: Received, ana: User, ben: User, payments: Any
) -> None:
    sam = factories.user("Sam Both", "author", "reviewer", team=payments)
    imported(received({"a.md": b"---\nrisk: low\n---\n\n# A\n\nText.\n"}, actor=sam), ana)
    change = Change.objects.get()
    assert set(change.authors.all()) == {ana, sam}
    change = reviewing.propose(change, actor=ana)
    with pytest.raises(ChangeRefused, match="took part"):
        reviewing.approve(change, actor=sam, seen_hash=reviewing.current_hash(change))


def test_the_same_content_has_the_same_hash_as_the_draft(received: Received, ana: User) -> None:
    intake = imported(received({"a.md": b"# A\n"}), ana)
    assert one(intake).content_hash == content_hash(ChangeItem.objects.get())


@pytest.mark.parametrize("role", ["ben", "carla", "dev", "finn", "gia", "hal"])
def test_only_writers_import(role: str, cast: dict[str, User], received: Received) -> None:
    with pytest.raises(PermissionDenied):
        received({"a.md": b"# A\n"}, actor=cast[role])
    intake = received({"a.md": b"# A\n"})
    with pytest.raises(PermissionDenied):
        importing.start(intake, actor=cast[role])


def test_a_draft_under_way_is_named(received: Received, ana: User, ben: User) -> None:
    sop = factories.published("sop", "SOP-0007", author=ana, reviewer=ben)
    editing.start_change(sop, actor=ana, title="Ana's change")
    assert "Ana's change" in one(received({"SOP-0007.md": b"# Other\n"})).notes[0]
