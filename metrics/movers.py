"""What is off: shares of a team that moved more than chance explains, the last four weeks against the four before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from metrics.definitions import SCALES
from metrics.differences import adjusted, difference
from metrics.models import Rollup
from metrics.summing import summed

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from sopdesk.accounts.models import User

PERIOD = timedelta(days=28)
MIN_N = 50  # fewer tickets than this on either side say nothing worth a lead's attention
FALSE_SHARE = (
    0.05  # of the movers shown, how many may be chance: many teams and shares are looked at together
)


@dataclass(frozen=True)
class Share:
    """A share of tickets: the rollup column of its hits, the columns it is a share of, and whether more is better; of
    CSAT the scale: answers of a team are compared with answers on the same."""

    name: str
    label: str | Promise
    hits: str
    of: tuple[str, ...]
    more_is_better: bool
    scale: str = ""


SLA = ("sla_reply_met_n", "sla_reply_breached_n", "sla_reply_overdue_n")
SHARES = (
    *(
        Share("csat", metric.label, metric.numerator[0], metric.denominator, True, metric.scale)
        for metric in SCALES
    ),
    Share("sla_first_reply", _("SLA first reply"), SLA[0], SLA, True),
    Share("reopen", _("Reopened"), "reopened_n", ("reopen_known_n",), False),
)
COLUMNS = sorted({column for share in SHARES for column in (share.hits, *share.of)})
TEAM = ("team__slug", "team__name", "team__site__name")


@dataclass(frozen=True)
class Mover:
    """One share of one team that moved: shares from 0 to 1, `low` and `high` the 95 % interval of the difference."""

    share: Share
    team: str
    site: str
    slug: str
    before: float
    now: float
    n: int
    low: float
    high: float
    p: float

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def is_worse(self) -> bool:
        return (self.change < 0) == self.share.more_is_better


def movers(user: User, today: date) -> list[Mover]:
    """What moved beyond chance for teams this person may see, the worst first. One query, rollups only.

    `today` itself is not complete and left out. Intervals: Newcombe (1998), method 10, from Wilson's limits; which
    to show: Benjamini and Hochberg (1995) over all that were compared.
    """
    begins, middle = today - 2 * PERIOD, today - PERIOD
    rows = Rollup.objects.visible_to(user).filter(
        label="", day__gte=begins, day__lt=today, team__isnull=False
    )
    is_now = Case(When(day__gte=middle, then=True), default=False)
    teams: dict[str, dict[str, Any]] = {}
    for row in summed(rows.annotate(is_now=is_now), [*TEAM, "is_now"], COLUMNS):
        side = "now" if row["is_now"] else "before"
        team = teams.setdefault(row["team__slug"], {name: row[name] for name in TEAM})
        team |= {f"{side}_{column}": row[column] for column in COLUMNS}
    found = [
        mover for team in teams.values() for share in SHARES if (mover := _mover(share, team)) is not None
    ]
    if not found:
        return []
    together = adjusted([mover.p for mover in found])
    moved = [mover for mover, p in zip(found, together, strict=True) if p <= FALSE_SHARE]
    return sorted(moved, key=lambda mover: (not mover.is_worse, -abs(mover.change)))


def _mover(share: Share, team: Mapping[str, Any]) -> Mover | None:
    before, now = (_counts(share, team, side) for side in ("before", "now"))
    if min(before[1], now[1]) < MIN_N:
        return None
    change = difference(*now, *before)
    return Mover(
        share,
        str(team["team__name"]),
        str(team["team__site__name"]),
        str(team["team__slug"]),
        before[0] / before[1],
        now[0] / now[1],
        now[1],
        change.low,
        change.high,
        change.p,
    )


def _counts(share: Share, team: Mapping[str, Any], side: str) -> tuple[int, int]:
    """Hits, and of how many."""
    return int(team.get(f"{side}_{share.hits}", 0)), sum(
        int(team.get(f"{side}_{column}", 0)) for column in share.of
    )
