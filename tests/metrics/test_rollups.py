"""The rollups say what the tickets themselves say, however they are cut."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Avg, Count, F, Max, Min, Q, Sum
from pytest_django import DjangoDbBlocker

from metrics import histograms, levels, reporting, rollups, spans, sums, week_rows
from metrics.definitions import BY_KEY
from metrics.filters import Period
from metrics.models import (
    Cell,
    Facet,
    HandleSegment,
    Import,
    Rating,
    Rollup,
    SlaResult,
    Slice,
    Source,
    Ticket,
    Week,
    WeekCell,
)
from metrics.reporting import buckets, figure, parts, parts_by
from metrics.weeks import OF_ALL, WEEKS, block_of
from sopdesk.accounts.models import Site, Team, User
from sopdesk.demo import ticket_loading
from sopdesk.demo.tickets import DESKS
from tests import factories
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
DUBLIN = ZoneInfo("Europe/Dublin")
WHOLE = Q(label="")
YEAR = Period(date(2025, 11, 2), date(2026, 11, 1))


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Import]:
    with rows_of_a_module(django_db_blocker, _tickets) as loaded:
        yield loaded


def _tickets() -> Import:
    site = Site.objects.create(name="Everywhere", slug="everywhere", kind="vendor", time_zone="UTC")
    Team.objects.bulk_create(Team(site=site, slug=slug, name=slug) for slug in [*DESKS][:8])
    return ticket_loading.load(count=1500, end=date(2026, 11, 1))


def test_they_add_up_to_the_tickets(desk: Import) -> None:
    found = parts(Rollup.objects.filter(WHOLE))
    rated = Rating.objects.exclude(normalised=None)
    assert found["created_n"] == Ticket.objects.count() == 1500
    assert found["offered_n"] == Rating.objects.count()
    assert found["good_n"] == rated.filter(normalised="positive").count()
    assert found["bad_n"] == rated.filter(normalised="negative").count()
    assert found["handled_n"] == HandleSegment.objects.count()
    assert found["handle_s"] / found["handled_n"] == pytest.approx(
        HandleSegment.objects.aggregate(a=Avg("handle_s"))["a"]
    )
    assert found["resolution_n"] == Ticket.objects.exclude(last_solved_at=None).count()
    for metric in ("reply", "resolution"):
        name = "first_reply" if metric == "reply" else metric
        met = SlaResult.objects.filter(metric=name, state="met").count()
        assert found[f"sla_{metric}_met_n"] == met > 0


def test_each_day_team_and_label_adds_up(desk: Import) -> None:
    local = Ticket.objects.annotate(slug=F("team__slug"))
    by_team = {
        key[0]: found["created_n"]
        for key, found in parts_by(Rollup.objects.filter(WHOLE), "team__slug").items()
    }
    assert by_team == dict(local.values_list("slug").annotate(Count("pk")).order_by())
    days: dict[date, int] = {}
    for ticket in Ticket.objects.filter(labels__contains=["refund-request"]):
        day = ticket.created_at.astimezone(DUBLIN).date()
        days[day] = days.get(day, 0) + 1
    labelled = parts_by(Rollup.objects.filter(label="refund-request"), "day")
    assert {key[0]: found["created_n"] for key, found in labelled.items() if found["created_n"]} == days


def test_a_ticket_whose_team_is_not_ours_is_counted_under_its_name(desk: Import) -> None:
    lines = reporting.report(None, "volume", by=["team"], period=Period(date(2024, 1, 1), date(2027, 1, 1)))
    ours = {*Team.objects.values_list("slug", flat=True)}
    assert {line.keys["team"] for line in lines} - ours == {*[*DESKS][8:]}
    assert sum(line.figure.n for line in lines) == 1500


def test_medians_are_within_one_percent(desk: Import) -> None:
    seconds = [*HandleSegment.objects.values_list("handle_s", flat=True)]
    log = buckets(Rollup.objects.filter(WHOLE), "handle_log")[()]
    for share, exact in (
        (0.5, statistics.median(seconds)),
        (0.9, statistics.quantiles(seconds, n=10, method="inclusive")[8]),
    ):
        assert reporting.histograms.percentile(log, share) == pytest.approx(exact, rel=0.01)
    shown = figure(BY_KEY["resolution"], {}, buckets(Rollup.objects.filter(WHOLE), "resolution_log")[()])
    assert shown.low is not None
    assert shown.value is not None
    assert shown.high is not None
    assert shown.low < shown.value < shown.high


def test_rebuilding_changes_nothing(desk: Import) -> None:
    span = Rollup.objects.aggregate(first=Min("day"), last=Max("day"))
    before = parts_by(Rollup.objects.all(), "day", "label", "team_name")
    rollups.rebuild([span["first"], span["last"], date(2026, 5, 4), date(2026, 5, 5)])
    assert parts_by(Rollup.objects.all(), "day", "label", "team_name") == before


def test_histograms_are_the_same_joined_one_by_one_or_at_once(
    desk: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2026, 5, 4) + timedelta(days=n) for n in range(7)]
    logs = {}
    for few in (0, 1_000_000):
        monkeypatch.setattr(sums, "FEW", few)
        rollups.rebuild(days)
        logs[few] = [
            buckets(level.objects.filter(day__in=days), "handle_log", "day", "channel")
            for level in (Cell, Rollup, Slice, WeekCell)
        ]
    assert logs[0] == logs[1_000_000]
    assert all(logs[0])


def test_weeks_say_what_their_days_say(desk: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whole weeks, packed or not, and by days: the same figures for any period."""
    metrics = [metric for metric in BY_KEY.values() if not metric.of]
    for period in (Period(date(2026, 1, 3), date(2026, 10, 1)), Period(date(2026, 3, 2), date(2026, 3, 8))):
        for by in ((), ("team",), ("label",)):
            weekly = reporting.reports(None, metrics, by=by, period=period)
            with monkeypatch.context() as here:
                here.setattr(spans, "whole_weeks", lambda _period: None)
                assert reporting.reports(None, metrics, by=by, period=period) == weekly
    months = Period(date(2026, 3, 2), date(2026, 5, 31))
    before = reporting.reports(None, metrics, period=months)
    by_priority = reporting.reports(None, metrics, by=["priority"], period=months)
    monkeypatch.setattr(week_rows, "PACKED_FROM_BYTES", 0)
    monkeypatch.setattr(histograms, "PACK_FROM", 0)
    rollups.rebuild([date(2026, 3, 2) + timedelta(days=n) for n in range(months.days)])
    for weeks in (Week.objects.filter(WHOLE), WeekCell.objects.filter(kind="fine")):
        stored = weeks.values_list("handle_log", flat=True)
        assert any(histograms.PACKED in np.frombuffer(log, dtype=">i2") for log in stored if log)
    assert reporting.reports(None, metrics, period=months) == before
    assert reporting.reports(None, metrics, by=["priority"], period=months) == by_priority


