"""The tickets of the demo: twelve months of a support desk, drawn from a seed, with two planted effects.

What is true of them is written down in docs/demo-data.md, so that what the dashboards say can be checked.
They come in by the same way as anybody's tickets: as a CSV file with the neutral columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from metrics.business_time import Clock
from metrics.calendars import clock_of
from sopdesk.demo.ticket_times import Times, draw_times

SEED: Final = 20261120
COUNT: Final = 50_000
END: Final = date(2026, 11, 20)
DAYS: Final = 365
DUBLIN: Final = ZoneInfo("Europe/Dublin")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Reason:
    """Why people write. `csat`: share of answers that are good; `handle_s`: median; `reopen`: share of solved."""

    label: str
    weight: float
    teams: tuple[str, ...]
    csat: float
    handle_s: int
    solve_h: float
    reopen: float
    pending: float = 0.3


@dataclass(frozen=True)
class Effect:
    """What a published change did to tickets with a label that were created from `since` on."""

    label: str
    since: datetime
    csat: float = 0.0  # added to the share of good answers
    handle: float = 1.0  # handle time is multiplied by it
    reopen: float = 0.0  # added to the share of reopened


@dataclass(frozen=True)
class Desk:
    """A team's own touch: CSAT is shifted, handle and reply times are multiplied."""

    share: float
    csat: float = 0.0
    handle: float = 1.0
    reply: float = 1.0


_PAY: Final = ("dublin-payments", "harbor-payments", "northwind-payments")
_ACCOUNT: Final = ("lisbon-account", "harbor-account", "northwind-account")
_SAFETY: Final = ("dublin-safety", "harbor-safety")
_CREATORS: Final = ("lisbon-creators", "northwind-creators")
REASONS: Final = (
    Reason("refund-request", 14, _PAY, 0.78, 420, 9, 0.07),
    Reason("unauthorised-payment", 6, _PAY, 0.74, 660, 20, 0.08, 0.45),
    Reason("coins-missing", 8, _PAY, 0.84, 300, 6, 0.05),
    Reason("payment-failed", 8, _PAY, 0.86, 270, 4, 0.04),
    Reason("subscription-cancel", 6, _PAY, 0.88, 240, 3, 0.03, 0.1),
    Reason("account-recovery", 13, _ACCOUNT, 0.80, 540, 14, 0.12, 0.5),
    Reason("account-compromised", 6, _ACCOUNT, 0.76, 780, 18, 0.09, 0.45),
    Reason("login-code", 7, _ACCOUNT, 0.87, 210, 2, 0.05, 0.15),
    Reason("account-change", 4, _ACCOUNT, 0.88, 260, 4, 0.04),
    Reason("account-suspended", 5, _ACCOUNT, 0.61, 600, 22, 0.10),
    Reason("harassment-report", 5, _SAFETY, 0.72, 720, 12, 0.06),
    Reason("minor-safety", 3, _SAFETY, 0.79, 840, 6, 0.04),
    Reason("content-appeal", 5, (*_SAFETY, *_CREATORS), 0.60, 560, 30, 0.08),
    Reason("dsar-access", 1.5, ("dublin-privacy",), 0.81, 1500, 90, 0.05, 0.6),
    Reason("dsar-erasure", 1.5, ("dublin-privacy",), 0.80, 1200, 70, 0.04, 0.5),
    Reason("payout-missing", 3, _CREATORS, 0.73, 640, 26, 0.08, 0.4),
    Reason("payout-hold", 3, _CREATORS, 0.63, 700, 40, 0.09, 0.5),
    Reason("bug-report", 4, (*_ACCOUNT, *_CREATORS), 0.77, 380, 30, 0.06),
    Reason("outage", 1, _ACCOUNT, 0.70, 180, 5, 0.03, 0.05),
)
DESKS: Final = {
    "dublin-payments": Desk(1.0, 0.01, 0.95, 0.9),
    "dublin-safety": Desk(1.0, 0.02, 1.05, 0.8),
    "dublin-privacy": Desk(1.0, 0.0, 1.0, 1.0),
    "lisbon-account": Desk(1.1, 0.02, 0.97, 0.9),
    "lisbon-creators": Desk(1.0, 0.02, 1.0, 0.9),
    "harbor-account": Desk(1.4, -0.02, 1.05, 1.0),
    "harbor-payments": Desk(1.5, -0.01, 1.0, 1.0),
    "harbor-safety": Desk(1.2, -0.02, 1.1, 1.1),
    "northwind-payments": Desk(1.0, -0.04, 1.12, 1.5),
    "northwind-account": Desk(0.9, -0.05, 1.15, 1.6),
    "northwind-creators": Desk(0.8, -0.03, 1.1, 1.4),
}
EFFECTS: Final = (
    Effect("refund-request", datetime(2026, 6, 15, 9, tzinfo=DUBLIN), csat=0.06, handle=0.82),
    Effect(
        "account-recovery", datetime(2026, 8, 17, 9, tzinfo=DUBLIN), csat=-0.02, handle=1.22, reopen=-0.05
    ),
)
SPIKE: Final = (date(2026, 3, 10), date(2026, 3, 11))  # an outage: log-ins and payments fail
SPIKE_LABELS: Final = ("outage", "login-code", "payment-failed")
CHANNELS: Final = {"email": 0.5, "chat": 0.28, "phone": 0.12, "in_app": 0.1}
CHANNEL_HANDLE: Final = {"email": 1.0, "chat": 1.15, "phone": 1.05, "in_app": 0.9}
RESPONSE: Final = {"email": 0.24, "chat": 0.42, "phone": 0.3, "in_app": 0.28}
PRIORITIES: Final = {"low": 0.15, "normal": 0.65, "high": 0.15, "urgent": 0.05}
MARKETS: Final = {
    "DE": 0.18,
    "FR": 0.15,
    "GB": 0.17,
    "IE": 0.05,
    "ES": 0.12,
    "IT": 0.1,
    "PL": 0.08,
    "US": 0.15,
}
LOCALES: Final = {
    "DE": "de",
    "FR": "fr",
    "GB": "en",
    "IE": "en",
    "ES": "es",
    "IT": "it",
    "PL": "pl",
    "US": "en",
}
HOURS: Final = (9, 6, 4, 3, 3, 4, 8, 18, 34, 46, 50, 52, 50, 52, 54, 54, 52, 52, 54, 56, 52, 42, 30, 18)
OFFERED: Final = 0.9
MEASURED: Final = {"email": 0.8, "chat": 1.0, "phone": 1.0, "in_app": 0.8}
HANDLE_SIGMA: Final = 0.55


