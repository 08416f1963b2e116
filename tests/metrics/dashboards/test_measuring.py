"""What a tab reads: the figure that is drawn by day or week, all others by as many days as there are."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics.dashboards import measuring
from metrics.dashboards.filters import read
from metrics.dashboards.measuring import Board
from metrics.dashboards.tabs import OVERVIEW
from metrics.definitions import CSAT, FIRST_REPLY, VOLUME, Metric
from metrics.filters import Period
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,last_solved_at,team,rating,rating_scale,rated_at,active_s,first_public_reply_at\n"


@pytest.fixture
def figures(payments: Team) -> None:
    """A ticket on each of three days of every month of 2025, each a little different."""
    days = [f"2025-{month:02}-{day:02}" for month in range(1, 13) for day in (3, 14, 25)]
    bring(
        HEAD
        + "".join(
            f"{n},solved,{day}T10:00Z,{day}T1{2 + n % 8}:00Z,{payments.slug},{'good' if n % 3 else 'bad'},good_bad,"
            f"{day}T13:00Z,{200 + n},{day}T10:{5 + n}Z\n"
            for n, day in enumerate(days)
        )
    )


def board(gia: User, drawn: Metric, period: int) -> Board:
    chosen = read(f"period={period}&until=2025-12-31", user=gia)
    return measuring.board(chosen, OVERVIEW.metrics, drawn)


@pytest.mark.parametrize("period", [28, 182, 365])
@pytest.mark.parametrize("drawn", [CSAT, FIRST_REPLY, VOLUME], ids=lambda metric: metric.key)
def test_tiles_and_trend_are_those_of_all_parts_by_day(
    figures: None, gia: User, drawn: Metric, period: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = board(gia, drawn, period)
    told = found.tiles(), found.points(drawn)
    assert found.now.added["created_n"] >= 2
    monkeypatch.setattr(measuring, "_by_day", lambda names, _drawn, **_is: names)
    plainly = board(gia, drawn, period)
    assert (plainly.tiles(), plainly.points(drawn)) == told


def test_only_what_is_drawn_is_read_by_week(figures: None, gia: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        board(gia, CSAT, 365)
    [drawn, others] = [one["sql"] for one in asked if '"metrics_week"' in one["sql"]]
    assert [name in drawn for name in ("good_n", "created_n", " -4")] == [True, False, False]
    assert [name in others for name in ("good_n", "created_n", " -4")] == [False, True, True]


@pytest.mark.parametrize("weekly", [False, True])
def test_points_begin_where_the_days_of_a_period_lie(weekly: bool) -> None:
    for days, later in product((1, 2, 6, 7, 8, 93, 365), range(8)):
        first = date(2026, 1, 1) + timedelta(days=later)
        period = Period(first, first + timedelta(days=days - 1))
        each = (measuring.start_of(first + timedelta(days=n), period, weekly=weekly) for n in range(days))
        assert measuring.starts(period, weekly=weekly) == sorted({*each})
