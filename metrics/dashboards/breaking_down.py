"""One metric by team, label, channel and so on: a line each, with its change and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from metrics import levels, reporting
from metrics.cutting import Keys
from metrics.dashboards import adding_up
from metrics.dashboards.comparing import Change, Mix, change
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.measuring import is_summed, is_weekly
from metrics.dashboards.naming import Name, names
from metrics.days import DAY
from metrics.definitions import Metric
from metrics.dimensions import AGENT, DIMENSIONS, TIMES, Dimension
from metrics.filters import Period
from metrics.levels import Level, Narrow
from metrics.reporting import Figure
from metrics.summing import Mark
from metrics.weeks import BLOCK, block_of, monday_of
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows

LINES_SHOWN: Final = 50
SPARK_POINTS: Final = 13
SPARK_LEAST: Final = 4
SPARK_SPARE: Final = 1.5  # so many times what a figure needs, for parts are not equally full
SORTS: Final = ("name", "value", "n", "change")
Pieces = dict[int, tuple[Counter[str], bytes]]  # parts and histogram


@dataclass(frozen=True)
class Line:
    """One line: its figure, what that is compared with, and the figure over time for a small picture; `pieces` are what
    lies in the blocks of a long period, by their number."""

    name: Name
    figure: Figure
    other: Figure | None = None
    change: Change | None = None
    spark: list[float | None] = field(default_factory=list)
    mix: Mix | None = None
    pieces: Pieces = field(default_factory=dict)


@dataclass(frozen=True)
class _Side:
    """One side of a comparison by the values of a dimension."""

    figures: dict[str, Figure] = field(default_factory=dict)
    pieces: dict[str, Pieces] = field(default_factory=dict)


def dimensions_for(viewer: User) -> list[Dimension]:
    """By what this person may break figures down."""
    agents = allows(viewer, Permission.METRICS_READ_AGENTS)
    return [each for each in DIMENSIONS.values() if each.key not in TIMES and (agents or each is not AGENT)]


def lines(chosen: DashboardFilter, metric: Metric, by: Dimension, *, sort: str = "") -> list[Line]:
    """Every line that has tickets now, sorted. Raises levels.Refused for what cannot be told together.

    One query and one for names; the same again for another segment.
    """
    now, before = chosen.period_now, chosen.period_other()
    sides = [(chosen.narrow(), now)] + ([(chosen.narrow_other(), before)] if before else [])
    if before and chosen.segment:
        [found] = _figures(chosen.viewer, metric, by, sides[:1])
        others = _segment(chosen, metric, by, before)
    else:
        found, *rest = _figures(chosen.viewer, metric, by, sides)
        others = rest[0].figures if rest else {}
    told = names(chosen, by, [key for key, figure in found.figures.items() if figure.n])
    made = [
        Line(told[key], figure, other, change(figure, other), pieces=found.pieces.get(key, {}))
        for key, figure in found.figures.items()
        if figure.n
        for other in [others.get(key) or others.get("*")]
    ]
    return sorted_lines(made, sort)


def with_sparks(shown: Iterable[Line], chosen: DashboardFilter, metric: Metric, by: Dimension) -> list[Line]:
    """The same lines, each with its figure in up to thirteen equal parts of the period. One query, where their blocks
    were not read with them."""
    if not is_summed(metric) or by is AGENT or chosen.chosen("agent"):
        return [*shown]
    shown, period = [*shown], chosen.period_now
    drawn, days, at_once = _parts(period, _points(metric, shown))
    blocks = _blocks(period)
    if blocks is None:
        level = levels.level_for(chosen.viewer, (by.key,), levels.wanted(chosen.narrow()))
        names = adding_up.needed([metric], small_print=False)
        rows = level.within([drawn], at_once=at_once, of=names)
        parts, logs = _sums(level, metric, by, rows, adding_up.slot(drawn.first, days))
        pieces = {at: (added, logs.get(at, b"")) for at, added in parts.items()}
    else:
        pieces = _joined(shown, (drawn.first - blocks.first) // BLOCK, days // levels.BLOCK_OF_WEEKS)
    series: dict[str, list[float | None]] = {}
    wanted = {line.name.key for line in shown}
    told = {at: piece for at, piece in pieces.items() if at[1][0] in wanted}
    found = reporting.values(metric, [*told.values()])
    for (number, (key,)), value in zip(told, found, strict=True):
        series.setdefault(key, [None] * (drawn.days // days))[number] = value
    return [replace(line, spark=series.get(line.name.key, [])) for line in shown]


def _blocks(period: Period) -> Period | None:
    """The whole blocks of a period, where there are so many that parts of small pictures are of them, however many
    parts there are."""
    begin, end = block_of(period.first + BLOCK - DAY), block_of(period.last + DAY)
    return Period(begin, end - DAY) if (end - begin) // BLOCK >= SPARK_POINTS - 1 else None


def _joined(
    shown: Iterable[Line], left_out: int, blocks: int
) -> dict[tuple[int, Keys], tuple[Counter[str], bytes]]:
    """The pieces of lines, so many blocks a part, without the first ones that fill none."""
    joined: dict[tuple[int, Keys], tuple[Counter[str], bytes]] = {}
    for line in shown:
        for number, (parts, log) in line.pieces.items():
            if number >= left_out:
                at = (number - left_out) // blocks, (line.name.key,)
                before, stored = joined.get(at, (Counter[str](), b""))
                before.update(parts)
                joined[at] = before, stored + log
    return joined


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
        begin, end = block_of(first + BLOCK - DAY), block_of(after)
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
) -> list[_Side]:
    """The figures of each side by the values of the dimension; all sides are about the same tickets. Of the first, with
    its blocks where its period is long."""
    if not is_summed(metric) or by is AGENT:
        asked = (
            reporting.report(viewer, metric, by=[by.key], period=period, narrow=narrow)
            for narrow, period in sides
        )
        return [_Side({line.keys[by.key]: line.figure for line in found}) for found in asked]
    level = levels.level_for(viewer, (by.key,), levels.wanted(sides[0][0]))
    found = _summed(level, metric, by, [period for _narrow, period in sides])
    if "agent" not in sides[0][0]:
        return found
    return [
        replace(side, figures={key: reporting.guarded(each) for key, each in side.figures.items()})
        for side in found
    ]


def _summed(level: Level, metric: Metric, by: Dimension, periods: list[Period]) -> list[_Side]:
    blocks = _blocks(periods[0])
    names = adding_up.needed([metric], small_print=False)
    rows = level.within(periods, at_once=levels.BLOCK_OF_WEEKS, of=names)
    parts, logs = _sums(level, metric, by, rows, adding_up.blocks_and_periods(blocks, periods))
    found = [_Side() for _period in periods]
    added: list[dict[str, tuple[Counter[str], list[bytes]]]] = [{} for _period in periods]
    for at, counts in parts.items():
        number, (key,) = at
        of_side, log = max(0, -1 - number), logs.get(at, b"")
        whole, joined = added[of_side].setdefault(key, (Counter(), []))
        whole.update(counts)
        joined.append(log)
        if number >= 0:
            found[0].pieces.setdefault(key, {})[number] = counts, log
    for side, wholes in zip(found, added, strict=True):
        many = [(whole, b"".join(joined)) for whole, joined in wholes.values()]
        side.figures.update(zip(wholes, reporting.figures(metric, many), strict=True))
    return found


def _sums(
    level: Level, metric: Metric, by: Dimension, rows: list[adding_up.Rows], mark: Mark
) -> tuple[adding_up.Lines, adding_up.Logs]:
    """The parts, and the histogram of a median, by a mark and the values of the dimension. One query."""
    names, logs = adding_up.needed([metric], small_print=False), [metric.log] if metric.log else []
    parts, counted = adding_up.sums_by(level, (by.key,), rows, mark, names, logs)
    return parts, counted.get(metric.log, {})


def _segment(chosen: DashboardFilter, metric: Metric, by: Dimension, before: Period) -> Mapping[str, Figure]:
    """The other segment's figures line by line, or as a whole ("*") where lines are of what they are apart by."""
    if not chosen.differs_by(by.key):
        return _figures(chosen.viewer, metric, by, [(chosen.narrow_other(), before)])[0].figures
    [whole] = reporting.report(chosen.viewer, metric, period=before, narrow=chosen.narrow_other())
    return {"*": whole.figure}