@dataclass(frozen=True)
class Drawn:
    """One array a column; indexes point into the tables above. Rating 1 good, 0 bad, -1 none; handle -1 none."""

    created: Ints
    reason: Ints
    team: npt.NDArray[np.str_]
    channel: npt.NDArray[np.str_]
    priority: npt.NDArray[np.str_]
    market: npt.NDArray[np.str_]
    times: Times
    rating: Ints
    offered: Truths
    handle: Ints


def truth(drawn_reason: Ints, created: Ints) -> tuple[Floats, Floats, Floats]:
    """For each ticket what its reason and the effects make of it: share good, median handle time, share reopened."""
    csat = np.array([r.csat for r in REASONS])[drawn_reason]
    handle = np.array([float(r.handle_s) for r in REASONS])[drawn_reason]
    reopen = np.array([r.reopen for r in REASONS])[drawn_reason]
    for effect in EFFECTS:
        index = [r.label for r in REASONS].index(effect.label)
        hit = (drawn_reason == index) & (created >= int(effect.since.timestamp()))
        csat, reopen = csat + effect.csat * hit, reopen + effect.reopen * hit
        handle = np.where(hit, handle * effect.handle, handle)
    return csat, handle, reopen


def draw(*, count: int = COUNT, end: date = END, seed: int = SEED) -> Drawn:
    """All tickets, in order of time. The same arguments give the same tickets."""
    rng = np.random.default_rng(seed)
    created, reason = _when_and_why(rng, count, end)
    team = _teams(rng, reason)
    channel, priority, market = (_pick(rng, table, count) for table in (CHANNELS, PRIORITIES, MARKETS))
    csat, handle_median, reopen = truth(reason, created)
    desk = {name: np.array([getattr(DESKS[t], name) for t in team]) for name in ("csat", "handle", "reply")}
    times = draw_times(
        rng, created=created, channel=channel, priority=priority, slow=desk["reply"], reopen=reopen,
        solve_h=np.array([r.solve_h for r in REASONS])[reason], clock=_desk_clock(end),
        pending=np.array([r.pending for r in REASONS])[reason], end=last_second(end),
    )  # fmt: skip
    factor = desk["handle"] * np.array([CHANNEL_HANDLE[c] for c in channel])
    handle = np.maximum(20, handle_median * factor * np.exp(rng.normal(0, HANDLE_SIGMA, count))).astype(
        np.int64
    )
    measured = (rng.random(count) < np.array([MEASURED[c] for c in channel])) & (
        times.replied <= last_second(end)
    )
    offered = (rng.random(count) < OFFERED) & (times.solved <= last_second(end))
    answered = offered & (rng.random(count) < np.array([RESPONSE[c] for c in channel]))
    good = rng.random(count) < csat + desk["csat"]
    rating = np.where(answered & (times.rated <= last_second(end)), good.astype(np.int64), -1)
    return Drawn(
        created,
        reason,
        team,
        channel,
        priority,
        market,
        times,
        rating,
        offered,
        np.where(measured, handle, -1),
    )


