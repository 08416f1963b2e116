"""Lumio's tickets: a year of them, made from a seed, so that what dashboards show can be held against known truth.

The truth stands in the tables below and in docs/demo-data.md. The two planted changes are the ones of SOP-0001 and
SOP-0006 (sopdesk/demo/content): from their minute on, tickets of their label behave otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

DUBLIN = ZoneInfo("Europe/Dublin")
UNTIL = date(2026, 11, 20)
DAYS = 365
SEED = 20261120


@dataclass(frozen=True)
class Topic:
    """A contact reason. `share` of all tickets; `csat` of those rated good; `aht` mean seconds of handling;
    `reopen` share reopened within 7 days; `hours` median from creation to the solve; `teams` that take it."""

    label: str
    share: float
    csat: float
    aht: float
    reopen: float
    hours: float
    teams: tuple[str, ...]
    macros: tuple[str, ...] = ()
    high: float = 0.08
    """Share with priority high or urgent."""


PAYMENTS = ("dublin-payments", "harbor-payments", "northwind-payments")
ACCOUNT = ("lisbon-account", "harbor-account", "northwind-account")
SAFETY = ("dublin-safety", "harbor-safety")
CREATORS = ("lisbon-creators", "northwind-creators")
PRIVACY = ("dublin-privacy",)
TOPICS = (
    Topic("refund-request", 0.15, 0.78, 540, 0.055, 9, PAYMENTS, ("refund-approved", "refund-declined")),
    Topic(
        "account-recovery", 0.11, 0.74, 790, 0.110, 20, ACCOUNT, ("recovery-ask-documents", "recovery-done")
    ),
    Topic("login-code", 0.09, 0.86, 300, 0.030, 3, ACCOUNT, ("login-code-help",)),
    Topic("coins-missing", 0.08, 0.83, 420, 0.045, 7, PAYMENTS, ("coins-credited", "payment-pending")),
    Topic("payment-failed", 0.06, 0.81, 360, 0.040, 6, PAYMENTS, ("payment-refused",)),
    Topic("unauthorised-payment", 0.04, 0.72, 780, 0.060, 18, PAYMENTS, ("unauthorised-received",), 0.6),
    Topic("chargeback", 0.02, 0.60, 840, 0.050, 40, PAYMENTS, ("chargeback-open",)),
    Topic("subscription-cancel", 0.06, 0.88, 280, 0.025, 4, PAYMENTS, ("plus-cancelled", "plus-refunded")),
    Topic("account-compromised", 0.04, 0.73, 820, 0.070, 10, ACCOUNT, ("account-secured",), 0.7),
    Topic("account-suspended", 0.04, 0.55, 480, 0.060, 14, ACCOUNT, ("suspended-info",)),
    Topic("account-appeal", 0.03, 0.52, 700, 0.050, 44, ACCOUNT, ("appeal-received", "appeal-rejected")),
    Topic("account-change", 0.04, 0.85, 340, 0.030, 6, ACCOUNT, ("contact-changed",)),
    Topic("account-deletion", 0.03, 0.84, 300, 0.020, 8, ACCOUNT, ("deletion-scheduled",)),
    Topic("promo-gift", 0.03, 0.70, 420, 0.050, 12, PAYMENTS, ("gift-final", "gift-returned")),
    Topic("scam-report", 0.03, 0.68, 560, 0.045, 16, SAFETY, ("scam-report-received",), 0.3),
    Topic("harassment-report", 0.04, 0.66, 620, 0.050, 15, SAFETY, ("harassment-report-received",), 0.4),
    Topic("minor-safety", 0.015, 0.78, 900, 0.030, 5, SAFETY, ("underage-report-received",), 0.9),
    Topic("illegal-content-notice", 0.01, 0.64, 760, 0.030, 24, SAFETY, ("illegal-content-receipt",), 0.6),
    Topic("payout-missing", 0.03, 0.69, 640, 0.060, 30, CREATORS, ("payout-trace-started",)),
    Topic("payout-hold", 0.025, 0.62, 600, 0.055, 36, CREATORS, ("payout-hold-review", "tax-form-needed")),
    Topic("content-appeal", 0.02, 0.54, 660, 0.040, 40, CREATORS, ("content-appeal-received",)),
    Topic("dsar-access", 0.01, 0.80, 720, 0.020, 200, PRIVACY, ("dsar-access-acknowledgement",)),
    Topic("dsar-erasure", 0.01, 0.79, 640, 0.020, 160, PRIVACY, ("dsar-erasure-acknowledgement",)),
    Topic("bug-report", 0.04, 0.71, 450, 0.070, 60, ACCOUNT, ("bug-details-needed", "bug-known-issue")),
)
OUTAGE = Topic("outage", 0, 0.58, 150, 0.01, 5, (*PAYMENTS, *ACCOUNT), ("outage-update",), 0.2)
OUTAGE_DAY, OUTAGE_EXTRA = date(2026, 11, 2), 0.006
"""The day the app was down, and how many tickets more it brought, as a share of the year's."""


