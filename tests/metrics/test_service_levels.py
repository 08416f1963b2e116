"""Promises: what SQL says is what the clock in Python says, and each state is told apart."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from metrics import ageing, calendars, reporting, service_levels
from metrics.calendars import OFFICE, clock_of
from metrics.filters import Period
from metrics.models import Rollup, SlaPolicy, SlaResult, StaleDay
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
CLOCK = clock_of("Europe/Dublin", OFFICE, country="IE", first=date(2025, 6, 1), last=date(2027, 6, 1))
TUESDAY, DAY = datetime(2026, 6, 9, 8, tzinfo=UTC), timedelta(days=1)
HEAD = "external_id,status,priority,created_at,first_public_reply_at,last_solved_at,pending_spans,is_spam\n"


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_sql_and_python_agree_on_random_tickets() -> None:
    chance = random.Random(5)
    expected, rows = {}, []
    for number in range(400):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(300 * 86400))
        end = start + timedelta(seconds=int(chance.expovariate(1 / 400_000)))
        pauses = []
        for _ in range(chance.randrange(5)):
            begin = start + timedelta(seconds=chance.randrange(-3600, 600_000))
            pauses.append((begin, begin + timedelta(seconds=1 + int(chance.expovariate(1 / 90_000)))))
        spans = ";".join(f"{iso(a)}/{iso(b)}" for a, b in pauses)
        rows.append(f"t{number},solved,normal,{iso(start)},,{iso(end)},{spans},\n")
        clipped = [(a, min(b, end)) for a, b in pauses if a < end]
        expected[f"t{number}"] = (CLOCK.elapsed(start, end, pauses), CLOCK.due(start, 40 * 3600, clipped))
    bring(HEAD + "".join(rows))
    results = SlaResult.objects.filter(metric="resolution").select_related("ticket")
    assert {r.ticket.external_id: (r.elapsed_s, r.due_at) for r in results} == expected
    assert all((r.state == "met") == ((r.elapsed_s or 0) <= r.target_s) for r in results)


@pytest.mark.parametrize(
    ("row", "states"),
    [
        (
            "solved,urgent,2026-06-08T08:00Z,2026-06-08T08:30Z,2026-06-08T10:00Z,,",
            {"first_reply": "met", "resolution": "met"},
        ),
        ("open,urgent,2026-06-08T08:00Z,2026-06-08T12:30Z,,,", {"first_reply": "breached", "resolution": "overdue"}),
        ("open,,2026-06-08T08:00Z,,,,", {"first_reply": "overdue", "resolution": "overdue"}),
        ("deleted,,2026-06-08T08:00Z,,,,", {"first_reply": "cancelled", "resolution": "cancelled"}),
        ("open,,2026-06-08T08:00Z,,,,true", {}),
        ("solved,,2026-06-08T08:00Z,2026-06-08T07:00Z,2026-06-08T07:30Z,,", {}),
        # Opened again after a solve in time, and open still.
        (
            "open,urgent,2026-06-08T08:00Z,2026-06-08T08:30Z,2026-06-08T10:00Z,,",
            {"first_reply": "met", "resolution": "overdue"},
        ),
        # Over without a reply: after it was due, before, and at a time nobody told.
        ("solved,urgent,2026-06-08T08:00Z,,2026-06-08T12:00Z,,", {"first_reply": "breached", "resolution": "met"}),
        ("closed,urgent,2026-06-08T08:00Z,,2026-06-08T12:00Z,,", {"first_reply": "breached", "resolution": "met"}),
        ("closed,urgent,2026-06-08T08:00Z,,2026-06-08T08:30Z,,", {"first_reply": "cancelled", "resolution": "met"}),
        ("solved,urgent,2026-06-08T08:00Z,,2026-06-08T08:30Z,,", {"first_reply": "cancelled", "resolution": "met"}),
        ("closed,,2026-06-08T08:00Z,,,,", {"first_reply": "cancelled"}),
        ("solved,,2026-06-08T08:00Z,2026-06-08T08:30Z,,,", {"first_reply": "met"}),
    ],
)  # fmt: skip
def test_each_state_is_told_apart(row: str, states: dict[str, str]) -> None:
    bring(f"{HEAD}t1,{row}\n")
    assert dict(SlaResult.objects.values_list("metric", "state")) == states


def test_a_ticket_that_was_opened_again_runs_from_its_creation_on_and_its_pauses_count() -> None:
    """Monday 8 June 09:00 in Dublin to now, without the Tuesday on which it waited for its customer."""
    bring(
        f"{HEAD}t1,open,,2026-06-08T08:00Z,2026-06-08T08:30Z,2026-06-08T10:00Z,2026-06-09T08:00Z/2026-06-10T08:00Z,\n"
    )
    before = CLOCK.elapsed(
        datetime(2026, 6, 8, 8, tzinfo=UTC),
        datetime.now(UTC) - timedelta(minutes=1),
        [(TUESDAY, TUESDAY + DAY)],
    )
    result = SlaResult.objects.get(metric="resolution")
    assert (result.state, result.fulfilled_at) == ("overdue", None)
    assert before <= (result.elapsed_s or 0) <= before + 120
    # 40 open hours and one day of 8½ beside: 8, 10, 11, 12 June, and 6 hours of Monday the 15th.
    assert result.due_at == datetime(2026, 6, 15, 14, tzinfo=UTC)


def test_a_new_ticket_waits_and_one_that_waits_for_its_customer_is_paused() -> None:
    now = datetime.now(UTC)
    begun = iso(now - timedelta(minutes=1))
    bring(f"{HEAD}t1,new,,{begun},,,,\nt2,pending,,{begun},{begun},,{begun}/,\n")
    assert set(SlaResult.objects.values_list("ticket__external_id", "metric", "state")) == {
        ("t1", "first_reply", "running"),
        ("t1", "resolution", "running"),
        ("t2", "first_reply", "met"),
        ("t2", "resolution", "paused"),
    }


def test_time_alone_makes_a_promise_overdue_and_the_rollups_follow() -> None:
    bring(f"{HEAD}t1,new,,{iso(datetime.now(UTC))},,,,\n")
    whole = Rollup.objects.filter(label="")
    assert whole.get().sla_reply_running_n == 1
    SlaResult.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    ageing.age()
    assert (whole.get().sla_reply_running_n, whole.get().sla_reply_overdue_n) == (None, 1)
    assert not StaleDay.objects.exists()


def test_without_replies_in_a_source_its_first_replies_are_not_judged() -> None:
    bring("external_id,status,created_at,closed_at\nt1,closed,2026-05-04,2026-05-05\n")
    assert [result.metric for result in SlaResult.objects.all()] == ["resolution"]


def test_the_standard_policy_is_made_once() -> None:
    assert service_levels.default_policy() == service_levels.default_policy()


def _round_the_clock(seconds: int) -> None:
    always = calendars.create("always", "Always", "UTC", calendars.ROUND_THE_CLOCK)
    policy = SlaPolicy.objects.create(slug="own", name="Own", source=source(), calendar=always)
    service_levels.add_targets(policy, {"resolution": {"": seconds}})


@pytest.mark.parametrize(
    ("target", "left", "at_risk"),
    [(10 * 3600, 119, True), (10 * 3600, 122, False), (3600, 29, True), (3600, 32, False), (60, 1, True)],
)
def test_at_risk_is_a_fifth_of_the_target_or_half_an_hour(target: int, left: int, at_risk: bool) -> None:
    _round_the_clock(target)
    now = datetime.now(UTC)
    begun = now + timedelta(minutes=left) - timedelta(seconds=target)
    bring(f"external_id,status,created_at,last_solved_at\nt1,open,{iso(begun)},\n")
    assert SlaResult.objects.at_risk(now + timedelta(seconds=2)).exists() is at_risk


def test_what_waits_for_its_customer_is_neither_late_nor_at_risk_however_long() -> None:
    _round_the_clock(3600)
    bring(f"{HEAD}t1,pending,,2026-06-08T08:00Z,,,2026-06-08T08:20Z/,\n")
    ageing.age()
    result = SlaResult.objects.get()
    assert (result.state, result.elapsed_s) == ("paused", 20 * 60)
    assert not SlaResult.objects.at_risk(datetime.now(UTC)).exists()


def test_a_ticket_from_before_its_calendar_or_one_that_is_never_open_is_promised_nothing() -> None:
    bring(f"{HEAD}t1,solved,,1999-06-08T08:00Z,1999-06-08T09:00Z,1999-06-08T09:00Z,,\n")
    never = calendars.create("never", "Never", "UTC", [[]] * 7)
    policy = SlaPolicy.objects.create(slug="own", name="Own", source=source(), calendar=never)
    service_levels.add_targets(policy, {"resolution": {"": 60}})
    bring(f"{HEAD}t2,solved,,2026-06-08T08:00Z,,2026-06-08T09:00Z,,\n")
    assert not SlaResult.objects.exists()


def test_a_ticket_that_is_promised_nothing_is_left_out_and_one_without_times_is_not_measured() -> None:
    always = calendars.create("always", "Always", "UTC", calendars.ROUND_THE_CLOCK)
    policy = SlaPolicy.objects.create(slug="own", name="Own", source=source(), calendar=always)
    service_levels.add_targets(policy, {"first_reply": {"urgent": 60}, "resolution": {"urgent": 60}})
    day = "2026-06-08T08:00Z,2026-06-08T08:00Z,2026-06-08T08:01Z"
    bring(f"{HEAD}t1,solved,urgent,{day},,\nt2,solved,low,{day},,\nt3,closed,urgent,2026-06-08T08:00Z,,,,\n")
    bring("external_id,status,created_at\nt4,open,2026-06-08\n", at=source("Silent"))
    days = Period(date(2026, 6, 8), date(2026, 6, 8))
    told = {}
    for metric in ("sla_reply", "sla_resolution"):
        [line] = reporting.report(None, metric, period=days)
        told[metric] = (line.figure.n, line.figure.excluded, line.figure.not_measured)
    # Of replies the low one is promised none, and the closed one owes none; when that was closed nobody told.
    assert told == {"sla_reply": (1, 2, 1), "sla_resolution": (1, 1, 2)}


def test_what_is_due_after_the_calendar_ends_has_no_due_time() -> None:
    _round_the_clock(2**31 - 1)
    bring(f"{HEAD}t1,open,,2026-06-08T08:00Z,,,,\n")
    assert SlaResult.objects.values_list("state", "due_at").get() == ("running", None)