def last_second(end: date) -> int:
    """Unix seconds of the last second of that day in Dublin."""
    return int(datetime.combine(end + timedelta(days=1), time(0), DUBLIN).timestamp()) - 1


def _desk_clock(end: date) -> Clock:
    """Replies are written from 07:00 to 23:00 in Dublin, every day."""
    week = [[["07:00", "23:00"]]] * 7
    return clock_of(
        "Europe/Dublin", week, first=end - timedelta(days=DAYS + 30), last=end + timedelta(days=400)
    )


def _when_and_why(rng: np.random.Generator, count: int, end: date) -> tuple[Ints, Ints]:
    days = [end - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    weights = np.array([_day_weight(day) for day in days])
    day = rng.choice(DAYS, count, p=weights / weights.sum())
    hour = rng.choice(24, count, p=np.array(HOURS) / sum(HOURS))
    starts = np.array([int(datetime.combine(d, time(0), DUBLIN).timestamp()) for d in days])
    created = starts[day] + hour * 3600 + rng.integers(0, 3600, count)
    shares = np.array([r.weight for r in REASONS])
    reason = rng.choice(len(REASONS), count, p=shares / shares.sum())
    spiking = np.isin(day, [n for n, d in enumerate(days) if d in SPIKE]) & (rng.random(count) < 0.65)
    failing = [n for n, r in enumerate(REASONS) if r.label in SPIKE_LABELS]
    reason = np.where(spiking, rng.choice(failing, count), reason)
    order = np.argsort(created, kind="stable")
    return np.minimum(created[order], last_second(end)), reason[order]


def _day_weight(day: date) -> float:
    """Fewer on weekends, more in December and in the summer holidays, a little growth, and the outage."""
    week = (1.08, 1.05, 1.0, 1.0, 1.02, 0.82, 0.78)[day.weekday()]
    season = {12: 1.35, 1: 1.15, 7: 1.1, 8: 1.12, 2: 0.92, 4: 0.95}.get(day.month, 1.0)
    growth = 1 + 0.1 * (day - date(2026, 1, 1)).days / 365
    return float(week * season * growth * (3.2 if day in SPIKE else 1.0))


def _teams(rng: np.random.Generator, reason: Ints) -> npt.NDArray[np.str_]:
    team = np.empty(len(reason), dtype="U24")
    for index, why in enumerate(REASONS):
        mine = np.flatnonzero(reason == index)
        shares = np.array([DESKS[name].share for name in why.teams])
        team[mine] = rng.choice(np.array(why.teams), len(mine), p=shares / shares.sum())
    return team


def _pick(rng: np.random.Generator, table: dict[str, float], count: int) -> npt.NDArray[np.str_]:
    shares = np.array([*table.values()])
    return rng.choice(np.array([*table]), count, p=shares / shares.sum())