@dataclass(frozen=True)
class Planted:
    """What a published change really did to the tickets of its label, from its minute on."""

    label: str
    since: datetime
    csat: float = 0.0
    """Added to the share rated good."""
    aht: float = 1.0
    """Times the mean handling time."""
    reopen: float = 0.0
    """Added to the share reopened."""


PLANTED = (
    Planted("refund-request", datetime(2026, 6, 15, 9, tzinfo=DUBLIN), csat=0.06, aht=0.82),
    Planted("account-recovery", datetime(2026, 8, 17, 9, tzinfo=DUBLIN), csat=-0.02, aht=1.22, reopen=-0.05),
)


@dataclass(frozen=True)
class Workplace:
    """How a site differs: `aht` times, `csat` added, `reply` times the time to the first reply, `share` of work."""

    aht: float
    csat: float
    reply: float
    share: float


SITES = {
    "dublin": Workplace(0.96, 0.015, 0.8, 0.25),
    "lisbon": Workplace(0.98, 0.01, 0.9, 0.30),
    "harbor": Workplace(1.12, -0.03, 1.3, 0.28),
    "northwind": Workplace(1.04, -0.01, 1.1, 0.17),
}
# channel: share, median minutes to the first reply, share whose handling time is measured, share that rates
CHANNELS = {
    "email": (0.42, 240.0, 0.72, 0.16),
    "chat": (0.33, 1.6, 0.85, 0.31),
    "in_app": (0.17, 95.0, 0.45, 0.22),
    "phone": (0.08, 0.6, 0.97, 0.12),
}
MARKETS = {"IE": 0.07, "GB": 0.22, "US": 0.30, "DE": 0.17, "FR": 0.14, "PT": 0.06, "ES": 0.04}
LOCALES = {"IE": "en", "GB": "en", "US": "en", "DE": "de", "FR": "fr", "PT": "pt", "ES": "es"}
BY_HOUR = (1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 9, 9, 8, 8, 8, 9, 10, 11, 10, 8, 5, 3)
BY_WEEKDAY = (1.16, 1.08, 1.02, 1.0, 1.02, 0.88, 0.84)
BY_MONTH = {12: 1.22, 1: 1.10, 6: 0.96, 7: 0.93, 8: 0.94}
GROWTH = 0.12
"""How much more a day brings at the end of the year than at its beginning."""
SPREAD = 0.6
"""The standard deviation of the logarithm of a handling time."""


@dataclass
class Row:
    """One line of the file, under the neutral schema's own column names (metrics/schema.py)."""

    external_id: str
    status: str
    created_at: datetime
    updated_at: datetime
    channel: str
    priority: str
    requester: str
    assignee: str
    team: str
    market: str
    locale: str
    labels: str
    macro_keys: str
    first_public_reply_at: datetime | None = None
    first_solved_at: datetime | None = None
    last_solved_at: datetime | None = None
    reopened_at: datetime | None = None
    reopen_count: int = 0
    reply_count: int = 0
    group_stations: int = 1
    is_spam: bool = False
    pending_spans: str = ""
    rating: str = ""
    rating_scale: str = ""
    rating_offered_at: datetime | None = None
    rated_at: datetime | None = None
    talk_s: int | None = None
    hold_s: int | None = None
    wrap_s: int | None = None
    active_s: int | None = None
    handled_at: datetime | None = None