def test_blocks_say_what_their_days_say_wherever_a_source_stops_being_mature(
    desk: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another source is mature to the end, so that the period's own end is not what stops the blocks."""
    other = Source.objects.create(name="Another")
    Facet.objects.create(source=other, channel="", label="", created_n=1, last_day=date(2026, 9, 1))
    period, metrics = Period(date(2026, 3, 2), date(2026, 6, 21)), ["fcr", "reopened", "volume"]
    level = levels.level_for(None, (), {})
    for last in range(1, 31):
        Facet.objects.filter(source=desk.source).update(last_day=date(2026, 4, last) + timedelta(days=8))
        days, kept = level.within([period], at_once=levels.BLOCK_OF_WEEKS)
        assert kept.filter(weeks=WEEKS * OF_ALL).exists()
        assert days.filter(source=desk.source).exists() == (date(2026, 4, last).weekday() != 6)
        [beside, whole] = level.within([period], at_once=levels.BLOCK_OF_WEEKS, of=["created_n"])
        assert not beside.exists(), "it needs no time"
        assert not whole.exclude(weeks=WEEKS * OF_ALL).exists()
        by_blocks = reporting.reports(None, metrics, period=period)
        assert by_blocks["volume"][0].figure.n
        with monkeypatch.context() as here:
            here.setattr(spans, "whole_weeks", lambda _period: None)
            assert reporting.reports(None, metrics, period=period) == by_blocks


def test_a_day_that_changes_changes_its_block(desk: Import) -> None:
    """The other weeks of the block stay in it."""
    day = date(2026, 5, 5)
    ticket = Ticket.objects.filter(created_at__date=day).first()
    assert ticket is not None
    blocks = Week.objects.filter(WHOLE, weeks=WEEKS, day=block_of(day))
    before = blocks.aggregate(n=Sum("created_n"))["n"]
    assert before > 20
    ticket.delete()
    rollups.rebuild([day])
    for kept in (blocks, WeekCell.objects.filter(kind="labels", weeks=WEEKS, day=block_of(day))):
        assert kept.aggregate(n=Sum("created_n"))["n"] == before - 1


@pytest.mark.parametrize(
    ("migration", "whose"), [("0018_blocks_of_weeks", 1), ("0027_weeks_of_all_teams", OF_ALL)]
)
def test_the_migration_makes_the_blocks_that_days_make_and_takes_them_back(
    desk: Import, migration: str, whose: int
) -> None:
    def told() -> list[Any]:
        columns = ("day", "team_name", "channel", "created_n", "handle_s", "handle_log")
        return [
            sorted(((*row[:-1], sorted(row[-1] or b"")) for row in rows.values_list(*columns)), key=str)
            for rows in (
                Week.objects.filter(WHOLE, weeks=WEEKS * whose),
                WeekCell.objects.filter(weeks=WEEKS * whose),
            )
        ]

    if whose != OF_ALL:
        for rows in (Week.objects, WeekCell.objects):
            rows.filter(weeks__lt=0).delete()  # there were none yet
    made, steps = told(), import_module(f"metrics.migrations.{migration}").Migration.operations
    assert all(made)
    fills = [step for step in steps if "INSERT" in getattr(step, "sql", "")]
    assert len(fills) == 2
    with connection.cursor() as cursor:
        for sql in [step.reverse_sql for step in fills]:
            cursor.execute(sql)
        assert told() == [[], []]
        for sql in [step.sql for step in fills]:
            cursor.execute(sql)
    assert told() == made


def test_cells_of_weeks_say_what_their_days_say(
    desk: Import, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By SOP, label with another name, priority and market, and narrowed by them: the same for weeks as for days."""
    most = Counter(label for labels in Ticket.objects.values_list("labels", flat=True) for label in labels)
    a, b, c = (label for label, _n in most.most_common(3))
    factories.published(
        "label", a, author=ana, reviewer=ben, data={"group": "All", "status": "active", "aliases": [b]}
    )
    for key, labels in (("SOP-0001", [a, c]), ("SOP-0002", [c])):
        factories.published("sop", key, author=ana, reviewer=ben, data={"labels": labels})
    cache.clear()
    metrics = [metric for metric in BY_KEY.values() if not metric.of]
    labels, fine = WeekCell.Kind.LABELS, WeekCell.Kind.FINE
    asked: list[tuple[tuple[str, ...], levels.Narrow, str | None]] = [
        (("label",), {}, labels),
        (("sop",), {}, labels),
        (("sop", "label"), {"channel": "email"}, labels),
        ((), {"label": a}, labels),
        (("team",), {"sop": ["SOP-0001", "SOP-0002"]}, labels),
        (("priority",), {}, fine),
        (("market", "priority"), {}, fine),
        (("week",), {"priority": ["high", ""]}, fine),
        (("channel",), {"market": "DE"}, fine),
        (("priority",), {"label": a}, None),
        (("sop",), {"market": "DE"}, None),
    ]
    for by, narrow, kind in asked:
        level = levels.level_for(None, by, levels.wanted(narrow))
        assert level.rollups.model is Cell
        kinds = None if level.weeks is None else {*level.weeks.values_list("kind", flat=True)}
        assert kinds == (kind and {kind}), (by, narrow)
        for period in (
            Period(date(2026, 1, 3), date(2026, 10, 1)),
            Period(date(2026, 3, 2), date(2026, 3, 8)),
        ):
            weekly = reporting.reports(None, metrics, by=by, period=period, narrow=narrow)
            assert any(line.figure.n for line in weekly["volume"])
            with monkeypatch.context() as here:
                here.setattr(spans, "whole_weeks", lambda _period: None)
                assert reporting.reports(None, metrics, by=by, period=period, narrow=narrow) == weekly


def test_who_sees_all_teams_reads_rows_of_all_of_them(
    desk: Import, gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same figures as by team and channel; and nobody else does, nor where teams or channels are asked for."""
    metrics, period = [metric for metric in BY_KEY.values() if not metric.of], YEAR
    label = Week.objects.exclude(label="").values_list("label", flat=True)[0]
    for by, narrow in [((), {}), (("label",), {}), (("priority",), {}), (("sop",), {}), ((), {"label": label}),
                       (("source",), {"market": "DE"}), (("week",), {})]:  # fmt: skip
        level = levels.level_for(gia, by, levels.wanted(narrow))
        [_days, weeks] = level.within([period], at_once=levels.WEEK if by == ("week",) else 28, of=())
        assert {*weeks.filter(weeks__in=(WEEKS, WEEKS * OF_ALL)).values_list("weeks", "team", "channel")} <= {
            (WEEKS * OF_ALL, None, "")
        }
        told = reporting.reports(gia, metrics, by=by, period=period, narrow=narrow)
        assert any(line.figure.n for line in told["volume"]) or by == ("sop",)
        with monkeypatch.context() as here:
            here.setattr(levels, "_of_all", lambda *_asked: frozenset())
            assert reporting.reports(gia, metrics, by=by, period=period, narrow=narrow) == told
    finn = factories.user("Finn Reyes", "lead", team=Team.objects.get(slug="harbor-payments"))
    places = {"team": "x", "site": "x", "vendor": "vendor", "channel": "email", "-channel": "email"}
    asked = [(gia, (key,), {}) for key in ("team", "site", "vendor", "channel")] + [(finn, (), {})]
    for user, by, narrow in [*asked, *((gia, (), {key: value}) for key, value in places.items())]:
        assert levels.level_for(user, by, levels.wanted(narrow)).of_all == frozenset(), (by, narrow)


@pytest.mark.parametrize("contacts", [1, 3, 9, 20_000, 3_000_000])
def test_a_packed_histogram_is_the_same(contacts: int) -> None:
    stored = np.repeat(np.arange(-1, 9, dtype=">i2"), max(1, contacts // 10)).tobytes()
    packed = histograms.packed(stored)
    assert histograms.counted(packed) == histograms.counted(stored)
    assert len(packed) <= len(stored)
    assert histograms.counted(packed + stored) == histograms.counted(stored + stored)


@pytest.mark.parametrize("days", [28, 91, 182, 365])
def test_a_trend_adds_up_to_its_period(desk: Import, days: int) -> None:
    period = Period(date.fromordinal(date(2026, 11, 1).toordinal() - days + 1), date(2026, 11, 1))
    within = Rollup.objects.filter(WHOLE, day__range=(period.first, period.last))
    points = reporting.trend(Rollup.objects.filter(WHOLE), BY_KEY["volume"], period)
    assert sum(point.figure.n for point in points) == parts(within)["created_n"]
    assert len(points) == (days if days <= 92 else len({p.day.isocalendar()[:2] for p in points}))


@pytest.mark.parametrize("first", [1, 1000, 100_000, 10_000_000])
def test_a_bucket_is_narrow_enough(first: int) -> None:
    """No duration is as much as 1 % from the middle of its bucket, and SQL puts it in the same one as Python."""
    seconds = range(first, first + 2000 * max(1, first // 1000), max(1, first // 1000))
    for one in seconds:
        assert histograms.middle(histograms.bucket(one)) == pytest.approx(one, rel=0.0075)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT string_agg({histograms.bucket_sql('s')}, '') FROM unnest(%s::int[]) AS s", [[*seconds]]
        )
        stored = cursor.fetchone()[0]
    assert histograms.counted(stored) == Counter(map(histograms.bucket, seconds))


def test_packed_and_listed_histograms_add_up() -> None:
    listed = np.array([5, 5, -1], dtype=">i2").tobytes()
    packed = np.array([histograms.PACKED, 5, 1, 7], dtype=">i2").tobytes()
    assert histograms.counted(listed + packed + listed) == {5: 4 + histograms.BASE + 7, -1: 2}
