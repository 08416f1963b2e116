"""What an author hears of an SOP's path and references before it is published."""

from __future__ import annotations

import pytest

from sopdesk.accounts.models import User
from sopdesk.documents import checks, editing
from sopdesk.documents.kinds import kind_of
from tests import factories

pytestmark = pytest.mark.django_db
STEPS = "## Ask\n\n- [Yes](#give)\n- [No](#stop)\n\n## Give {#give}\n\nOutcome: Given\n\n## Stop {#stop}\n\n"


def advice(body: str, ana: User, kind: str = "sop") -> list[str]:
    """What the checks say of a new document with this text; none of it stops the change."""
    item = editing.create_document(kind_of(kind), title="New", actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, body=body)
    found = checks.findings(item.change)
    assert not any(finding.blocks for finding in found)
    return [finding.message for finding in found]


def test_a_step_that_leads_nowhere_is_named(ana: User) -> None:
    assert any("“Stop” is a dead end." in said for said in advice(STEPS, ana))


def test_a_path_that_always_ends_needs_no_advice(ana: User) -> None:
    assert advice(f"{STEPS}Outcome: Stopped\n", ana) == []


def test_other_kinds_are_no_paths(ana: User) -> None:
    assert advice(STEPS, ana, kind="macro") == []


def test_a_reference_to_nothing_is_named(ana: User) -> None:
    assert any("[[macro:none]] names nothing" in said for said in advice("[[macro:none]]\n", ana))


def test_what_is_in_force_or_in_the_same_change_may_be_referred_to(ana: User, ben: User) -> None:
    factories.published("macro", "old", author=ana, reviewer=ben)
    assert advice("[[macro:old]]\n", ana) == []
    item = editing.create_document(kind_of("sop"), title="New", actor=ana)
    editing.create_document(kind_of("macro"), title="Together", actor=ana, change=item.change)
    editing.save_draft(item, revision=item.revision, actor=ana, body="[[macro:together]]\n")
    assert [found.message for found in checks.findings(item.change) if found.item == item] == []


def test_a_draft_of_another_change_is_not_there_yet(ana: User) -> None:
    editing.create_document(kind_of("macro"), title="Later", actor=ana)
    assert any("[[macro:later]]" in said for said in advice("[[macro:later]]\n", ana))