def write(path: Path, *, count: int = 50_000, until: date = UNTIL, seed: int = SEED) -> int:
    """Write a neutral ticket file (CSV, UTC stamps); returns how many tickets it holds. The same seed, the same file."""
    names = [field.name for field in fields(Row)]
    written = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(names)
        for written, row in enumerate(rows(count=count, until=until, seed=seed), start=1):  # noqa: B007
            out.writerow([_cell(getattr(row, name)) for name in names])
    return written


def rows(*, count: int, until: date = UNTIL, seed: int = SEED) -> Iterator[Row]:
    """The tickets of the year that ends on `until`, in the order they were created."""
    random = Random(seed)
    days = [until - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    weights = [_weight(day, n / DAYS) for n, day in enumerate(days)]
    per_weight = count * (1 - OUTAGE_EXTRA) / sum(weights)
    number, owed = 100_000, 0.0
    ends = datetime.combine(until + timedelta(days=1), time(), UTC)
    for day, weight in zip(days, weights, strict=True):
        owed += weight * per_weight
        extra = round(count * OUTAGE_EXTRA) if day == OUTAGE_DAY else 0
        todays = int(owed)
        owed -= todays
        for topic, created in _moments(random, day, todays, extra):
            number += 1
            yield _ticket(random, topic, created, f"LM{number}", ends)


def _weight(day: date, progress: float) -> float:
    return BY_WEEKDAY[day.weekday()] * BY_MONTH.get(day.month, 1.0) * (1 + GROWTH * progress)


def _moments(random: Random, day: date, count: int, extra: int) -> list[tuple[Topic, datetime]]:
    """Topics and times of one day's tickets, in order; the outage's come within four hours of the morning."""
    topics = random.choices(TOPICS, [topic.share for topic in TOPICS], k=count)
    midnight = datetime.combine(day, time(), UTC)
    moments = [
        (topic, midnight + timedelta(hours=hour, seconds=random.randrange(3600)))
        for topic, hour in zip(topics, random.choices(range(24), BY_HOUR, k=count), strict=True)
    ]
    outage = [
        (OUTAGE, midnight + timedelta(hours=8, seconds=random.randrange(4 * 3600))) for _ in range(extra)
    ]
    return sorted(moments + outage, key=lambda moment: moment[1])


def _ticket(random: Random, topic: Topic, created: datetime, number: str, ends: datetime) -> Row:
    channel = _pick(random, {name: values[0] for name, values in CHANNELS.items()})
    market = _pick(random, MARKETS)
    team = random.choices(topic.teams, [SITES[team.split("-")[0]].share for team in topic.teams])[0]
    urgent = random.random() < topic.high
    row = Row(
        external_id=number,
        status="open",
        created_at=created,
        updated_at=created,
        channel=channel,
        priority=random.choice(("high", "urgent")) if urgent else random.choice(("normal", "normal", "low")),
        requester=f"customer-{random.randrange(26_000)}",
        assignee=f"{team}-{random.randrange(1, 13):02d}",
        team=team,
        market=market,
        locale=LOCALES[market],
        labels=topic.label,
        macro_keys=random.choice(topic.macros) if topic.macros and random.random() < 0.7 else "",
        is_spam=random.random() < 0.004,
        group_stations=2 if random.random() < 0.09 else 1,
    )
    _reply(random, row, ends)
    _handle(random, row, topic)
    _solve(random, row, topic, ends)
    return row


def _reply(random: Random, row: Row, ends: datetime) -> None:
    """The first public reply, if it came before the year ends."""
    minutes = CHANNELS[row.channel][1] * SITES[row.team.split("-")[0]].reply * random.lognormvariate(0, 0.9)
    if row.priority in {"high", "urgent"}:
        minutes *= 0.45
    if row.channel == "email" and row.created_at.weekday() >= 5:
        minutes *= 1.8
    replied = row.created_at + timedelta(minutes=minutes)
    if replied < ends and not row.is_spam:
        row.first_public_reply_at = row.updated_at = replied
        row.reply_count = 1 + int(random.expovariate(0.9))


def _handle(random: Random, row: Row, topic: Topic) -> None:
    """Handling time, where the channel's tool measured it."""
    if row.first_public_reply_at is None or random.random() > CHANNELS[row.channel][2]:
        return
    mean = topic.aht * SITES[row.team.split("-")[0]].aht * _planted(topic, row.created_at).aht
    # The mean of a lognormal is exp(mu + sigma²/2): the median is set so that the mean comes out right.
    seconds = max(30, round(mean * random.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)))
    row.handled_at = row.first_public_reply_at
    row.wrap_s = round(seconds * random.uniform(0.08, 0.18))
    if row.channel == "phone":
        row.hold_s = round(seconds * random.uniform(0, 0.15))
        row.talk_s = seconds - row.wrap_s - row.hold_s
    else:
        row.active_s = seconds - row.wrap_s


