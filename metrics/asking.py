"""The one door to figures: which metric, cut by what, over which days, narrowed to what.

Dashboards, the command `report` and other apps ask here, so that all of them say the same. What reads tickets for
it: metrics/from_tickets.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from metrics import backlogs, cutting, histograms, levels, small_print
from metrics.cutting import Keys
from metrics.definitions import BY_KEY, LEVELS, METRICS, Metric
from metrics.dimensions import TIMES
from metrics.figures import Figure, Parts, figure, made_of
from metrics.filters import Period
from metrics.levels import Narrow, Refused
from metrics.scales import on_one_scale
from metrics.summing import summed
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require

AGENT_LEAST: Final = 20  # below this n nothing is said of a person
_AT_ONCE: Final = {"day": 1, "week": levels.WEEK}  # how many days one row may hold, where they are told apart


@dataclass(frozen=True)
class Line:
    """`keys`: the value of each dimension asked for, in that order ("" where nobody told); `names`: as said; `beside`:
    what the small print of the figure says, where it was asked for (metrics/small_print.py)."""

    keys: dict[str, str]
    figure: Figure
    names: dict[str, str] = field(default_factory=dict)
    beside: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What is asked. `user` None is the command line, which may see everything."""

    user: User | None
    by: tuple[str, ...]
    period: Period
    narrow: Narrow
    with_small_print: bool = False


Measured = Callable[[Report], list[Line]]
_others: dict[str, tuple[Metric, Measured]] = {}


def register(metric: Metric, measure: Measured) -> None:
    """Another app's metric, with the function that measures it: `report` then answers for it as for our own."""
    _others[metric.key] = (metric, measure)


def known() -> dict[str, Metric]:
    """Every metric there is, by key, in the order in which people read them."""
    others = {key: metric for key, (metric, _measure) in _others.items()}
    return {**{one.key: one for one in (*METRICS, *LEVELS)}, **BY_KEY, **others}


def report(
    user: User | None,
    metric: Metric | str,
    *,
    by: Sequence[str] = (),
    period: Period,
    narrow: Narrow | None = None,
    with_small_print: bool = False,
) -> list[Line]:
    """The metric's figure for each combination of values, or one for all of them. Raises Refused, PermissionDenied.

    `narrow`: values by dimension, one or several. By agent: only for who may read that, and not below n = 20.
    `with_small_print`: with what stands below the figure on a tile.
    """
    asked = reports(user, [metric], by=by, period=period, narrow=narrow, with_small_print=with_small_print)
    [lines] = asked.values()
    return lines


def reports(
    user: User | None,
    metrics: Iterable[Metric | str],
    *,
    by: Sequence[str] = (),
    period: Period,
    narrow: Narrow | None = None,
    with_small_print: bool = False,
) -> dict[str, list[Line]]:
    """The same of several metrics, by their keys: one query for all that adds up."""
    asked = Report(user, tuple(by), period, narrow or {}, with_small_print)
    chosen = levels.wanted(narrow)
    found = [_metric(one) for one in metrics]
    levels.check(by)
    if user is not None:
        require(user, Permission.METRICS_READ)
        if "agent" in {*by, *chosen}:
            require(user, Permission.METRICS_READ_AGENTS)
    adding_up = [one for one in found if one.key not in _others and one not in LEVELS]
    by_key = _summed(asked, adding_up) if adding_up else {}
    for one in found:
        if one.key in _others:
            by_key[one.key] = _others[one.key][1](asked)
        elif one in LEVELS:
            by_key[one.key] = _backlog(asked, one)
    lines = {one.key: by_key[one.key] for one in found}
    if "agent" not in {*by, *chosen}:
        return lines
    return {key: [*map(_of_a_person, of)] for key, of in lines.items()}


def _metric(wanted: Metric | str) -> Metric:
    if isinstance(wanted, Metric):
        return wanted
    if wanted not in known():
        raise Refused(levels.no("metric", wanted, known()))
    return known()[wanted]


def _of_a_person(line: Line) -> Line:
    shown = line.beside if line.figure.n >= AGENT_LEAST else dict.fromkeys(line.beside)
    return replace(line, figure=guarded(line.figure), beside=shown)


