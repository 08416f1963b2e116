"""Lines with their small pictures: of which days they are, and of how many parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics import levels
from metrics.dashboards import breaking_down
from metrics.dashboards.breaking_down import Line
from metrics.dashboards.filters import DashboardFilter, read
from metrics.definitions import BY_KEY, VOLUME
from metrics.dimensions import LABEL, TEAM, Dimension
from metrics.filters import Period
from metrics.weeks import block_of
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring


@pytest.mark.parametrize("days", [1, 13, 28, 31, 92, 93, 182, 365, 366, 730])
def test_small_pictures_have_equal_parts_and_no_day_beside_the_period(days: int) -> None:
    """Wherever the period ends: a part of one day beside others of four weeks would look like a fall."""
    for end in range(28):
        last = date(2026, 11, 1) + timedelta(days=end)
        period = Period(last - timedelta(days=days - 1), last)
        for points in range(breaking_down.SPARK_LEAST, breaking_down.SPARK_POINTS + 1):
            drawn, part, at_once = breaking_down._parts(period, points)
            assert period.first <= drawn.first <= drawn.last <= period.last
            assert drawn.days % part == part % at_once == 0
            assert 1 <= drawn.days // part <= breaking_down.SPARK_POINTS
            assert days < 28 or drawn.days // part >= points // 2
            if at_once == levels.BLOCK_OF_WEEKS:
                assert block_of(drawn.first) == drawn.first
        if days == 365:
            assert at_once == levels.BLOCK_OF_WEEKS
            assert drawn.days // part >= 12


@pytest.fixture
def two_years(payments: Team, harbor_payments: Team) -> None:
    """Every other day a ticket or two, of two labels, each a little different."""
    rows = []
    for n in range(0, 730, 2):
        day = date(2024, 1, 1) + timedelta(days=n)
        for label, team in (("refund", payments), ("payout", harbor_payments))[: 1 + n % 3 % 2]:
            rows.append(
                f"{label}{n},solved,{day}T08:00Z,{day}T{9 + n % 13:02}:30Z,{team.slug},{label},"
                f"{'good' if n % 7 else 'bad'},good_bad,{day}T23:00Z,{n % 5 == 0:d},{label}{n}@x.example"
            )
    bring(
        "external_id,status,created_at,last_solved_at,team,labels,rating,rating_scale,rated_at,reopen_count,requester\n"
        + "\n".join(rows)
        + "\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("against", ["previous", "nothing", "site=harbor"])
@pytest.mark.parametrize("key", ["csat", "resolution", "volume", "fcr"])
def test_lines_with_their_blocks_are_those_read_apart(
    two_years: None, gia: User, key: str, against: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a year, wherever it ends within its blocks, and with fewer parts than blocks too."""
    metric = BY_KEY[key]
    for last in (date(2025, 12, 29), date(2025, 12, 16)):
        chosen = read(f"period=365&until={last}&against={against}", user=gia)
        for by in (LABEL, TEAM):

            def shown(by: Dimension = by, chosen: DashboardFilter = chosen) -> list[Line]:
                found = breaking_down.with_sparks(breaking_down.lines(chosen, metric, by), chosen, metric, by)
                return sorted((replace(line, pieces={}) for line in found), key=lambda line: line.name.key)

            together = shown()
            assert [len(line.spark) > 3 for line in together] == [True, True]
            with monkeypatch.context() as here:
                here.setattr(breaking_down, "_blocks", lambda _period: None)
                assert shown() == together


@pytest.mark.django_db
def test_lines_of_a_year_and_their_pictures_are_one_question(two_years: None, gia: User) -> None:
    chosen = read("period=365&until=2025-12-29", user=gia)
    with CaptureQueriesContext(connection) as asked:
        found = breaking_down.with_sparks(breaking_down.lines(chosen, VOLUME, LABEL), chosen, VOLUME, LABEL)
    assert [len(line.spark) for line in found] == [12, 12]
    assert sum("created_n" in one["sql"] and "metrics_week" in one["sql"] for one in asked) == 1