def _solve(random: Random, row: Row, topic: Topic, ends: datetime) -> None:
    """Solved, perhaps after waiting for the customer; reopened, perhaps; rated, perhaps."""
    if row.first_public_reply_at is None:
        row.status = "deleted" if row.is_spam else "new"
        return
    hours = topic.hours * random.lognormvariate(0, 0.8) * (0.15 if row.channel in {"chat", "phone"} else 1)
    solved = row.first_public_reply_at + timedelta(hours=hours)
    if hours > 4 and random.random() < 0.35:
        _wait(random, row, solved, ends)
    if solved >= ends:
        row.status = "pending" if row.pending_spans and random.random() < 0.3 else "open"
        return
    row.status, row.first_solved_at, row.last_solved_at, row.updated_at = "solved", solved, solved, solved
    if random.random() < topic.reopen + _planted(topic, row.created_at).reopen:
        _reopen(random, row, ends)
    _rate(random, row, topic, ends)
    if row.status == "solved" and (ends - row.updated_at).days > 28:
        row.status = "closed"


def _wait(random: Random, row: Row, solved: datetime, ends: datetime) -> None:
    """A stretch in which the ticket waited for the customer."""
    assert row.first_public_reply_at is not None
    length = (solved - row.first_public_reply_at) * random.uniform(0.2, 0.6)
    begins = row.first_public_reply_at + (solved - row.first_public_reply_at) * random.uniform(0.02, 0.3)
    if begins + length < ends:
        row.pending_spans = f"{_cell(begins)}/{_cell(begins + length)}"


def _reopen(random: Random, row: Row, ends: datetime) -> None:
    assert row.first_solved_at is not None
    reopened = row.first_solved_at + timedelta(hours=random.uniform(1, 6.5 * 24))
    if reopened >= ends:
        return
    row.reopened_at, row.reopen_count, row.updated_at = reopened, 1, reopened
    again = reopened + timedelta(hours=random.lognormvariate(2, 0.8))
    if again < ends:
        row.last_solved_at = row.updated_at = again
    else:
        row.status, row.last_solved_at = "open", None


def _rate(random: Random, row: Row, topic: Topic, ends: datetime) -> None:
    """Asked an hour after the solve; good or bad by the topic's, the site's and the planted share."""
    assert row.first_solved_at is not None
    offered = row.first_solved_at + timedelta(hours=1)
    if offered >= ends:
        return
    row.rating_offered_at = offered
    rated = offered + timedelta(hours=random.expovariate(1 / 10))
    if random.random() > CHANNELS[row.channel][3] or rated >= ends:
        return
    share = topic.csat + SITES[row.team.split("-")[0]].csat + _planted(topic, row.created_at).csat
    row.rating, row.rating_scale = ("good" if random.random() < share else "bad"), "good_bad"
    row.rated_at, row.updated_at = rated, max(row.updated_at, rated)


def _planted(topic: Topic, created: datetime) -> Planted:
    """What the topic's rule does to a ticket created then; nothing, before its change or without one."""
    for planted in PLANTED:
        if planted.label == topic.label and created >= planted.since:
            return planted
    return Planted(topic.label, created)


def _pick(random: Random, shares: dict[str, float]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)
