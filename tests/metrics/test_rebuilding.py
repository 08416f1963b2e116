"""All rollups anew: the same again, by several workers at once, beside imports."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from metrics import histograms, rebuilding, reporting, rollups
from metrics.filters import Period
from metrics.models import Backlog, Cell, Rollup, Slice, StaleDay, Week, WeekCell
from metrics.weeks import WEEKS
from sopdesk.accounts.models import Team
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring, source

SPRING = Period(date(2026, 3, 1), date(2026, 6, 30))
HEAD = "external_id,status,created_at,last_solved_at,requester,labels,macro_keys,assignee,team,active_s\n"


def rows(name: str, count: int) -> str:
    days = [f"2026-{3 + n % 3:02}-{1 + n % 28:02}" for n in range(count)]
    return "".join(
        f"{name}{n},{'open' if n % 9 == 0 else 'solved'},{day}T10:00Z,{'' if n % 9 == 0 else day + 'T15:00Z'},"
        f"p{n % 7}@x.example,refund,m{n % 3},ann,payments,{60 + n}\n"
        for n, day in enumerate(days)
    )


def everything() -> list[list[Any]]:
    """All rollups but for their own numbers, in an order that does not depend on how they were made."""
    found = []
    for level in (Cell, WeekCell, Rollup, Week, Slice, Backlog):
        names = [field.attname for field in level._meta.concrete_fields if field.attname != "id"]
        found.append(sorted(repr([*map(plain, row)]) for row in level.objects.values_list(*names)))
    return found


def plain(value: Any) -> Any:
    """A histogram whose contacts stand in another order is the same."""
    return sorted(histograms.counted(value).items()) if isinstance(value, bytes | memoryview) else value


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rebuild_rollups", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_months_are_cut_where_they_end() -> None:
    pieces = [*rebuilding.months(date(2026, 1, 30), date(2026, 3, 2))]
    assert [(str(first), str(last)) for first, last in pieces] == [
        ("2026-01-30", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-02"),
    ]


@pytest.mark.django_db
def test_anew_is_the_same_again(payments: Team) -> None:
    bring(HEAD + rows("a", 60))
    before = everything()
    Rollup.objects.filter(day__lt=date(2026, 4, 10)).delete()
    assert "days in" in run()
    assert everything() == before
    assert not Job.objects.exclude(state=Job.State.DONE)
    Rollup.objects.all().delete()
    run("--from", "2026-05-01", "--to", "2026-05-03")
    assert {*Rollup.objects.values_list("day", flat=True)} <= {date(2026, 5, day) for day in (1, 2, 3)}


@pytest.mark.django_db
def test_what_cannot_be_is_said() -> None:
    assert "no tickets" in run()
    bring(HEAD + rows("a", 3))
    with pytest.raises(CommandError, match="after the last"):
        run("--from", "2026-05-02", "--to", "2026-05-01")


@pytest.mark.django_db(transaction=True)
def test_several_at_once_beside_an_import_count_nothing_twice() -> None:
    bring(HEAD + rows("a", 60))

    def apart(what: Any) -> None:
        try:
            what()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        jobs = [
            lambda: run("--workers", "2"),
            lambda: bring(HEAD + rows("b", 60), at=source("Other")),
            lambda: rollups.rebuild([date(2026, 4, day) for day in range(1, 15)]),
        ]
        for done in [threads.submit(apart, job) for job in jobs]:
            done.result()
    assert not StaleDay.objects.exists()
    [line] = reporting.report(None, "volume", period=SPRING)
    assert line.figure.value == 120
    at_once = everything()
    run()
    assert everything() == at_once


@pytest.mark.django_db
def test_the_hour_that_comes_twice_at_midnight_belongs_to_its_day(settings: Any) -> None:
    settings.REPORTING_TIME_ZONE = "Atlantic/Azores"  # 25 October 2026 has two midnights: 00:00Z and 01:00Z
    bring(
        "external_id,status,created_at,last_solved_at,rating,rating_scale,rated_at,active_s,handled_at\n"
        "1,solved,2026-10-24T10:00Z,2026-10-25T00:30Z,good,good_bad,2026-10-25T14:00Z,60,2026-10-25T00:30Z\n"
        "2,open,2026-10-25T00:20Z,,,,,,\n"
    )
    as_brought, backlog = everything(), Backlog.objects.count()
    on_it = Rollup.objects.filter(day=date(2026, 10, 25), label="")
    told = on_it.aggregate(
        **{name: Sum(name) for name in ("created_n", "solved_n", "offered_n", "handled_n")}
    )
    assert told == {"created_n": 1, "solved_n": 1, "offered_n": 1, "handled_n": 1}
    for days in ([25], [24], [24, 25], [25, 26]):
        rollups.rebuild([date(2026, 10, day) for day in days])
        assert everything() == as_brought, days
    assert Backlog.objects.count() == backlog == 2


@pytest.mark.django_db
def test_a_week_keeps_what_only_days_of_before_tell_of() -> None:
    """The days that are added up tell of nothing but a handling, a day after them of a rating."""
    rated = "external_id,status,created_at,last_solved_at,rating,rating_scale,rated_at\n"
    handled = "external_id,status,created_at,last_solved_at,talk_s\n"
    bring(rated + "A,solved,2026-05-07T10:00Z,2026-05-07T11:00Z,good,good_bad,2026-05-07T12:00Z\n")
    bring(handled + "B,solved,2026-05-05T10:00Z,2026-05-05T11:00Z,60\n")
    bring("external_id,status,created_at\nC,open,2026-05-04T10:00Z\n")
    for level in (
        Week.objects.filter(label=""),
        *(WeekCell.objects.filter(kind=kind) for kind in WeekCell.Kind),
    ):
        for weeks in (1, WEEKS):
            found = reporting.parts(level.filter(weeks=weeks))
            assert [found[name] for name in ("created_n", "good_n", "handled_n", "handle_s")] == [3, 1, 1, 60]


@pytest.mark.django_db
@pytest.mark.parametrize("gone", [[Cell, Rollup, Slice], [Cell], [Rollup]])
def test_levels_without_the_others_are_not_there_twice(gone: list[Any]) -> None:
    """Tickets may come between the statement that adds up their days and that of the backlog; and a desk of before
    cells has rollups alone."""
    bring(HEAD + rows("a", 60))
    before = everything()
    for level in gone:
        level.objects.all().delete()
    rollups.rebuild([date(2026, 3, 1) + timedelta(days=n) for n in range(100)], source().pk)
    assert everything() == before
