"""IQS of many reviews: by team, criterion and section."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from metrics import intervals
from metrics.filters import Period
from metrics.quality import iqs, scorecards
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
PERIOD = Period(date(2026, 11, 2), date(2026, 11, 15))


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


@pytest.fixture
def reviews(gia: User, ana: User, ben: User, payments: Team, harbor_payments: Team) -> None:
    past = [factories.past(ana, ben, body="## Verify {#verify}\n\nAsk.\n")]
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    place = {"sop_key": "SOP-0001", "sop_anchor": "verify"}
    criteria = [
        {"name": "Asks", "weight": 1, **place}, {"name": "Writes it down", "weight": 3, **place},
        {"name": "Is kind", "weight": 4, "top": 4},
    ]  # fmt: skip
    card = making.scorecard(gia, criteria=criteria)
    for number, (team, day, scores) in enumerate((
        (payments, 3, [1, 1, 4]), (payments, 10, [1, 0, 2]), (harbor_payments, 11, [0, None, None]),
        (harbor_payments, 12, [None, None, None]), (payments, 30, [0, 0, 0]),
    )):  # fmt: skip
        making.done(card, making.ticket(f"T{number}", team, assignee="Dev"), gia, scores, at=at(day))


def test_it_is_the_mean_of_the_reviews_with_n_and_interval(reviews: None, gia: User) -> None:
    found = iqs.overall(iqs.reviews(gia, PERIOD)).figure
    scores = [1.0, 3 / 8, 0.0]
    assert (found.value, found.n) == (pytest.approx(sum(scores) / 3), 3)
    low, high = intervals.mean(sum(scores), sum(score**2 for score in scores), 3) or (0, 0)
    assert (found.low, found.high) == (max(0, low), min(1, high))


def test_by_team(reviews: None, gia: User, finn: User) -> None:
    rows = {row.name: row.figure for row in iqs.by_team(iqs.reviews(gia, PERIOD))}
    assert (rows["Payments"].value, rows["Payments"].n) == (pytest.approx(11 / 16), 2)
    assert (rows["Harbor Payments"].value, rows["Harbor Payments"].low) == (0, None)
    assert [row.name for row in iqs.by_team(iqs.reviews(finn, PERIOD))] == ["Harbor Payments"]


def test_by_criterion_leaves_out_what_did_not_apply(reviews: None, gia: User) -> None:
    rows = {row.key: row for row in iqs.by_criterion(iqs.reviews(gia, PERIOD))}
    assert (rows["asks"].figure.value, rows["asks"].figure.n) == (pytest.approx(2 / 3), 3)
    assert (rows["writes-it-down"].figure.value, rows["writes-it-down"].skipped) == (0.5, 1)
    assert rows["is-kind"].figure.value == pytest.approx(0.75)


def test_by_section_weighs_the_criteria_that_point_at_it(reviews: None, gia: User) -> None:
    [row] = iqs.by_section(iqs.reviews(gia, PERIOD))
    assert row.place == ("SOP-0001", "verify")
    assert (row.figure.value, row.figure.n) == (pytest.approx((1 + 0.25 + 0) / 3), 3)


@pytest.fixture
def revised(gia: User, ana: User, ben: User, payments: Team) -> None:
    """A critical criterion of two in a section, which moved from another; and a critical one without a section."""
    for key, anchor in (("SOP-0001", "verify"), ("SOP-0002", "ask")):
        past = [factories.past(ana, ben, body=f"## Now {{#{anchor}}}\n\nAsk.\n")]
        factories.published("sop", key, author=ana, reviewer=ben, versions=past)
    rows = [{"name": "Asks", "is_critical": True, "sop_key": "SOP-0002", "sop_anchor": "ask"},
            {"name": "Writes", "weight": 3, "sop_key": "SOP-0002", "sop_anchor": "ask"},
            {"name": "Is safe", "is_critical": True}]  # fmt: skip
    card = making.scorecard(gia, criteria=rows)
    making.done(card, making.ticket("A", payments), gia, [0, 1, 1], at=at(3))
    place = {"sop_key": "SOP-0001", "sop_anchor": "verify"}
    keyed = [{**row, "key": key} for row, key in zip(rows, ("asks", "writes", "is-safe"), strict=True)]
    keyed[:2] = [{**keyed[0], **place}, {**keyed[1], **place}]
    scorecards.revise(card, actor=gia, based_on=1, criteria=keyed)
    making.done(card, making.ticket("B", payments), gia, [0, 1, 1], at=at(4))
    making.done(card, making.ticket("C", payments), gia, [1, 0, 0], at=at(5))


def test_a_critical_fail_makes_its_own_section_0_and_no_other(revised: None, gia: User) -> None:
    rows = {row.place: row for row in iqs.by_section(iqs.reviews(gia, PERIOD))}
    before, after = rows["SOP-0002", "ask"], rows["SOP-0001", "verify"]
    assert (before.figure.value, before.figure.n, before.critical) == (0, 1, 1)
    assert (after.figure.value, after.figure.n, after.critical) == (pytest.approx((0 + 1 / 4) / 2), 2, 1)


def test_a_criterion_points_where_its_newest_version_points(revised: None, gia: User) -> None:
    rows = {row.key: row for row in iqs.by_criterion(iqs.reviews(gia, PERIOD))}
    assert rows["asks"].place == ("SOP-0001", "verify")
    assert (rows["asks"].figure.n, rows["asks"].critical) == (3, 2)
