"""Weeks that are behind their days: no figure is told from them, and they are caught up with."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from metrics import (
    ageing,
    importing,
    reporting,
    rollups,
    spans,
    week_locks,
    weeks_behind,
)
from metrics.dashboards import offering
from metrics.definitions import BY_KEY
from metrics.filters import FigureFilter, Period
from metrics.models import Import, Source, StaleDay, StaleWeek, Week, WeekCell
from metrics.week_locks import Busy
from metrics.weeks import WEEKS, block_of, monday_of
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, bring, draft, finish, source

HEAD = "external_id,status,created_at,last_solved_at,labels,priority,market,channel,team,requester,active_s\n"
FIRST = date(2026, 1, 1)
DAYS = 120
PERIODS = [
    Period(date(2026, 1, 3), date(2026, 4, 26)),
    Period(date(2026, 2, 2), date(2026, 3, 29)),
    Period(date(2026, 2, 9), date(2026, 2, 15)),
    Period(date(2026, 1, 1), date(2026, 5, 31)),
]
METRICS = [metric for metric in BY_KEY.values() if not metric.of]
ASKED: list[tuple[tuple[str, ...], dict[str, str]]] = [
    ((), {}),
    (("label",), {}),
    (("team",), {}),
    (("source",), {}),
    (("priority",), {}),
    (("week",), {}),
    (("market",), {"channel": "chat"}),
    ((), {"label": "refund"}),
]


def rows(name: str, *, every: int = 1) -> str:
    told = []
    for n in range(0, DAYS, every):
        day = FIRST + timedelta(days=n)
        told.append(
            f"{name}{n},solved,{day}T10:00Z,{day + timedelta(days=n % 4)}T15:00Z,{'refund' if n % 3 else 'address'},"
            f"{('high', 'low')[n % 2]},{('DE', 'FR')[n % 5 == 0]},{('chat', 'email')[n % 3 == 0]},"
            f"T{n % 2},p{n % 9},{60 + n}\n"
        )
    return HEAD + "".join(told)


def as_far_as_the_weeks(content: str, at: Source) -> Import:
    """An import all of whose days are added up, and none of whose weeks is."""
    started = importing.start(draft(content, at=at), SHIPPED["sopdesk"], time_zone="UTC", actor=None)
    assert started.job_id is not None
    while Job.objects.get(pk=started.job_id).cursor.get("phase") != "weeks":
        assert running.run(started.job_id)
    return started


def told() -> list[Any]:
    return [
        reporting.reports(None, METRICS, by=by, period=period, narrow=narrow)
        for by, narrow in ASKED
        for period in PERIODS
    ]


def by_days(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as here:
        here.setattr(spans, "whole_weeks", lambda _period: None)
        return told()


@pytest.mark.django_db(transaction=True)
def test_figures_are_right_before_the_weeks_are_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time when there are no weeks at all, the second when those there are tell of before."""
    bring(rows("x", every=3), at=source("Another"))
    for name, count in (("a", 160), ("b", 280)):
        started = as_far_as_the_weeks(rows(name), source())
        assert StaleDay.objects.count() == 0
        assert {*StaleWeek.objects.values_list("source", flat=True)} == {source().pk}
        [line] = reporting.report(None, "volume", period=Period(FIRST, date(2026, 12, 31)))
        assert line.figure.value == count
        assert told() == by_days(monkeypatch)
        assert finish(started).state == "done"
        assert not StaleWeek.objects.exists()
        whole = WeekCell.objects.filter(source=source(), kind="labels", weeks=1)
        assert whole.aggregate(n=Sum("created_n"))["n"] == count - 40
        assert told() == by_days(monkeypatch)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("behind", [[0], [3], [0, 1, 2, 3, 4], [2, 3, 9, 12], [5, 7, 8, 16], [*range(20)]])
def test_a_week_that_is_behind_is_never_read(monkeypatch: pytest.MonkeyPatch, behind: list[int]) -> None:
    """Nor the block it lies in, of its source; the weeks beside it are."""
    bring(rows("a"))
    bring(rows("x", every=2), at=source("Another"))
    right = told()
    mondays = [monday_of(FIRST) + timedelta(weeks=n) for n in behind]
    blocks = {block_of(monday) for monday in mondays}
    StaleWeek.objects.bulk_create(StaleWeek(source=source(), day=monday) for monday in mondays)
    for level in (Week, WeekCell):
        wrong = Q(weeks__in=(1, -1), day__in=mondays) | Q(weeks__in=(WEEKS, -WEEKS), day__in=blocks)
        assert level.objects.filter(wrong, source=source()).update(
            created_n=F("created_n") + 1000, handle_s=1_000_000, handled_n=1000
        )
    assert told() == right
    assert by_days(monkeypatch) == right
    weeks_behind.catch_up_all()
    assert not StaleWeek.objects.exists()
    assert told() == right


