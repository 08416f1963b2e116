"""What is old enough to tell goes by each source's own files: one that is behind does not look better for it."""

from __future__ import annotations

from datetime import date

import pytest

from metrics import reporting
from metrics.dashboards import facts, tickets
from metrics.dashboards.filters import read
from metrics.definitions import FCR, REOPENED, Metric
from metrics.filters import Period
from metrics.summing import mature_by_source, mature_until
from sopdesk.accounts.models import User
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))
HEAD = "external_id,status,created_at,first_solved_at,reopen_count,requester,labels\n"


@pytest.fixture
def two_sources() -> None:
    """A ticket a day, solved within the hour: of one source all June, of the other until Thursday the 11th."""
    for name, last in (("Fresh", 30), ("Behind", 11)):
        rows = (
            f"{name}{day},solved,2026-06-{day:02}T09:00Z,2026-06-{day:02}T10:00Z,0,{name}{day}@x.example,refund\n"
            for day in range(1, last + 1)
        )
        bring(HEAD + "".join(rows), at=source(name))


def test_each_source_matures_by_its_own_newest_day(two_sources: None) -> None:
    fresh, behind = source("Fresh").pk, source("Behind").pk
    assert mature_by_source() == {fresh: date(2026, 6, 22), behind: date(2026, 6, 3)}
    assert mature_until() == date(2026, 6, 22)
    assert "older files" in next(iter(facts.facts_of(FCR, {}, {}))).text


@pytest.mark.parametrize("metric", [FCR, REOPENED])
def test_the_last_days_of_a_source_that_is_behind_are_left_out(
    metric: Metric, two_sources: None, gia: User
) -> None:
    by_source = {
        line.keys["source"]: line.figure.n
        for line in reporting.report(None, metric, by=["source"], period=JUNE)
    }
    assert by_source == {"Fresh": 22, "Behind": 3}
    [whole] = reporting.report(None, metric, period=JUNE)
    days = reporting.report(None, metric, by=["day"], period=JUNE)
    by_label = reporting.report(None, metric, by=["priority"], period=JUNE)
    assert [whole.figure.n, sum(line.figure.n for line in days), sum(line.figure.n for line in by_label)] == [
        25
    ] * 3
    chosen = read("since=2026-06-01&until=2026-06-30", user=gia)
    assert tickets.tickets(gia, chosen, metric.key).count() == 25


def test_with_all_sources_alike_nothing_is_said_of_older_files(two_sources: None) -> None:
    bring(HEAD + "late,open,2026-06-30T09:00Z,,0,late@x.example,refund\n", at=source("Behind"))
    assert {*mature_by_source().values()} == {date(2026, 6, 22)}
    assert "older files" not in next(iter(facts.facts_of(FCR, {}, {}))).text
