"""What a card measures, and which rows of tickets each measure counts on which day: the definitions' own days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metrics.counting import AHEAD, LAST_RATING
from metrics.definitions import AHT, REOPENED, SCALES, SLA_REPLY, SLA_RESOLUTION, VOLUME, Metric


class Kind(StrEnum):
    SHARE = "share"  # of hits; compared as a difference
    LOG = "log"  # of seconds; compared as a ratio of geometric means
    COUNT = "count"  # of tickets a day; compared as a ratio of geometric means


@dataclass(frozen=True)
class Measure:
    """`tables` with the ticket as t, the `moment` that sets the day, `condition`, and the `value` of one row (SQL).

    `mature_days`: younger rows may still change their mind and are left out. `least`: fewer rows on a side say nothing.
    """

    metric: Metric
    kind: Kind
    tables: str
    moment: str
    condition: str
    value: str
    mature_days: int = 0
    least: int = 20

    @property
    def key(self) -> str:
        return self.metric.family


_TICKETS: Final = "metrics_ticket AS t"
_RATED: Final = f"metrics_rating AS r JOIN {_TICKETS} ON t.id = r.ticket_id"
_LATEST: Final = f"{LAST_RATING} AND NOT 'rated_before_created' = ANY(t.flags)"
_POSITIVE: Final = "(r.normalised = 'positive')::int"
_SOLVABLE: Final = "NOT t.flags && '{solved_before_created,solved_out_of_order}'"


def _promise(metric: Metric, name: str, mature_days: int = 0) -> Measure:
    return Measure(
        metric, Kind.SHARE, f"metrics_slaresult AS s JOIN {_TICKETS} ON t.id = s.ticket_id", "t.created_at",
        f"s.metric = '{name}' AND s.state IN ('met', 'breached', 'overdue') AND NOT {AHEAD}",
        "(s.state = 'met')::int", mature_days,
    )  # fmt: skip


# Scales are never mixed: the one with most answers is shown.
CSATS: Final = tuple(
    Measure(
        metric, Kind.SHARE, _RATED, "r.counts_at",
        f"r.scale = '{metric.scale}' AND r.normalised IS NOT NULL AND {_LATEST}", _POSITIVE,
    )
    for metric in SCALES
)  # fmt: skip
HANDLED: Final = Measure(
    AHT, Kind.LOG, f"metrics_handlesegment AS h JOIN {_TICKETS} ON t.id = h.ticket_id", "h.ended_at",
    "h.handle_s > 0 AND NOT 'negative_handle_time' = ANY(t.flags)", "ln(h.handle_s)",
)  # fmt: skip
REOPENINGS: Final = Measure(
    REOPENED, Kind.SHARE, _TICKETS, "t.first_solved_at", f"{_SOLVABLE} AND t.reopen_count IS NOT NULL",
    "(t.reopen_count > 0 AND coalesce(t.reopened_at <= t.first_solved_at + interval '7 days', true))::int",
    REOPENED.mature_days,
)  # fmt: skip
PROMISED_REPLY: Final = _promise(SLA_REPLY, "first_reply")
PROMISED_RESOLUTION: Final = _promise(SLA_RESOLUTION, "resolution", 7)
CREATED: Final = Measure(VOLUME, Kind.COUNT, _TICKETS, "t.created_at", f"NOT {AHEAD}", "1")

ALL: Final = (*CSATS, HANDLED, REOPENINGS, PROMISED_REPLY, PROMISED_RESOLUTION, CREATED)