@pytest.mark.django_db(transaction=True)
def test_time_catches_up_with_what_a_failed_import_left_but_not_while_days_are_added_up() -> None:
    started = as_far_as_the_weeks(rows("a"), source())
    assert started.job is not None
    assert Job.objects.get(pk=started.job.pk).progress_done < 1000, "it is not done yet"
    marked = StaleWeek.objects.count()
    assert marked > 15
    StaleDay.objects.create(ticket_import=started, day=FIRST)
    ageing.age()
    assert StaleWeek.objects.count() == marked
    # What was to be added up stays behind where somebody failed at it, and is nobody's work any more.
    Job.objects.filter(pk=started.job.pk).update(state=Job.State.FAILED)
    ageing.age()
    assert not StaleWeek.objects.exists()
    assert Week.objects.filter(label="", weeks=1).aggregate(n=Sum("created_n"))["n"] == DAYS


@pytest.mark.django_db(transaction=True)
def test_what_an_import_brings_is_offered_and_shown_before_its_weeks_are(gia: User, client: Client) -> None:
    """Values are looked for in blocks, of which there are none yet; and the page is a page."""
    cache.clear()
    started = as_far_as_the_weeks(rows("a"), source())
    offered = offering.choices_of(gia)
    assert {value for value, _word in offered["market"][0]} == {"DE", "FR"}
    assert {value for value, _word in offered["team"][0]} == {"T0", "T1"}
    for name, value in (("market", "DE"), ("priority", "low"), ("team", "T1")):
        assert offering.has(gia, name, value)
        assert not offering.has(gia, name, "nobody's")
    assert FigureFilter(QueryDict("team=T1"), user=gia).has("team", "T1")
    assert not FigureFilter(QueryDict("team=T1"), user=gia).has("team", "T2")
    client.force_login(gia)
    where = {"period": "365", "market": "DE"}
    before = client.get(reverse("metrics:dashboard"), where)
    assert before.status_code == 200
    assert "No ticket that you may see" not in before.content.decode()
    assert client.get(reverse("metrics:import_read", args=[started.pk])).status_code == 200
    finish(started)
    assert offering.has(gia, "market", "DE")


@pytest.mark.django_db(transaction=True)
def test_weeks_are_left_to_the_import_that_still_adds_up_days() -> None:
    """Of two imports of one source the last to end adds up the weeks of both."""
    long = as_far_as_the_weeks(rows("a"), source())
    StaleDay.objects.create(ticket_import=long, day=FIRST)
    marked = StaleWeek.objects.count()
    short = bring(HEAD + "z1,open,2026-02-10T10:00Z,,,,,,,,\n")
    assert short.state == "done"
    assert StaleWeek.objects.count() == marked
    StaleDay.objects.all().delete()
    assert finish(long).state == "done"
    assert not StaleWeek.objects.exists()
    assert Week.objects.filter(label="", weeks=1).aggregate(n=Sum("created_n"))["n"] == DAYS + 1


@pytest.mark.django_db(transaction=True)
def test_who_adds_up_a_day_at_once_leaves_the_other_weeks_of_its_block_behind() -> None:
    as_far_as_the_weeks(rows("a"), source())
    before = {*StaleWeek.objects.values_list("day", flat=True)}
    rollups.rebuild([date(2026, 2, 10)], source().pk)
    assert {*StaleWeek.objects.values_list("day", flat=True)} == before
    assert Week.objects.filter(day=date(2026, 2, 9), weeks=1).exists()
    assert not Week.objects.filter(day=date(2026, 2, 16), weeks=1).exists()


@pytest.mark.django_db(transaction=True)
def test_blocks_are_waited_for_and_days_of_other_weeks_are_not() -> None:
    """Two connections add up days of one block; who adds up the block has it to himself."""
    bring(rows("a"))
    monday = block_of(date(2026, 2, 10))
    refused = list[str]()

    def apart() -> None:
        asked = {"same week": (0, True), "other week": (7, True), "its weeks too": (14, False)}
        for name, (after, weeks_later) in asked.items():
            day = monday + timedelta(days=after)
            try:
                rollups.rebuild([day], source().pk, waits=False, weeks_later=weeks_later)
            except Busy:
                refused.append(name)
        connection.close()

    for taken in ("days", "block"):
        with transaction.atomic(), connection.cursor() as cursor:
            if taken == "days":
                week_locks.of_weeks(cursor, [monday], [monday], waits=True)
            else:
                week_locks.of_blocks(cursor, [monday], waits=True)
            refused.append(taken)
            thread = threading.Thread(target=apart)
            thread.start()
            thread.join()
    assert refused == [
        "days",
        "same week",
        "its weeks too",
        "block",
        "same week",
        "other week",
        "its weeks too",
    ]