def guarded(figure: Figure) -> Figure:
    """Nothing is said of a person by fewer than AGENT_LEAST; of what lies open neither what was left out."""
    if figure.n >= AGENT_LEAST:
        return figure
    left = None if figure.metric in LEVELS else figure.excluded
    return replace(figure, value=None, low=None, high=None, is_small=figure.n > 0, excluded=left)


def _summed(asked: Report, metrics: list[Metric]) -> dict[str, list[Line]]:
    level = levels.level_for(asked.user, asked.by, levels.wanted(asked.narrow))
    columns = cutting.columns(level, asked.by)
    finest = next((days for key, days in _AT_ONCE.items() if key in asked.by), levels.BLOCK_OF_WEEKS)
    needed, logs = _needed(metrics, small=asked.with_small_print)
    within = level.within([asked.period], at_once=finest, of=needed)
    names: dict[Keys, dict[str, str]] = {keys: {} for keys in _always(asked)}
    parts: dict[Keys, Counter[str]] = {keys: Counter() for keys in names}
    counted: dict[Keys, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    whole: Counter[str] = Counter()
    for row in summed(within, columns, needed, logs):
        counts = {name: row[name] for name in needed}
        whole.update(counts)
        buckets = {log: histograms.counted(row[log]) for log in logs if row[log]}
        for keys, said in cutting.cut(level, asked.by, row):
            names.setdefault(keys, said)
            parts.setdefault(keys, Counter()).update(counts)
            for log, contacts in buckets.items():
                counted[keys][log].update(contacts)
    nothing: Parts = dict.fromkeys(needed, 0)
    return {
        metric.key: [
            Line(
                dict(zip(asked.by, keys, strict=True)),
                figure(
                    on_one_scale(metric, whole), {**nothing, **parts[keys]}, counted[keys].get(metric.log)
                ),
                names[keys],
                small_print.told(metric, {**nothing, **parts[keys]}, counted[keys])
                if asked.with_small_print
                else {},
            )
            for keys in sorted(parts)
        ]
        for metric in metrics
    }


def _needed(metrics: Iterable[Metric], *, small: bool) -> tuple[list[str], list[str]]:
    """The parts and the histograms that these metrics are made of; `small`: and those of their small print."""
    parts = {name for metric in metrics for name in made_of(metric)}
    logs = {metric.log for metric in metrics if metric.log}
    if small:
        parts |= {name for metric in metrics for name in small_print.PARTS.get(metric.family, ())}
        logs |= {name for metric in metrics for name in small_print.LOGS.get(metric.key, ())}
    return sorted(parts), sorted(logs)


def _always(asked: Report) -> list[Keys]:
    """Lines that there are even when nothing was counted: the whole, and every day or week of a period."""
    if not asked.by:
        return [()]
    if len(asked.by) > 1 or asked.by[0] not in TIMES:
        return []
    days = (asked.period.first + timedelta(days=n) for n in range(asked.period.days))
    return [*dict.fromkeys((cutting.begins(day, asked.by[0]).isoformat(),) for day in days)]


def lines_as_facts(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines as plain values, for JSON and CSV."""
    return [
        {
            **line.keys, "metric": line.figure.metric.family, "value": line.figure.value, "n": line.figure.n_told,
            "low": line.figure.low, "high": line.figure.high, "is_small": line.figure.is_small,
            "excluded": line.figure.excluded, "not_measured": line.figure.not_measured,
            "scale": line.figure.metric.scale, **line.beside,
        }
        for line in lines
    ]  # fmt: skip


def _backlog(asked: Report, metric: Metric) -> list[Line]:
    found = backlogs.standing(asked.user, asked.by, asked.period, levels.wanted(asked.narrow))
    has_ages = asked.with_small_print and not TIMES & {*asked.by}  # that of one day knows how old it is
    return [
        Line(
            dict(zip(asked.by, keys, strict=True)),
            Figure(metric, one.open_n, one.open_n, excluded=one.excluded, not_measured=None),
            one.names,
            {f"open_from_{age}_days": one.ages[age] for age in backlogs.AGES} if has_ages else {},
        )
        for keys, one in sorted(found.items())
    ]
