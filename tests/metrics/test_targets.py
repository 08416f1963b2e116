"""Which target holds for a ticket, which version, whose hours: SQL against the same rules written plainly."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from metrics import calendars, targets
from metrics.calendars import OFFICE, clock_of
from metrics.models import Calendar, SiteHours, SlaPolicy, SlaResult, SlaTarget
from sopdesk.accounts.models import Team
from tests import factories
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HOUR = 3600
HEAD = "external_id,status,priority,channel,team,labels,created_at,first_public_reply_at,last_solved_at,pending_spans\n"
MANILA = [[["06:00", "14:00"], ["20:00", "02:00"]]] * 6 + [[]]
YEARS = {"first": date(2025, 12, 1), "last": date(2027, 6, 1)}


def policy(*rows: dict[str, Any], **values: Any) -> SlaPolicy:
    calendar = values.pop("calendar", None) or calendars.create(
        "office", "Office", "Europe/Dublin", OFFICE, country="IE"
    )
    made = SlaPolicy.objects.create(
        **{"slug": "own", "name": "Own", "source": source(), "calendar": calendar, **values}
    )
    for row in rows:
        SlaTarget.objects.create(policy=made, **{"metric": "resolution", **row})
    return made


def applied(priority: str = "", channel: str = "", team: str = "", labels: str = "") -> int | None:
    """Hours that the target allows a ticket of this kind."""
    bring(f"{HEAD}t1,open,{priority},{channel},{team},{labels},2026-06-08T08:00Z,,2026-06-08T09:00Z,\n")
    result = SlaResult.objects.filter(metric="resolution").first()
    return result.target_s // HOUR if result else None


@pytest.mark.parametrize(
    ("ticket", "hours"),
    [
        ({}, 40),
        ({"priority": "Urgent"}, 8),
        ({"channel": "chat"}, 7),
        ({"channel": "Chat", "priority": "urgent"}, 6),
        ({"team": "kyc", "channel": "chat", "priority": "urgent"}, 5),
        ({"labels": "billing|Privacy", "team": "kyc", "channel": "chat", "priority": "urgent"}, 240),
        ({"labels": "legal|privacy"}, 120),
        ({"labels": "privacy", "priority": "urgent"}, 48),
        ({"labels": "billing", "channel": "email"}, 40),
    ],
)
def test_the_most_specific_target_holds(ticket: dict[str, str], hours: int) -> None:
    team = factories.team("kyc")
    policy(
        {"seconds": 40 * HOUR},
        {"priority": "urgent", "seconds": 8 * HOUR},
        {"channel": "chat", "seconds": 7 * HOUR},
        {"channel": "chat", "priority": "urgent", "seconds": 6 * HOUR},
        {"team": team, "seconds": 5 * HOUR},
        {"label": "Privacy", "seconds": 240 * HOUR},
        {"label": "legal", "seconds": 120 * HOUR},
        {"label": "privacy", "priority": "urgent", "seconds": 48 * HOUR},
    )
    if ticket.get("labels") == "billing|Privacy":
        ticket = {**ticket, "priority": ""}  # of the label with a priority there is another row
    assert applied(**ticket) == hours


def test_without_a_target_that_fits_nothing_is_promised() -> None:
    policy({"priority": "urgent", "seconds": HOUR})
    assert applied(priority="low") is None


@pytest.mark.parametrize(
    ("froms", "expected"),
    [
        ([None], [(1, None, None)]),
        ([None, "2026-06-01"], [(2, "2026-06-01", None), (1, None, "2026-06-01")]),
        ([None, "2026-06-01", "2026-03-01"], [(3, "2026-03-01", None), (1, None, "2026-03-01")]),
        (["2026-01-01", "2026-09-01"], [(2, "2026-09-01", None), (1, "2026-01-01", "2026-09-01")]),
        ([None, None], [(2, None, None)]),
    ],
)
def test_of_the_versions_that_hold_on_a_day_the_newest_holds(
    froms: list[str | None], expected: list[tuple[int, str | None, str | None]]
) -> None:
    versions = [
        SlaPolicy(version=n, holds_from=date.fromisoformat(day) if day else None)
        for n, day in enumerate(froms, 1)
    ]

    def moment(day: str | None) -> datetime | None:
        return targets.begin_of(date.fromisoformat(day)) if day else None

    found = [(one.policy.version, one.since, one.until) for one in targets.holdings(versions)]
    assert found == [(version, moment(since), moment(until)) for version, since, until in expected]


def test_a_ticket_follows_the_version_of_the_day_it_was_created() -> None:
    policy({"seconds": 40 * HOUR}, holds_from=date(2026, 1, 1))
    policy({"seconds": 20 * HOUR}, version=2, holds_from=date(2026, 6, 1))
    rows = [("a", "2025-12-31T23:30Z"), ("b", "2026-05-31T22:30Z"), ("c", "2026-05-31T23:30Z")]
    bring(HEAD + "".join(f"{name},solved,,,,,{at},,2026-06-20T00:00Z,\n" for name, at in rows))
    results = SlaResult.objects.values_list("ticket__external_id", "policy__version", "target_s")
    # The reporting day is Dublin's: 23:30 UTC on 31 May is 1 June there.
    assert [*results.order_by("ticket__external_id")] == [("b", 1, 40 * HOUR), ("c", 2, 20 * HOUR)]


def test_no_version_is_changed_or_deleted_and_an_older_one_gets_no_target() -> None:
    first = policy({"seconds": HOUR})
    attempts = [
        lambda: SlaPolicy.objects.update(name="other"),
        lambda: SlaPolicy.objects.all().delete(),
        lambda: Calendar.objects.update(weekly=[]),
        lambda: SlaTarget.objects.update(seconds=2),
        lambda: SlaTarget.objects.all().delete(),
        lambda: policy({"seconds": HOUR}, version=2) and SlaTarget.objects.create(
            policy=first, metric="resolution", priority="high", seconds=2),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_target_of_nothing_is_refused() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        policy({"seconds": 0})


CLOCKS = {
    "dublin": clock_of("Europe/Dublin", OFFICE, country="IE", **YEARS),
    "manila": clock_of("Asia/Manila", MANILA, country="PH", days_off=[date(2026, 7, 1)],
                       extra_open=[["2026-06-12", "09:00", "13:00"]], **YEARS),
}  # fmt: skip


def _drawn(chance: random.Random, number: int) -> tuple[str, dict[str, Any]]:
    start = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=chance.randrange(300 * 86400))
    end = start + timedelta(seconds=int(chance.expovariate(1 / 300_000)))
    spans = []
    for _ in range(chance.randrange(4)):
        begin = start + timedelta(seconds=chance.randrange(-3600, 400_000))
        spans.append((begin, begin + timedelta(seconds=1 + int(chance.expovariate(1 / 90_000)))))
    one = {
        "priority": chance.choice(["urgent", "low", ""]),
        "channel": chance.choice(["chat", "email"]),
        "team": chance.choice(["manila", "dublin", "elsewhere"]),
        "labels": "|".join(chance.sample(["privacy", "legal", "billing", "Fraud"], chance.randrange(3))),
        "start": start, "end": end, "spans": spans,
    }  # fmt: skip
    text = ";".join(f"{a:%Y-%m-%dT%H:%M:%SZ}/{b:%Y-%m-%dT%H:%M:%SZ}" for a, b in spans)
    row = f"t{number},solved,{one['priority']},{one['channel']},{one['team']},{one['labels']}"
    return f"{row},{start:%Y-%m-%dT%H:%M:%SZ},,{end:%Y-%m-%dT%H:%M:%SZ},{text}\n", one


def _expected(one: dict[str, Any], rows: list[SlaTarget]) -> tuple[int, int, datetime]:
    """The rules of metrics/targets.py, one ticket at a time."""
    labels = {label.lower() for label in one["labels"].split("|")}

    def fits(row: SlaTarget) -> bool:
        return (
            row.priority in {"", one["priority"]}
            and row.channel in {"", one["channel"]}
            and (row.team is None or row.team.slug == one["team"])
            and (not row.label or row.label in labels)
        )

    def rank(row: SlaTarget) -> tuple[int, int]:
        return -(
            8 * bool(row.label) + 4 * bool(row.team) + 2 * bool(row.channel) + bool(row.priority)
        ), row.seconds

    best = min(filter(fits, rows), key=rank)
    clock = CLOCKS["manila" if one["team"] == "manila" else "dublin"]
    spans = [(a, min(b, one["end"])) for a, b in one["spans"] if a < one["end"]] if best.pauses else []
    start, end = one["start"], one["end"]
    return best.seconds, clock.elapsed(start, end, spans), clock.due(start, best.seconds, spans)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_and_the_clock_agree_on_random_tickets_targets_and_sites(seed: int) -> None:
    chance = random.Random(seed)
    sites = {slug: factories.team(slug) for slug in ("manila", "dublin")}
    made = policy()
    there = calendars.create("manila", "Manila", "Asia/Manila", MANILA, country="PH", days_off=[date(2026, 7, 1)],
                             extra_open=[["2026-06-12", "09:00", "13:00"]])  # fmt: skip
    SiteHours.objects.create(policy=made, site=sites["manila"].site, calendar=there)
    kinds = {("", "", "", None)} | {
        (chance.choice(["", "urgent", "low"]), chance.choice(["", "chat", "email"]),
         chance.choice(["", "privacy", "legal", "fraud"]), chance.choice([None, "manila", "dublin"]))
        for _ in range(14)
    }  # fmt: skip
    for priority, channel, label, team in sorted(kinds, key=str):
        SlaTarget.objects.create(
            policy=made, metric="resolution", priority=priority, channel=channel, label=label,
            team=sites[team] if team else None, seconds=chance.randrange(1, 60) * 1800,
            pauses=chance.choice([[], ["pending", "on_hold"]]),
        )  # fmt: skip
    drawn = [_drawn(chance, number) for number in range(250)]
    bring(HEAD + "".join(row for row, _one in drawn))
    rows = [*SlaTarget.objects.select_related("team")]
    results = {r.ticket.external_id: r for r in SlaResult.objects.select_related("ticket")}
    found = {name: (r.target_s, r.elapsed_s, r.due_at) for name, r in results.items()}
    assert found == {f"t{number}": _expected(one, rows) for number, (_row, one) in enumerate(drawn)}
    assert Team.objects.count() == 2
