"""The incident log of a real IT desk, checked against an independent reading of the raw file.

What is expected is worked out here with the csv module and plain Python alone: nothing of the product is used for it.
"""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.db.models import Count, Q

from metrics.definitions import BY_KEY
from metrics.models import Import, Rollup, SlaResult, StatusSpan, Ticket, VendorFigure
from metrics.reporting import buckets, figure, parts
from tests.metrics.bringing import bring

LOG = Path(__file__).parents[3] / "shared/data/tickets_servicenow/incident_event_log.zip"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not LOG.exists(), reason="the incident log is not here"),
]

DUBLIN = ZoneInfo("Europe/Dublin")
OVER = {"Resolved", "Closed"}
WAITING = {"Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence"}
TARGET = {"1": 8 * 3600, "2": 16 * 3600}
Event = tuple[datetime, int, int, dict[str, str]]
FREE = set(holidays.country_holidays("IE", years=range(2015, 2019)))


@cache
@cache
def stamp(text: str) -> datetime | None:
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def incidents() -> dict[str, list[Event]]:
    """The events of each incident, by their time, version and line."""
    found: dict[str, list[Event]] = defaultdict(list)
    with zipfile.ZipFile(LOG) as archive:
        text = io.TextIOWrapper(archive.open(archive.namelist()[0]), "utf-8", newline="")
        rows = csv.reader(text)
        names = next(rows)
        for line, cells in enumerate(rows):
            row = dict(zip(names, cells, strict=True))
            when = stamp(row["sys_updated_at"])
            assert when is not None
            found[row["number"]].append((when, int(row["sys_mod_count"]), line, row))
    return {number: sorted(events, key=lambda event: event[:3]) for number, events in found.items()}


@dataclass
class Expected:
    opened: datetime
    solved: datetime
    first_solved: datetime
    reopened: bool
    made_sla: bool
    business_s: int
    target_s: int
    waits: list[tuple[datetime, datetime]]


def last_known(events: list[Event], name: str) -> str:
    said = [row[name] for _when, _version, _line, row in events if row[name] != "?"]
    return said[-1] if said else "?"


def expected(events: list[Event]) -> Expected:
    states = [(when, row["ident_state"]) for when, _v, _l, row in events if row["ident_state"] != "-100"]
    solves = [
        when for (when, state), before in zip(states, [None, *[s for _w, s in states]], strict=False)
        if state in OVER and before not in OVER
    ]  # fmt: skip
    opened = stamp(last_known(events, "opened_at"))
    solved = stamp(last_known(events, "resolved_at")) or (
        max(solves) if solves else stamp(last_known(events, "closed_at"))
    )
    assert opened is not None
    assert solved is not None
    waits = [
        (when, until) for (when, state), (until, _next) in itertools.pairwise(states) if state in WAITING
    ]
    return Expected(
        opened, solved, min(solves) if solves else solved, int(last_known(events, "reopen_count")) > 0,
        last_known(events, "made_sla") == "true", office_seconds(opened, solved) - paused(opened, solved, waits),
        TARGET.get(last_known(events, "priority"), 40 * 3600), waits,
    )  # fmt: skip


def paused(opened: datetime, solved: datetime, waits: list[tuple[datetime, datetime]]) -> int:
    """Waits follow one another, so that no two overlap."""
    return sum(
        office_seconds(max(a, opened), min(b, solved)) for a, b in waits if max(a, opened) < min(b, solved)
    )


def office_seconds(start: datetime, end: datetime) -> int:
    """Day by day: the part of 09:00 to 17:30 in Dublin on working days that lies between."""
    total, day = 0.0, start.astimezone(DUBLIN).date()
    while day <= end.astimezone(DUBLIN).date():
        if hours := office_hours(day):
            opens, closes = hours
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
        day += timedelta(days=1)
    return int(total)


@cache
def office_hours(day: date) -> tuple[datetime, datetime] | None:
    if day.weekday() >= 5 or day in FREE:
        return None
    opens = datetime(day.year, day.month, day.day, 9, tzinfo=DUBLIN).astimezone(UTC)
    return opens, datetime(day.year, day.month, day.day, 17, 30, tzinfo=DUBLIN).astimezone(UTC)


def test_the_log_gives_the_same_figures_as_an_independent_reading() -> None:
    truth = {number: expected(events) for number, events in incidents().items()}
    done = bring(LOG, read_as="servicenow_events")
    _rows_are_all_there(done)
    tickets = {
        t.external_id: t for t in Ticket.objects.only("external_id", "created_at", "last_solved_at", "flags")
    }
    assert set(tickets) == set(truth)
    assert [
        n
        for n, t in tickets.items()
        if (t.created_at, t.last_solved_at) != (truth[n].opened, truth[n].solved)
    ] == []
    _promises(truth)
    _vendor(truth)
    _resolution(truth)
    _reopened(truth)


def _rows_are_all_there(done: Import) -> None:
    assert (done.state, done.rows_read, done.added, done.rejected) == ("done", 141_712, 24_918, 0)
    assert "category (2)" not in done.ignored_columns
    assert Ticket.objects.filter(labels__contains=["category 55", "subcategory 170"]).exists()
    assert not StatusSpan.objects.filter(from_at__gt=datetime(2018, 1, 1, tzinfo=UTC)).exists()


def _promises(truth: dict[str, Expected]) -> None:
    """Every single result, and the attainment on the dashboard."""
    results = SlaResult.objects.filter(metric="resolution").values_list(
        "ticket__external_id", "elapsed_s", "target_s", "state"
    )
    # A solve before the log's own first solve is out of order: flagged, and not judged.
    judged = {n: e for n, e in truth.items() if min(e.first_solved, e.solved) == e.first_solved}
    assert {n: (s, t, state) for n, s, t, state in results} == {
        n: (e.business_s, e.target_s, "met" if e.business_s <= e.target_s else "breached")
        for n, e in judged.items()
    }
    met = sum(e.business_s <= e.target_s for e in judged.values())
    shown = figure(BY_KEY["sla_resolution"], parts(Rollup.objects.filter(label="")))
    assert (shown.n, shown.value) == (len(judged), met / len(judged))
    assert not figure(BY_KEY["sla_reply"], parts(Rollup.objects.filter(label=""))).is_measured


def _vendor(truth: dict[str, Expected]) -> None:
    """The desk's own verdict stands beside ours."""
    own: Any = VendorFigure.objects.filter(name="sla").aggregate(
        n=Count("pk"), met=Count("pk", filter=Q(met=True))
    )
    assert own == {"n": 24_918, "met": sum(e.made_sla for e in truth.values())}
    assert own["met"] == 15_803


def _resolution(truth: dict[str, Expected]) -> None:
    seconds = [(e.solved - e.opened).total_seconds() for e in truth.values() if e.first_solved <= e.solved]
    rollups = Rollup.objects.filter(label="")
    assert parts(rollups)["resolution_s"] == sum(seconds)
    shown = figure(BY_KEY["resolution"], parts(rollups), buckets(rollups, "resolution_log")[()])
    assert shown.n == len(seconds)
    assert shown.value == pytest.approx(median(seconds), rel=0.01)


def _reopened(truth: dict[str, Expected]) -> None:
    assert Ticket.objects.filter(reopen_count__gt=0).count() == sum(e.reopened for e in truth.values()) == 275
    day = date(2016, 5, 9)
    solved = [
        e
        for e in truth.values()
        if e.first_solved.astimezone(DUBLIN).date() == day and e.first_solved <= e.solved
    ]
    found = parts(Rollup.objects.filter(label="", day=day))
    assert found["solved_n"] == len(solved) > 0
