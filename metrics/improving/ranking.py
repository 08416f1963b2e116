"""Where to work next: labels ranked by agent-hours × dissatisfaction × reopens, and what could help each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from metrics import levels, scales
from metrics.dashboards import adding_up
from metrics.definitions import AHT, BY_KEY, CSAT, REOPENED, Metric
from metrics.filters import Period
from metrics.improving.definitions import (
    AUTOMATION_CSAT,
    AUTOMATION_ONE_TOUCH,
    AUTOMATION_SECONDS,
    AUTOMATION_WEEKLY,
    DISSATISFACTION,
    HALF,
    HOURS,
    LEVERS,
    REOPENS,
)
from metrics.improving.levers import Cover, covers
from metrics.levels import Narrow
from metrics.reporting import COUNTS, Figure, figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sopdesk.accounts.models import User

LABELS_MAX: Final = 300


@dataclass(frozen=True)
class Head:
    """A column's head: how it is sorted now, and what a click asks for."""

    name: str
    label: str
    direction: str
    next_sort: str


@dataclass(frozen=True)
class Opportunity:
    """One label of a period. `priority` None: not ranked, for the reasons in `missing`. Shares from 0 to 1.
    `elsewhere`: answers on other scales than that of `csat`."""

    label: str
    tickets: int
    weekly: float
    hours: float | None
    measured: float | None
    aht: Figure
    csat: Figure
    elsewhere: int
    dissatisfied: float | None
    reopened: Figure
    priority: float | None
    missing: tuple[str, ...]
    levers: tuple[str, ...]
    cover: Cover

    @property
    def lever(self) -> str:
        """The first that could help, by which it is drawn."""
        return self.levers[0]

    @property
    def hours_between(self) -> tuple[float, float] | None:
        """The 95 % interval of the hours: that of AHT, times the contacts there were."""
        if self.hours is None or not self.aht.value or self.aht.low is None or self.aht.high is None:
            return None
        each = self.hours / self.aht.value
        return max(0.0, self.aht.low * each), self.aht.high * each

    @property
    def dissatisfied_between(self) -> tuple[float, float] | None:
        """The 95 % interval of the share dissatisfied (Wilson): what that of CSAT leaves."""
        if self.dissatisfied is None or self.csat.low is None or self.csat.high is None:
            return None
        return 1 - self.csat.high, 1 - self.csat.low


def ranked(
    narrow: Narrow, period: Period, viewer: User, today: date, *, scale: str = ""
) -> list[Opportunity]:
    """Every label with tickets in the period, the highest first, those not ranked last; tickets by another name count
    under the label that it means. All labels are of one scale of CSAT: that one, or the one with most answers. Seven
    queries."""
    level = levels.level_for(viewer, ("label",), levels.wanted(narrow))
    pieces = level.within([period], at_once=levels.BLOCK_OF_WEEKS)
    added = adding_up.parts_by(level, ("label",), pieces, adding_up.TOGETHER, [*COUNTS])
    found = {label: parts for (_mark, (label,)), parts in added.items() if parts["created_n"]}
    most = sorted(found, key=lambda label: (-found[label]["created_n"], label))[:LABELS_MAX]
    known = covers(most, viewer, today)
    csat = scales.on_one_scale(CSAT, sum(found.values(), Counter()), scale)
    rows = [opportunity(label, found[label], period, known[label], csat) for label in most]
    return ordered(rows, "-priority")


def opportunity(
    label: str, parts: Mapping[str, Any], period: Period, cover: Cover, csat_on: Metric
) -> Opportunity:
    """One label from its parts: nothing but sums goes in. `csat_on`: CSAT on the scale of all labels."""
    weeks = period.days / 7
    hours, measured = _hours(parts, weeks)
    answers, unhappy = _answers(csat_on, parts)
    reopened, solved = _sums(REOPENED, parts)
    csat = figure(csat_on, dict(parts))
    missing = _missing(hours, parts["handled_n"], answers, solved)
    dissatisfied = (unhappy + HALF) / (answers + 1) if answers >= DISSATISFACTION.least else None
    back = (reopened + HALF) / (solved + 1) if solved >= REOPENS.least else None
    ranks = hours is not None and dissatisfied is not None and back is not None and not missing
    return Opportunity(
        label=label, tickets=parts["created_n"], weekly=parts["created_n"] / weeks, hours=hours, measured=measured,
        aht=figure(AHT, dict(parts)), csat=csat, elsewhere=sum(n for _scale, n in scales.others(csat_on, parts)),
        dissatisfied=dissatisfied, reopened=figure(REOPENED, dict(parts)),
        priority=hours * dissatisfied * back if ranks else None,  # type: ignore[operator]  # none of them is None
        missing=tuple(missing), levers=_levers(parts, weeks, csat, cover), cover=cover,
    )  # fmt: skip


