"""The worked examples of the specification: each trap, with what is given and must come out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import log
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from metrics import differences, histograms, intervals, reporting
from metrics.business_time import Clock
from metrics.calendars import OFFICE, ROUND_THE_CLOCK, clock_of
from metrics.dashboards import waiting
from metrics.definitions import CSAT, SLA_REPLY
from metrics.effects.regressing import step_of
from metrics.filters import Period
from metrics.models import Rollup, SlaResult
from metrics.standardising import standardised
from metrics.watching import ewma
from tests.metrics.bringing import bring

DUBLIN = ZoneInfo("Europe/Dublin")
YEAR = {"first": date(2025, 12, 1), "last": date(2027, 1, 31)}
CAL = clock_of("Europe/Dublin", OFFICE, country="IE", **YEAR)
ALWAYS = clock_of("Europe/Dublin", ROUND_THE_CLOCK, **YEAR)
SHIFT = clock_of("Europe/Dublin", [[["22:00", "02:00"]]] * 7, **YEAR)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=DUBLIN)


def minutes(clock: Clock, start: datetime, end: datetime, *pauses: tuple[datetime, datetime]) -> float:
    return clock.elapsed(start, end, pauses) / 60


def elapsed(start: datetime, end: datetime) -> float:
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(minutes=1)


def test_1_across_the_change_of_clocks() -> None:
    assert elapsed(at(3, 27, 17), at(3, 30, 9)) == 3780
    assert minutes(CAL, at(3, 27, 17), at(3, 30, 9, 45)) == 75


def test_2_a_day_is_not_always_1440_minutes() -> None:
    assert minutes(ALWAYS, at(3, 29), at(3, 30)) == 1380
    assert minutes(ALWAYS, at(10, 25), at(10, 26)) == 1500


def test_3_change_of_clocks_and_a_holiday() -> None:
    assert minutes(CAL, at(10, 23, 16), at(10, 27, 11)) == 210
    assert minutes(ALWAYS, at(10, 23, 16), at(10, 27, 11)) == 5520


def test_4_subtraction_within_one_zone() -> None:
    assert ALWAYS.elapsed(at(3, 28, 12), at(3, 29, 12)) == 23 * 3600


def test_5_an_overnight_shift() -> None:
    assert minutes(SHIFT, at(3, 28, 22), at(3, 29, 3)) == 180
    assert minutes(SHIFT, at(10, 24, 22), at(10, 25, 3)) == 300


START, END, TARGET = at(6, 8, 9, 30), at(6, 10, 12), 480 * 60


def test_6_a_pause_runs_on_the_business_clock() -> None:
    pause = (at(6, 8, 15), at(6, 10, 10))
    assert minutes(CAL, START, END) == 1170
    assert minutes(CAL, *pause) == 720
    assert minutes(CAL, START, END, pause) == 450
    assert CAL.due(START, TARGET, [pause]) == at(6, 10, 12, 30)


def test_7_overlapping_pauses_count_once() -> None:
    pauses = [(at(6, 8, 15), at(6, 9, 12)), (at(6, 9, 10), at(6, 10, 10))]
    assert minutes(CAL, START, END, *pauses) == 450
    assert CAL.due(START, TARGET, pauses) == at(6, 10, 12, 30)


def test_8_a_holiday_in_a_due_date() -> None:
    assert CAL.due(at(3, 16, 16, 30), 240 * 60) == at(3, 18, 12)
    assert CAL.due(at(6, 8, 16, 30), 60 * 60) == at(6, 8, 17, 30)


@pytest.mark.django_db
def test_6_to_8_in_the_database() -> None:
    """The same by SQL, of tickets that came in by a file."""
    bring(
        "external_id,status,priority,created_at,last_solved_at,pending_spans\n"
        "six,solved,urgent,2026-06-08T08:30Z,2026-06-10T11:00Z,2026-06-08T14:00Z/2026-06-10T09:00Z\n"
        "seven,solved,urgent,2026-06-08T08:30Z,2026-06-10T11:00Z,"
        "2026-06-08T14:00Z/2026-06-09T11:00Z;2026-06-09T09:00Z/2026-06-10T09:00Z\n"
        "eight,solved,urgent,2026-03-16T16:30Z,2026-03-18T12:00Z,\n"
    )
    found = {r.ticket.external_id: r for r in SlaResult.objects.select_related("ticket")}
    assert {r.target_s for r in found.values()} == {480 * 60}
    for name in ("six", "seven"):
        assert (found[name].elapsed_s, found[name].due_at, found[name].state) == (
            450 * 60,
            at(6, 10, 12, 30),
            "met",
        )
    assert found["eight"].due_at == at(3, 18, 16)
    assert found["eight"].elapsed_s == 240 * 60


@pytest.mark.django_db
def test_9_the_day_is_the_reporting_zones() -> None:
    bring("external_id,status,created_at\nnine,new,2026-06-30T23:30Z\n")
    assert Rollup.objects.get().day == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("good", "n", "expected"),
    [(45, 50, (0.7864, 0.9565)), (5, 5, (0.5655, 1)), (0, 10, (0, 0.2775)), (0, 0, None)],
)
def test_10_the_interval_is_not_walds(good: int, n: int, expected: tuple[float, float] | None) -> None:
    found = intervals.wilson(good, n)
    assert found == (pytest.approx(expected, abs=5e-5) if expected else None)


def _parts(**counts: Any) -> dict[str, Any]:
    return {**dict.fromkeys(reporting.COUNTS, 0), **counts}


@pytest.mark.django_db
def test_11_stars_are_counted_from_the_top_two() -> None:
    answers = [*"5" * 40, *"4" * 25, *"3" * 15, *"2" * 8, *"1" * 12]
    rows = "".join(
        f"t{number},closed,2026-05-04T10:00Z,2026-05-04T12:00Z,{stars},1_5,2026-05-04T13:00Z\n"
        for number, stars in enumerate(answers)
    )
    bring("external_id,status,created_at,last_solved_at,rating,rating_scale,rated_at\n" + rows)
    figure = reporting.figure(CSAT, reporting.parts(Rollup.objects.filter(label="")))
    assert (figure.value, figure.n) == (0.65, 100)
    assert (figure.low, figure.high) == (pytest.approx(0.5525, abs=5e-5), pytest.approx(0.7364, abs=5e-5))


@pytest.mark.django_db
def test_12_the_mean_of_two_teams_is_not_the_mean_of_their_means() -> None:
    rows = "".join(
        f"t{number},closed,2026-05-04T10:00Z,{'a' if number < 400 else 'b'},{180 if number < 400 else 600}\n"
        for number in range(500)
    )
    bring("external_id,status,created_at,team,active_s\n" + rows)
    parts = reporting.parts(Rollup.objects.filter(label=""))
    assert parts["handle_s"] / parts["handled_n"] == 264


def test_13_percentiles_are_between_neighbours() -> None:
    seconds = [60, 120, 180, 240, 300, 360, 420, 480, 540, 3600]
    counts = Counter(histograms.bucket(value) for value in seconds)
    assert histograms.percentile(counts, 0.5) == pytest.approx(330, rel=0.01)
    assert histograms.percentile(counts, 0.9) == pytest.approx(846, rel=0.01)


def test_14_open_and_overdue_promises_count() -> None:
    parts = _parts(sla_reply_met_n=80, sla_reply_breached_n=10, sla_reply_overdue_n=4, sla_reply_running_n=6)
    figure = reporting.figure(SLA_REPLY, parts)
    assert figure.n == 94
    assert figure.value == pytest.approx(0.851, abs=5e-4)


def test_16_a_difference_of_shares_has_an_interval_before_its_p() -> None:
    found = differences.difference(270, 300, 255, 300)
    assert found == pytest.approx((0.05, -0.0032, 0.1034, 0.064), abs=5e-4)
    assert differences.newcombe(270, 300, 255, 300) == pytest.approx((-0.0032, 0.1034), abs=5e-5)
    assert differences.newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert differences.difference_p(0, 10, 0, 10) == 1


def test_17_handle_times_are_compared_as_logarithms() -> None:
    before = [log(s) for s in (300, 320, 340, 360, 400, 420, 460, 520)]
    after = [log(s) for s in (240, 260, 280, 300, 310, 330, 350, 400)]
    found = differences.ratio_of_logs(after, before)
    assert found is not None
    assert found[:3] == pytest.approx((0.795, 0.657, 0.961), abs=5e-4)
    assert found.p == pytest.approx(0.0211, abs=5e-5)


def test_18_a_trend_is_not_taken_for_an_effect() -> None:
    before, after = [80, 81, 79, 80, 82, 81, 80, 82], [86, 85, 87, 86, 88, 87, 88, 89]
    assert sum(after) / 8 - sum(before) / 8 == 6.375
    found = step_of(before, after)
    assert found is not None
    assert found.level[:3] == pytest.approx((3.88, 2.89, 4.87), abs=5e-3)
    assert found.slope.value == pytest.approx(0.25, abs=5e-3)
    assert step_of(before[1:], after) is None


def test_20_a_spike_is_seen_at_its_fifth_point() -> None:
    points = [50, 50, 65, 70, 75, 72]
    found = ewma.signals([(point - 50) / 10 for point in points])
    assert [signal.is_out for signal in found] == [False, False, False, False, True, True]


def test_21_of_many_tests_some_would_differ_by_chance() -> None:
    found = differences.adjusted([0.001, 0.012, 0.03, 0.04, 0.2])
    assert found == pytest.approx([0.005, 0.03, 0.05, 0.05, 0.2])


def test_15_open_tickets_are_not_forgotten() -> None:
    hour = 3600.0
    solved, still = [n * hour for n in (2, 4, 6, 8, 10, 12)], [20 * hour] * 4
    found = waiting.estimate(Counter(map(histograms.bucket, solved)), Counter(map(histograms.bucket, still)))
    assert found is not None
    assert found.median == pytest.approx(10 * hour, rel=0.01)
    assert (found.n, found.open_n) == (10, 4)
    assert found.shares == sorted(found.shares, reverse=True)
    assert all(
        low <= share <= high for low, share, high in zip(found.low, found.shares, found.high, strict=True)
    )


def test_19_more_hard_tickets_are_not_worse_work() -> None:
    before = {"simple": (76, 80), "hard": (10, 20)}
    after = {"simple": (38.8, 40), "hard": (33, 60)}
    assert sum(hits for hits, _n in after.values()) / 100 == pytest.approx(0.718)
    found = standardised(after, {key: n for key, (_hits, n) in before.items()})
    assert found is not None
    assert found.value == pytest.approx(0.886)
    assert found.low < 0.886 < found.high
    assert found.covered == 1


@pytest.mark.django_db
def test_22_a_contact_too_young_says_nothing_yet() -> None:
    """100 contacts, 70 of them past seven days, 14 of those repeated."""
    today = timezone.localdate()
    rows = []
    for number in range(100):
        old = number < 70
        created = today - timedelta(days=30 if old else 3)
        rows.append(f"c{number},open,{created}T10:00Z,p{number}@x.example,refund\n")
        if number < 14:
            rows.append(
                f"again{number},open,{created + timedelta(days=2)}T10:00Z,p{number}@x.example,refund\n"
            )
    bring("external_id,status,created_at,requester,labels\n" + "".join(rows))
    first = today - timedelta(days=30)
    [line] = reporting.report(None, "fcr", period=Period(first, first))
    assert (line.figure.value, line.figure.n) == (pytest.approx(0.8), 70)
    whole = Period(today - timedelta(days=6), today)
    [young] = reporting.report(None, "fcr", period=whole)
    assert (young.figure.value, young.figure.n, young.figure.excluded) == (None, 0, 30)
