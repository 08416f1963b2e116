"""One metric by team, label, channel and so on: a line each, with its change and how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from metrics import levels, reporting
from metrics.dashboards import adding_up
from metrics.dashboards.comparing import Change, Mix, change
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.measuring import is_summed, is_weekly
from metrics.dashboards.naming import Name, names
from metrics.definitions import Metric
from metrics.dimensions import AGENT, DIMENSIONS, TIMES, Dimension
from metrics.filters import Period
from metrics.levels import Level, Narrow
from metrics.reporting import Figure
from metrics.weeks import BLOCK, block_of, monday_of
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows

LINES_SHOWN: Final = 50
SPARK_POINTS: Final = 13
SPARK_LEAST: Final = 4
SPARK_SPARE: Final = 1.5  # so many times what a figure needs, for parts are not equally full
SORTS: Final = ("name", "value", "n", "change")


@dataclass(frozen=True)
class Line:
    """One line: its figure, what that is compared with, and the figure over time for a small picture."""

    name: Name
    figure: Figure
    other: Figure | None = None
    change: Change | None = None
    spark: list[float | None] = field(default_factory=list)
    mix: Mix | None = None


def dimensions_for(viewer: User) -> list[Dimension]:
    """By what this person may break figures down."""
    agents = allows(viewer, Permission.METRICS_READ_AGENTS)
    return [each for each in DIMENSIONS.values() if each.key not in TIMES and (agents or each is not AGENT)]


def lines(chosen: DashboardFilter, metric: Metric, by: Dimension, *, sort: str = "") -> list[Line]:
    """Every line that has tickets now, sorted. Raises levels.Refused for what is not kept together.

    One query and one for names; the same again for another segment.
    """
    now, before = chosen.period_now, chosen.period_other()
    sides = [(chosen.narrow(), now)] + ([(chosen.narrow_other(), before)] if before else [])
    if before and chosen.segment:
        found, others = (
            _figures(chosen.viewer, metric, by, sides[:1])[0],
            _segment(chosen, metric, by, before),
        )
    else:
        found, *rest = _figures(chosen.viewer, metric, by, sides)
        others = rest[0] if rest else {}
    told = names(chosen, by, [key for key, figure in found.items() if figure.n])
    made = [
        Line(told[key], figure, other, change(figure, other))
        for key, figure in found.items()
        if figure.n
        for other in [others.get(key) or others.get("*")]
    ]
    return sorted_lines(made, sort)


def with_sparks(shown: Iterable[Line], chosen: DashboardFilter, metric: Metric, by: Dimension) -> list[Line]:
    """The same lines, each with its figure in up to thirteen equal parts of the period. One query."""
    if not is_summed(metric) or by is AGENT or chosen.chosen("agent"):
        return [*shown]
    shown, period = [*shown], chosen.period_now
    drawn, days, at_once = _parts(period, _points(metric, shown))
    level = levels.level_for(chosen.viewer, (by.key,), levels.wanted(chosen.narrow()))
    rows, mark = level.within([drawn], at_once=at_once), adding_up.slot(drawn.first, days)
    parts, logs = _sums(level, metric, by, rows, mark)
    series: dict[str, list[float | None]] = {}
    wanted = {line.name.key for line in shown}
    pieces = [at for at in parts if at[1][0] in wanted]
    found = reporting.values(metric, [(parts[at], logs.get(at, b"")) for at in pieces])
    for (number, (key,)), value in zip(pieces, found, strict=True):
        series.setdefault(key, [None] * (drawn.days // days))[number] = value
    return [replace(line, spark=series.get(line.name.key, [])) for line in shown]


def _points(metric: Metric, shown: Sequence[Line]) -> int:
    """Of how many parts a small picture is: of fewer where the line in the middle has too few tickets for many."""
    if not metric.least or not shown:
        return SPARK_POINTS
    middle = sorted(line.figure.n for line in shown)[len(shown) // 2]
    return max(SPARK_LEAST, min(SPARK_POINTS, int(middle / (SPARK_SPARE * metric.least))))


def _parts(period: Period, points: int) -> tuple[Period, int, int]:
    """The days that a small picture is of, of how many days its parts are, and how many days are read at once: parts of
    whole weeks where there are many, of whole blocks where there are more. Days that fill no part are left out, for a
    part of one day beside others of four weeks looks like a fall."""
    first, after, unit = period.first, period.last + timedelta(days=1), 1
    if is_weekly(period):
        first, after, unit = monday_of(first + timedelta(days=6)), monday_of(after), levels.WEEK
        begin, end = block_of(first + BLOCK - timedelta(days=1)), block_of(after)
        if (end - begin) // BLOCK >= points - 1:
            first, after, unit = begin, end, levels.BLOCK_OF_WEEKS
    units = (after - first).days // unit
    days = unit * -(-units // points)
    first = after - timedelta(days=units * unit // days * days)
    return Period(first, after - timedelta(days=1)), days, unit


def sorted_lines(found: list[Line], sort: str) -> list[Line]:
    """By one of SORTS, "-" before it for downwards; most tickets first without a wish. Without a value goes last."""
    name = sort.removeprefix("-")
    keys: dict[str, Callable[[Line], Any]] = {
        "name": lambda line: (line.name.note.casefold(), line.name.text.casefold()),
        "value": lambda line: line.figure.value,
        "n": lambda line: line.figure.n,
        "change": lambda line: line.change.value if line.change else None,
    }
    if name not in keys:
        name, sort = "n", "-n"
    key = keys[name]
    known = [line for line in found if key(line) is not None]
    unknown = [line for line in found if key(line) is None]
    return [*sorted(known, key=key, reverse=sort.startswith("-")), *unknown]


def _figures(
    viewer: User, metric: Metric, by: Dimension, sides: Sequence[tuple[Narrow, Period]]
) -> list[dict[str, Figure]]:
    """The figures of each side by the values of the dimension; all sides are about the same tickets."""
    if not is_summed(metric) or by is AGENT:
        asked = (
            reporting.report(viewer, metric, by=[by.key], period=period, narrow=narrow)
            for narrow, period in sides
        )
        return [{line.keys[by.key]: line.figure for line in found} for found in asked]
    periods = [period for _narrow, period in sides]
    level = levels.level_for(viewer, (by.key,), levels.wanted(sides[0][0]))
    found = _summed(level, metric, by, periods)
    if "agent" not in sides[0][0]:
        return found
    return [{key: reporting.guarded(figure) for key, figure in side.items()} for side in found]


def _summed(level: Level, metric: Metric, by: Dimension, periods: list[Period]) -> list[dict[str, Figure]]:
    rows, mark = level.within(periods, at_once=levels.BLOCK_OF_WEEKS), adding_up.first_days(periods)
    parts, logs = _sums(level, metric, by, rows, mark)
    found: list[dict[str, Figure]] = [{} for _period in periods]
    number = {period.first: index for index, period in enumerate(periods)}
    figures = reporting.figures(metric, [(added, logs.get(at, b"")) for at, added in parts.items()])
    for (first, (key,)), each in zip(parts, figures, strict=True):
        found[number[first]][key] = each
    return found


def _sums(
    level: Level, metric: Metric, by: Dimension, rows: list[adding_up.Rows], mark: Any
) -> tuple[adding_up.Lines, adding_up.Logs]:
    """The parts, and the histogram of a median, by a mark and the values of the dimension. One query."""
    names, logs = adding_up.needed([metric], small_print=False), [metric.log] if metric.log else []
    parts, counted = adding_up.sums_by(level, (by.key,), rows, mark, names, logs)
    return parts, counted.get(metric.log, {})


def _segment(chosen: DashboardFilter, metric: Metric, by: Dimension, before: Period) -> Mapping[str, Figure]:
    """The other segment's figures line by line, or as a whole ("*") where lines are of what they are apart by."""
    if not chosen.differs_by(by.key):
        return _figures(chosen.viewer, metric, by, [(chosen.narrow_other(), before)])[0]
    [whole] = reporting.report(chosen.viewer, metric, period=before, narrow=chosen.narrow_other())
    return {"*": whole.figure}