def _hours(parts: Mapping[str, Any], weeks: float) -> tuple[float | None, float | None]:
    """Hours a week of all tickets, and the share of tickets on which handle time was measured."""
    measured, created = parts["measured_n"], parts["created_n"]
    share = min(1.0, measured / created) if created else None
    if not parts["handled_n"] or not measured:
        return None, share
    return parts["handle_s"] / 3600 / weeks * max(1.0, created / measured), share


def _answers(csat: Metric, parts: Mapping[str, Any]) -> tuple[int, int]:
    """Answers of the scale, and the unhappy among them."""
    n = scales.answers(csat, parts)
    return n, n - scales.satisfied(csat, parts)


def _sums(metric: Metric, parts: Mapping[str, Any]) -> tuple[int, int]:
    top, bottom = (sum(parts[name] for name in names) for names in (metric.numerator, metric.denominator))
    return top, bottom


def _missing(hours: float | None, handled: int, answers: int, solved: int) -> list[str]:
    """Why a label is not ranked, in words."""
    found = []
    if hours is None:
        found.append(_("AHT is not measured"))
    elif handled < HOURS.least:
        found.append(_("only %(n)s handled contacts were measured") % {"n": handled})
    if answers < DISSATISFACTION.least:
        found.append(_("only %(n)s answers") % {"n": answers} if answers else _("CSAT is not measured"))
    if solved < REOPENS.least:
        found.append(
            _("only %(n)s solved and mature") % {"n": solved} if solved else _("reopens are not measured")
        )
    return found


def _levers(parts: Mapping[str, Any], weeks: float, csat: Figure, cover: Cover) -> tuple[str, ...]:
    found = cover.levers
    if is_candidate(parts, weeks, csat):
        found.append("automation")
    return tuple(found) or ("none",)


def is_candidate(parts: Mapping[str, Any], weeks: float, csat: Figure) -> bool:
    """Whether automation could take it: short, one-touch, frequent, and customers are content. All have to be
    measured."""
    one_touch, aht = BY_KEY.get("one_touch"), figure(AHT, dict(parts))
    if one_touch is None or aht.value is None or csat.value is None or aht.n < HOURS.least:
        return False
    once, solved = _sums(one_touch, parts)
    return (
        solved >= REOPENS.least
        and once / solved >= AUTOMATION_ONE_TOUCH
        and aht.value <= AUTOMATION_SECONDS
        and parts["created_n"] / weeks >= AUTOMATION_WEEKLY
        and csat.value >= AUTOMATION_CSAT
    )


_VALUES: Final[dict[str, Callable[[Opportunity], Any]]] = {
    "priority": lambda row: row.priority,
    "label": lambda row: row.label.casefold(),
    "tickets": lambda row: row.tickets,
    "hours": lambda row: row.hours,
    "dissatisfied": lambda row: row.dissatisfied,
    "reopened": lambda row: row.reopened.value,
}


def ordered(rows: Sequence[Opportunity], sort: str) -> list[Opportunity]:
    """By one of _VALUES, "-" before it for the highest first; what has no value stands last."""
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    value = _VALUES.get(name, _VALUES["priority"])
    by_label = sorted(rows, key=lambda row: row.label)
    valued = [(found, row) for row in by_label if (found := value(row)) is not None]
    valued.sort(key=lambda pair: pair[0], reverse=backwards)
    return [*(row for _value, row in valued), *(row for row in by_label if value(row) is None)]


def heads(sort: str) -> list[Head]:
    """The heads of the table's columns, each with what a click asks for: the highest first, words by the alphabet."""
    names = {
        "label": _("Label"), "priority": _("Priority"), "tickets": _("Tickets a week"),
        "hours": _("Agent-hours a week"),
        "dissatisfied": _("Dissatisfied"), "reopened": _("Reopened"),
    }  # fmt: skip
    found = []
    for name, label in names.items():
        now = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        first = name if name == "label" else f"-{name}"
        other = f"-{name}" if name == "label" else name
        found.append(Head(name, label, now, other if sort == first else first))
    return found


def drawing(rows: Sequence[Opportunity]) -> dict[str, Any]:
    """The ranked labels for static/js/chart.js, layout "scatter": a series for each lever."""
    shown = [row for row in rows if row.priority is not None]
    series = []
    for lever in LEVERS:
        points = [
            {
                "name": row.label,
                "x": round(row.hours or 0, 1),
                "y": round(row.dissatisfied or 0, 4),
                "size": round(row.reopened.value or 0, 4),
            }
            for row in shown
            if row.lever == lever.key
        ]
        if points:
            series.append(
                {"name": str(lever.label), "colour": lever.colour, "symbol": lever.symbol, "points": points}
            )
    names = {"x": str(HOURS.label), "y": str(DISSATISFACTION.label), "size": str(REOPENS.label)}
    return {"layout": "scatter", "names": names, "series": series}
