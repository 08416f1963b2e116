"""What an author hears of an SOP's path and references before it is published, and what stops it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.loading import load
from sopdesk.accounts.models import User
from sopdesk.documents import checks, editing
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import ChangeItem, Document, Retirement
from tests import factories

pytestmark = pytest.mark.django_db
STEPS = "## Ask\n\n- [Yes](#give)\n- [No](#stop)\n\n## Give {#give}\n\nOutcome: Given\n\n## Stop {#stop}\n\n"


def draft(body: str, ana: User, kind: str = "sop", **content: Any) -> ChangeItem:
    item = editing.create_document(kind_of(kind), title="New", actor=ana)
    return editing.save_draft(item, revision=item.revision, actor=ana, body=body, **content)


def found(body: str, ana: User, kind: str = "sop", **content: Any) -> list[checks.Finding]:
    """What the checks say of a new document with this text."""
    return checks.findings(draft(body, ana, kind, **content).change)


def advice(body: str, ana: User, kind: str = "sop", **content: Any) -> list[str]:
    """The same in words, where none of it stops the change."""
    said = found(body, ana, kind, **content)
    assert not any(finding.blocks for finding in said)
    return [finding.said for finding in said]


def stops(body: str, ana: User, kind: str = "sop") -> list[str]:
    return [finding.said for finding in found(body, ana, kind) if finding.blocks]


def test_a_step_that_leads_nowhere_is_named_with_its_place(ana: User) -> None:
    (finding,) = found(STEPS, ana)
    assert (finding.message, finding.line, finding.anchor) == ("“Stop” is a dead end.", 10, "stop")
    assert finding.where == "line 10, “Stop”"
    assert finding.how.startswith("Add a list of links")
    assert finding.place.endswith("?line=10")
    assert not finding.blocks


def test_a_path_that_always_ends_needs_no_advice(ana: User) -> None:
    assert advice(f"{STEPS}Outcome: Stopped\n", ana) == []


def test_other_kinds_are_no_paths(ana: User) -> None:
    assert advice(STEPS, ana, kind="macro") == []


def test_a_choice_that_leads_to_no_section_stops_an_sop_and_is_said_once(ana: User) -> None:
    body = "## Ask\n\nWhich?\n\n- [Yes](#give)\n- [No](#gone)\n\n## Give {#give}\n\nOutcome: Given\n"
    (finding,) = [each for each in found(body, ana) if each.blocks]
    assert (finding.message, finding.line) == ("There is no section #gone.", 6)
    assert len([each for each in found(body, ana) if "#gone" in each.said]) == 1
    assert stops("[No](#gone)\n", ana, kind="article") == []
    assert any("#gone" in said for said in advice("[No](#gone)\n", ana, kind="article"))


@pytest.mark.parametrize("reference", ["macro:none", "sop:SOP-9999", "nothing:x", "duty:none"])
def test_an_unknown_reference_stops_an_sop_and_is_advice_elsewhere(ana: User, reference: str) -> None:
    (said,) = stops(f"See\n\n[[{reference}]]\n", ana)
    assert f"[[{reference}]]" in said
    assert len(advice(f"[[{reference}]]\n", ana, kind="macro")) == 1


def test_what_is_in_force_or_in_the_same_change_may_be_referred_to(ana: User, ben: User) -> None:
    load()
    factories.published("macro", "old", author=ana, reviewer=ben)
    assert advice("[[macro:old]] [[duty:gdpr-art-12-3]]\n", ana) == []
    item = editing.create_document(kind_of("sop"), title="New", actor=ana)
    editing.create_document(kind_of("macro"), title="Together", actor=ana, change=item.change)
    editing.save_draft(item, revision=item.revision, actor=ana, body="[[macro:together]]\n")
    assert [found.message for found in checks.findings(item.change) if found.item == item] == []


def test_a_draft_of_another_change_is_not_there_yet(ana: User) -> None:
    editing.create_document(kind_of("macro"), title="Later", actor=ana)
    assert any("[[macro:later]]" in said for said in stops("[[macro:later]]\n", ana))


def test_a_section_that_the_other_document_lacks_is_advice(ana: User, ben: User) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, body="## Pay {#pay}\n\nNow.\n")
    assert advice("[[sop:SOP-0001#pay]]\n", ana) == []
    assert any("no such section" in said for said in advice("[[sop:SOP-0001#gone]]\n", ana))


def test_an_anchor_that_others_lead_to_is_missed(ana: User, ben: User) -> None:
    target = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, body="## Pay {#pay}\n\nNow.\n")
    factories.published("sop", "SOP-0002", author=ana, reviewer=ben, body="[[sop:SOP-0001#pay]] first.\n")
    item = editing.start_change(target, actor=ana)
    assert not any("leads to" in each.said for each in checks.findings(item.change))
    editing.save_draft(item, revision=item.revision, actor=ana, body="## Pay at once\n\nNow.\n")
    assert any("SOP-0002 leads to #pay" in each.said for each in checks.findings(item.change))


def test_a_retired_document_names_what_takes_its_place(ana: User, ben: User) -> None:
    old = factories.published("macro", "old", author=ana, reviewer=ben)
    new = factories.published("macro", "new", author=ana, reviewer=ben)
    version = old.versions.get()
    now = timezone.now()
    Document.objects.get(pk=old.pk).versions.update(in_force=(version.since, now))
    Retirement.objects.create(document=old, change=version.change, version=version, at=now, superseded_by=new)
    (said,) = stops("[[macro:old]]\n", ana)
    assert "[[macro:old]] was retired. [[macro:new]] takes its place." in said


def test_labels_that_are_not_to_be_used_are_named(ana: User, ben: User) -> None:
    for key, data in (("a", {"status": "deprecated"}), ("b", {"status": "merged", "merged_into": "c"})):
        factories.published("label", key, author=ana, reviewer=ben, data={"group": "x", **data})
    said = " ".join(advice("[[label:a]] [[label:b]]\n", ana, data={"labels": ["a", "none"]}))
    assert "label a is deprecated" in said
    assert "label b was merged into c" in said
    assert "names the label none" in said


def test_vague_words_are_advice_for_english_texts_only(ana: User) -> None:
    body = "## A\n\nReply as soon as possible, etc.\n\n```\nusually\n```\n\nReply ASAP, as soon\n"
    said = advice(body, ana)
    assert [
        word for word in ("as soon as possible", "“etc”", "asap", "usually") if any(word in s for s in said)
    ] == [
        "as soon as possible",
        "“etc”",
        "asap",
    ]
    item = draft(body, ana)
    Document.objects.filter(pk=item.document_id).update(locale="de")
    assert checks.findings(item.change) == []


def test_a_long_section_is_named_with_its_words(ana: User) -> None:
    assert advice(f"## Short\n\n{'word ' * 400}\n", ana) == []
    assert any("“Long” has 401 words" in said for said in advice(f"## Long\n\n{'word ' * 401}\n", ana))


def test_an_owner_who_left_and_a_missing_review_are_named(ana: User, gia: User) -> None:
    item = draft("Text.\n", ana)
    Document.objects.filter(pk=item.document_id).update(owner=gia, review_months=0)
    User.objects.filter(pk=gia.pk).update(is_active=False)
    said = " ".join(finding.said for finding in checks.findings(item.change))
    assert "Gia Rossi, has left" in said
    assert "no review interval" in said


def test_fifty_documents_cost_as_many_queries_as_one(ana: User, ben: User) -> None:
    factories.published("macro", "old", author=ana, reviewer=ben)
    item = draft("[[macro:old]] [[macro:none]] [[label:x]] [[duty:y]]\n", ana)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            checks.findings(item.change)
        return len(captured)

    few = queries()
    for number in range(49):
        more = editing.create_document(kind_of("sop"), title=f"More {number}", actor=ana, change=item.change)
        editing.save_draft(more, revision=more.revision, actor=ana, body=item.body + f"[[macro:m{number}]]\n")
    assert queries() <= few
