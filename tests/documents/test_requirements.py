"""What a change needs: rules by what its documents are and were, reviewers asked by name, one answer for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import User
from sopdesk.documents import assigning, editing, publishing, reviewing, ruling
from sopdesk.documents.errors import ChangeRefused, PublishRefused
from sopdesk.documents.models import Approval, Change, ChangeItem, Document, OutsideReviewer, ReviewRule
from sopdesk.documents.requirements import overview, requirements
from sopdesk.documents.requirements_in_sql import asking_for, waiting_for
from tests import factories

pytestmark = pytest.mark.django_db
RISKY = {"risk": "high", "labels": [], "topics": ["minors", "refund"]}


@pytest.fixture(autouse=True)
def no_rules(db: None) -> None:
    """Each test makes the rules that it is about."""
    ReviewRule.objects.all().delete()


@pytest.fixture
def rule(hal: User) -> Callable[..., ReviewRule]:
    def made(*functions: str, **matched: str) -> ReviewRule:
        return ruling.add_rule(actor=hal, functions=list(functions), **matched)

    return made


def again(change: Change) -> Change:
    return Change.objects.get(pk=change.pk)


def approve(change: Change, reviewer: User, **how: Any) -> Change:
    change = again(change)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change), **how)


def of_high_risk(draft: ChangeItem, ana: User) -> Change:
    editing.save_draft(draft, revision=draft.revision, actor=ana, data=RISKY)
    return reviewing.propose(draft.change, actor=ana)


def test_without_a_rule_one_reviewer_is_enough(proposed: Change, ben: User) -> None:
    assert [str(lack) for lack in requirements(proposed).missing] == [
        "It needs the approval of somebody of the desk who did not write it."
    ]
    assert approve(proposed, ben).state == "approved"


@pytest.mark.parametrize(
    ("matched", "asked"),
    [
        ({"risk": "high"}, True),
        ({"risk": "low"}, False),
        ({"topic": "minors"}, True),
        ({"topic": "min"}, False),
        ({"kind": "sop"}, True),
        ({"kind": "macro"}, False),
        ({"audience": "internal"}, True),
        ({"audience": "public"}, False),
        ({"kind": "sop", "risk": "high", "topic": "refund", "audience": "internal"}, True),
        ({"kind": "sop", "risk": "high", "topic": "refund", "audience": "public"}, False),
        ({}, True),
    ],
)
def test_a_rule_asks_where_all_it_names_matches(
    rule: Callable[..., ReviewRule], matched: dict[str, str], asked: bool, draft: ChangeItem, ana: User
) -> None:
    rule("legal", **matched)
    change = of_high_risk(draft, ana)
    assert [need.function for need in requirements(change).needs] == (["legal"] if asked else [])
    assert overview([change])[change.pk].open_functions == requirements(change).open_functions
    assert Change.objects.filter(asking_for("legal")).exists() is asked


def test_lowering_the_risk_in_the_same_change_does_not_get_round_a_rule(
    rule: Callable[..., ReviewRule], ana: User, ben: User
) -> None:
    rule("compliance", risk="high")
    sop = factories.published("sop", "SOP-0009", author=ana, reviewer=ben, data=RISKY)
    item = editing.start_change(sop, actor=ana)
    editing.save_draft(item, revision=item.revision, actor=ana, data={**RISKY, "risk": "low"})
    assert [need.function for need in requirements(item.change).needs] == ["compliance"]
    assert Change.objects.filter(asking_for("compliance"), pk=item.change_id).exists()


def test_every_function_has_to_approve_and_one_person_may_for_several(
    rule: Callable[..., ReviewRule], draft: ChangeItem, ana: User, ben: User, carla: User
) -> None:
    rule("operations", "legal", "compliance", risk="high")
    change = of_high_risk(draft, ana)
    assert approve(change, ben).state == "in_review"
    assert requirements(again(change)).open_functions == (ReviewFunction.LEGAL, ReviewFunction.COMPLIANCE)
    assert approve(change, carla).state == "approved"
    assert Approval.objects.get(reviewer=carla).functions == ["compliance", "legal"]


def test_an_approval_of_somebody_without_the_function_covers_nothing(
    rule: Callable[..., ReviewRule], draft: ChangeItem, ana: User, ben: User
) -> None:
    rule("legal", risk="high")
    assert approve(of_high_risk(draft, ana), ben).state == "in_review"
    with pytest.raises(ChangeRefused, match="that you hold"):
        approve(draft.change, factories.user("Rita", "reviewer"), functions=["legal"])


def test_signing_again_may_add_a_function_and_nothing_else(
    rule: Callable[..., ReviewRule], draft: ChangeItem, ana: User, carla: User
) -> None:
    rule("legal", "compliance", risk="high")
    change = of_high_risk(draft, ana)
    approve(change, carla, functions=["legal"])
    with pytest.raises(ChangeRefused, match="approved this already"):
        approve(change, carla, functions=["legal"])
    assert approve(change, carla, functions=["compliance"]).state == "approved"
    assert change.approvals.get(voided_at=None).functions == ["compliance", "legal"]


def test_a_rule_added_since_the_approval_stops_the_publication(
    rule: Callable[..., ReviewRule], approved: Change, ben: User, carla: User, refunds: Document
) -> None:
    rule("compliance", kind="sop", note="Rules of conduct.")
    with pytest.raises(PublishRefused, match=r"Compliance \(SOP-0001: Rules of conduct"):
        publishing.publish(approved, actor=ben)
    assert refunds.versions.count() == 1
    assert approve(approved, carla).state == "approved"
    publishing.publish(again(approved), actor=ben)
    assert refunds.versions.count() == 2


def test_a_rule_taken_away_since_asks_for_nothing(
    rule: Callable[..., ReviewRule], draft: ChangeItem, ana: User, ben: User, hal: User
) -> None:
    legal = rule("legal", risk="high")
    change = of_high_risk(draft, ana)
    approve(change, ben)
    ruling.delete_rule(legal, actor=hal)
    assert requirements(again(change)).is_met


def test_who_was_asked_by_name_has_to_approve(proposed: Change, ana: User, ben: User, carla: User) -> None:
    assigning.ask(proposed, reviewer=carla, actor=ana)
    assert approve(proposed, ben).state == "in_review"
    assert approve(proposed, carla).state == "approved"


RULES = st.builds(
    dict,
    kind=st.sampled_from(["", "sop", "macro"]),
    risk=st.sampled_from(["", "high", "low"]),
    topic=st.sampled_from(["", "minors", "other"]),
    functions=st.lists(st.sampled_from(ReviewFunction.values), min_size=1, max_size=2, unique=True),
)


@given(
    rules=st.lists(RULES, max_size=3),
    signed=st.booleans(),
    asked=st.booleans(),
    claimed=st.sampled_from(["", "ben", "carla"]),
    let_in_by=st.sampled_from(["", "ana", "ben"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_and_the_page_agree_on_whom_a_change_waits_for(
    rules: list[dict[str, Any]],
    signed: bool,
    asked: bool,
    claimed: str,
    let_in_by: str,
    proposed: Change,
    cast: dict[str, User],
) -> None:
    """The one in SQL, for lists, against the one that decides. Somebody from outside whom an author let in counts for
    nothing."""
    ReviewRule.objects.all().delete()
    ReviewRule.objects.bulk_create(ReviewRule(**values) for values in rules)
    proposed.asked.all().delete()
    Approval.objects.filter(change=proposed).delete()
    OutsideReviewer.objects.filter(change=proposed).delete()
    item = proposed.items.get()
    ChangeItem.objects.filter(pk=item.pk).update(data=RISKY)
    Change.objects.filter(pk=proposed.pk).update(state="in_review", claimed_by=cast.get(claimed))
    if asked:
        assigning.ask(again(proposed), reviewer=cast["carla"], actor=cast["ana"])
    if signed:
        approve(proposed, cast["ben"])
    change = again(proposed)
    if let_in_by:
        expires_at = timezone.now() + timedelta(days=7)
        olga = OutsideReviewer(change=change, asked_by=cast[let_in_by], expires_at=expires_at)
        olga.save()
        signed_hash = reviewing.current_hash(change)
        Approval(change=change, outside=olga, functions=["legal"], content_hash=signed_hash).save()
    for name in ("ben", "carla"):
        listed = Change.objects.filter(waiting_for(cast[name])).exists()
        waits = change.state == "in_review" and requirements(change).waits_for(cast[name], change)
        assert listed == waits, (name, rules)
