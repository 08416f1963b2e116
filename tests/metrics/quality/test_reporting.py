"""IQS at the one door of figures: the same as on the page, and only of what the person may see."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from metrics.asking import report
from metrics.filters import Period
from metrics.levels import Refused
from metrics.quality import iqs
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
PERIOD = Period(date(2026, 11, 2), date(2026, 11, 15))


@pytest.fixture(autouse=True)
def _reviews(gia: User, payments: Team, harbor_payments: Team) -> None:
    card = making.scorecard(gia, criteria=[{"name": "Asks", "top": 4}])
    for number, (team, day, score) in enumerate(
        ((payments, 3, 4), (payments, 10, 2), (harbor_payments, 11, 1))
    ):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        making.done(card, making.ticket(f"T{number}", team, assignee="Dev"), gia, [score], at=at)


def test_it_is_the_figure_of_the_page(gia: User) -> None:
    [line] = report(gia, "iqs", period=PERIOD)
    assert line.figure == iqs.overall(iqs.reviews(gia, PERIOD)).figure
    assert [each.figure.n for each in report(None, "iqs", period=PERIOD)] == [3]


def test_reviews_that_are_left_out_are_told_beside_it(gia: User, finn: User, payments: Team) -> None:
    card = making.scorecard(gia, name="Other", criteria=[{"name": "One", "top": 4}])
    at = datetime(2026, 11, 5, 12, tzinfo=UTC)
    making.done(card, making.ticket("N/A", payments, assignee="Dev"), gia, [None], at=at)
    [line] = report(gia, "iqs", period=PERIOD)
    assert (line.figure.n, line.figure.excluded, line.figure.not_measured) == (3, 1, 0)
    by_team = {
        line.keys["team"]: line.figure.excluded for line in report(None, "iqs", by=("team",), period=PERIOD)
    }
    assert by_team == {"payments": 1, "harbor-payments": 0}
    assert [line.figure.excluded for line in report(finn, "iqs", period=PERIOD)] == [0]


def test_by_team_and_week_and_narrowed(gia: User, finn: User) -> None:
    lines = report(gia, "iqs", by=("team", "week"), period=PERIOD, narrow={"vendor": "in_house"})
    found = {tuple(line.keys.values()): line.figure.value for line in lines}
    assert found == {("payments", "2026-11-02"): 1, ("payments", "2026-11-09"): 0.5}
    assert [line.keys["team"] for line in report(finn, "iqs", by=("team",), period=PERIOD)] == [
        "harbor-payments"
    ]


def test_of_an_agent_nothing_is_said_by_a_few(finn: User, gia: User) -> None:
    [line] = report(finn, "iqs", by=("agent",), period=PERIOD)
    assert (line.figure.value, line.figure.n, line.figure.is_small) == (None, 1, True)
    with pytest.raises(PermissionDenied):
        report(gia, "iqs", by=("agent",), period=PERIOD)


def test_of_an_agent_the_value_is_told_from_twenty_reviews_on(
    gia: User, finn: User, harbor_payments: Team
) -> None:
    card = making.scorecard(gia, name="Other", criteria=[{"name": "One", "top": 4}])
    at = datetime(2026, 11, 5, 12, tzinfo=UTC)
    for number in range(19):
        if number == 18:
            [few] = report(finn, "iqs", by=("agent",), period=PERIOD)
            assert (few.figure.value, few.figure.n, few.figure.is_small) == (None, 19, True)
        making.done(card, making.ticket(f"N{number}", harbor_payments, assignee="Dev"), gia, [4], at=at)
    [enough] = report(finn, "iqs", by=("agent",), period=PERIOD)
    assert (enough.figure.value, enough.figure.n) == (pytest.approx((19 + 0.25) / 20), 20)


def test_a_week_without_reviews_has_no_value(gia: User) -> None:
    longer = Period(date(2026, 10, 26), PERIOD.last)
    lines = report(gia, "iqs", by=("week",), period=longer)
    assert {line.keys["week"]: line.figure.n for line in lines if line.figure.n} == {
        "2026-11-02": 1,
        "2026-11-09": 2,
    }
    assert [line.figure.value for line in lines if not line.figure.n] in ([], [None])


def test_by_what_the_ticket_was_and_narrowed_to_it(gia: User, ana: User, ben: User, payments: Team) -> None:
    past = [factories.past(ana, ben, data={"labels": ["refund"]})]
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    card = making.scorecard(gia, name="Other", criteria=[{"name": "One", "top": 4}])
    at = datetime(2026, 11, 5, 12, tzinfo=UTC)
    said = {"market": "IE", "priority": "high", "macro_keys": ["refund-yes", "close"], "labels": ["refund"]}
    making.done(card, making.ticket("M1", payments, **said), gia, [1], at=at)
    of_it = {"market": "IE", "priority": "high", "macro": "close"}
    for key, value in of_it.items():
        found = {line.keys[key]: line.figure for line in report(gia, "iqs", by=(key,), period=PERIOD)}
        assert (found[value].value, found[value].n) == (0.25, 1), key
        [whole] = report(gia, "iqs", period=PERIOD, narrow={key: value})
        assert (whole.figure.value, whole.figure.n) == (0.25, 1), key
    [line] = report(gia, "iqs", by=("macro", "sop"), period=PERIOD, narrow={"macro": "close"})
    assert (line.keys, line.figure.n) == ({"macro": "close", "sop": "SOP-0001"}, 1)
    assert [each.figure.n for each in report(gia, "iqs", by=("sop",), period=PERIOD)] == [4]


def test_an_sop_that_there_is_not_is_refused(gia: User) -> None:
    with pytest.raises(Refused):
        report(gia, "iqs", period=PERIOD, narrow={"sop": "SOP-9"})
