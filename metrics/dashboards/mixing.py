"""The other side of a comparison as it would be with the mix of tickets of this side: labels, channel and priority.

Figures by agent and by macro alone are kept without labels and priorities: there the mix is of channels alone.

Read from the finest level of the rollups, which holds each ticket once with all its labels. A stratum has a counterpart
when the other side has STRATUM_LEAST tickets in it. Strata without one are joined, by labels and channel, then by
labels; what is left then is compared with what is left of the others. Left out altogether they would tilt the
comparison, for the figure of this side is of them too. Where too many are left, the plain figure stays and says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from metrics import cutting, histograms, levels, standardising
from metrics.dashboards import breaking_down, wording
from metrics.dashboards.breaking_down import Line
from metrics.dashboards.comparing import Mix, change
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.measuring import Board, Tile, is_summed
from metrics.dashboards.mixes import BY_CHANNEL, COLUMNS, Stratum, level_of, mix_of, stratum_of
from metrics.definitions import Metric, Unit
from metrics.dimensions import Dimension
from metrics.filters import Period
from metrics.levels import Narrow, Refused
from metrics.reporting import Figure
from metrics.summing import summed
from sopdesk.text.figures import grouped, share

STRATUM_LEAST: Final = 5
COVERED_LEAST: Final = 0.8
_ALONE: Final[Stratum] = (None,)  # a stratum that nothing is beside
WHOLE: Final = "*"


@dataclass
class Strata:
    """One side: of each stratum the parts that were added up, and the histograms by their names."""

    parts: dict[Stratum, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    logs: dict[str, dict[Stratum, Counter[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counter))
    )


Sides = dict[str, Strata]  # by the value of a dimension, or WHOLE


def tiles(chosen: DashboardFilter, board: Board) -> list[Tile]:
    """The tiles of a tab, at the same mix where that is wished for. Two queries more."""
    found = board.tiles()
    if not chosen.mixes:
        return found
    metrics = [tile.figure.metric for tile in found if has_mix(tile.figure.metric)]
    columns = mix_of(chosen)
    now, other = _both(chosen, None, metrics, columns) if metrics else ({}, {})
    compared = (_compared(tile.figure, tile.other, now, other, (WHOLE, WHOLE), columns) for tile in found)
    return [
        replace(tile, other=with_mix, change=change(tile.figure, with_mix), mix=mix)
        for tile, (with_mix, mix) in zip(found, compared, strict=True)
    ]


def lines(chosen: DashboardFilter, metric: Metric, by: Dimension, *, sort: str = "") -> list[Line]:
    """The lines of a table (breaking_down.lines), each with what it is compared with at its own mix, where that is
    wished for. Raises levels.Refused."""
    found = breaking_down.lines(chosen, metric, by, sort=sort)
    if not chosen.mixes or not found:
        return found
    metrics = {line.figure.metric for line in found if has_mix(line.figure.metric)}
    columns = mix_of(chosen, by)
    now, other = _both(chosen, by, metrics, columns) if metrics else ({}, {})
    made = []
    for line in found:
        beside = WHOLE if chosen.differs_by(by.key) else line.name.key
        with_mix, mix = _compared(line.figure, line.other, now, other, (line.name.key, beside), columns)
        made.append(replace(line, other=with_mix, change=change(line.figure, with_mix), mix=mix))
    return breaking_down.sorted_lines(made, sort)


def has_mix(metric: Metric) -> bool:
    return is_summed(metric) and bool(metric.denominator)


def _compared(
    figure: Figure,
    plain: Figure | None,
    now: Sides | None,
    other: Sides | None,
    keys: tuple[str, str],
    columns: tuple[str, ...],
) -> tuple[Figure | None, Mix | None]:
    """What to compare with, and what became of the wish; nothing to say where nothing is compared."""
    if plain is None or plain.value is None or figure.value is None or plain.metric.key != figure.metric.key:
        return plain, None
    if not has_mix(figure.metric):
        return plain, Mix(plain, _("Compared as it was: there is no mix of this figure"))
    if now is None or other is None:
        return plain, Mix(plain, _("Compared as it was: the mix of these choices cannot be told"))
    mixed = _mixed(figure.metric, now.get(keys[0], Strata()), other.get(keys[1], Strata()), len(columns))
    if mixed.made is None or mixed.covered < COVERED_LEAST or mixed.made.n < figure.metric.least:
        few = {
            COLUMNS: _("Compared as it was: too few (%(share)s) have a counterpart with the same labels"),
            BY_CHANNEL: _("Compared as it was: too few (%(share)s) have a counterpart in the same channel"),
        }
        return plain, Mix(plain, few[columns] % {"share": share(mixed.covered)}, covered=mixed.covered)
    made = {
        COLUMNS: _("At the same mix: %(value)s (as it was %(plain)s), n %(n)s; %(share)s have a counterpart"),
        BY_CHANNEL: _(
            "At the same mix of channels: %(value)s (as it was %(plain)s), n %(n)s; %(share)s have a counterpart"
        ),
    }
    said = made[columns] % {
        "value": wording.said(figure.metric, mixed.made.value), "plain": wording.said(figure.metric, plain.value),
        "n": grouped(mixed.made.n), "share": share(mixed.exactly),
    }  # fmt: skip
    if mixed.covered > mixed.exactly:
        said += _(", %(share)s one of the same labels") % {"share": share(mixed.covered - mixed.exactly)}
    new = replace(plain, value=mixed.made.value, low=mixed.made.low, high=mixed.made.high, n=mixed.made.n)
    return new, Mix(plain, said, columns, mixed.covered)


@dataclass(frozen=True)
class _Mixed:
    """`covered`: the share of these tickets with a counterpart of at least the first column; `exactly`: of all."""

    made: standardising.Standardised | None
    exactly: float
    covered: float


def _mixed(metric: Metric, now: Strata, other: Strata, width: int) -> _Mixed:
    have, there = ({key: n_of(metric, parts) for key, parts in side.parts.items()} for side in (now, other))
    groups = joined(have, there)
    standard: Counter[Stratum] = Counter()
    for key, n in have.items():
        standard[groups.get(key, _ALONE)] += n
    whole = max(1, standard.total())
    exactly, covered = (
        sum(n for key, n in standard.items() if len(key) >= depth and key != _ALONE) / whole
        for depth in (width, 1)
    )
    if metric.log:
        return _Mixed(
            standardising.median(_folded(other.logs[metric.log], groups), standard), exactly, covered
        )
    parts = _folded(other.parts, groups)
    found = {key: (sum(of[name] for name in metric.numerator), n_of(metric, of)) for key, of in parts.items()}
    squares = None if metric.unit is Unit.SHARE else {key: of["handle_square"] for key, of in parts.items()}
    return _Mixed(standardising.standardised(found, standard, squares=squares), exactly, covered)


def joined(have: Mapping[Stratum, int], there: Mapping[Stratum, int]) -> dict[Stratum, Stratum]:
    """The group of each stratum: itself, or as few of its columns as it takes to find a counterpart. Groups share no
    stratum. Those that nothing is beside, on one side or the other, have none."""
    groups: dict[Stratum, Stratum] = {}
    left = {*have, *there}
    for depth in range(max(map(len, left), default=0), -1, -1):
        here, beside = Counter[Stratum](), Counter[Stratum]()
        for key in left:
            here[key[:depth]] += have.get(key, 0)
            beside[key[:depth]] += there.get(key, 0)
        groups |= {
            key: key[:depth] for key in left if here[key[:depth]] and beside[key[:depth]] >= STRATUM_LEAST
        }
        left -= groups.keys()
    return groups


def n_of(metric: Metric, parts: Mapping[str, int]) -> int:
    return sum(parts[name] for name in metric.denominator)


def _folded(
    strata: Mapping[Stratum, Counter[Any]], groups: dict[Stratum, Stratum]
) -> dict[Stratum, Counter[Any]]:
    found: dict[Stratum, Counter[Any]] = defaultdict(Counter)
    for key, counts in strata.items():
        if key in groups:
            found[groups[key]].update(counts)
    return found


def _both(
    chosen: DashboardFilter, by: Dimension | None, metrics: Iterable[Metric], columns: tuple[str, ...]
) -> tuple[Sides | None, Sides | None]:
    """Both sides by stratum; None for both where that cannot be told of these choices."""
    before = chosen.period_other()
    beside = None if by is not None and chosen.differs_by(by.key) else by
    metrics = [*metrics]
    if before is None:
        return None, None
    try:
        now = side(chosen, chosen.narrow(), chosen.period_now, by, metrics, columns, with_logs=False)
        return now, side(chosen, chosen.narrow_other(), before, beside, metrics, columns, with_logs=True)
    except Refused:
        return None, None


def side(
    chosen: DashboardFilter, narrow: Narrow, period: Period, by: Dimension | None, metrics: list[Metric],
    mix: tuple[str, ...], *, with_logs: bool,
) -> Sides:  # fmt: skip
    """One side by the values of a dimension (WHOLE without one) and stratum. One query."""
    keys = (by.key,) if by else ()
    level = level_of(chosen, narrow, keys, mix)
    rows = level.within([period], at_once=1)
    columns = [*dict.fromkeys((*cutting.columns(level, keys), *mix))]
    found = Sides()
    names = {name for metric in metrics for name in (*metric.numerator, *metric.denominator)} | {
        "handle_square"
    }
    logs = [*{metric.log for metric in metrics if metric.log and with_logs}]
    for row in summed(rows, columns, names, logs):
        counted = {log: histograms.counted(row[log]) for log in logs if row[log]}
        for strata, stratum in _places(found, level, keys, row, mix):
            strata.parts[stratum].update({name: row[name] for name in names})
            for log, counts in counted.items():
                strata.logs[log][stratum].update(counts)
    return found


def _places(
    found: Sides, level: levels.Level, by: tuple[str, ...], row: dict[str, Any], mix: tuple[str, ...]
) -> Iterable[tuple[Strata, Stratum]]:
    """Where a row is added up: the lines that it belongs to, and its stratum."""
    stratum = stratum_of(level, row, mix)
    for keys, _said in cutting.cut(level, by, row):
        yield found.setdefault(keys[0] if keys else WHOLE, Strata()), stratum
