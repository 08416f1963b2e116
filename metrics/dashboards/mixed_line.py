"""The line that a trend is compared with, at the same mix of tickets (metrics/dashboards/mixing.py).

A day has too few tickets to be brought to the mix by itself. So each ticket of the other side weighs in its day what it
weighs in the figure of the whole period: the tickets of these per one of the other side, of its stratum. Added up over
all days the line is the figure of the tile; what is left to move is what moved, and how one day's tickets differ from
another's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.db.models import DateField, F, QuerySet
from django.db.models.functions import Cast, TruncWeek
from django.utils.translation import gettext as _

from metrics import histograms
from metrics.dashboards import mixes, mixing
from metrics.dashboards.filters import DashboardFilter
from metrics.dashboards.measuring import Board, start_of
from metrics.dashboards.mixes import Stratum
from metrics.dashboards.mixing import COVERED_LEAST, Strata
from metrics.definitions import Metric
from metrics.levels import Level, Refused
from metrics.reporting import Figure, Point, guarded
from metrics.summing import summed
from sopdesk.text.figures import share

_FINE: Final = 10_000  # weights of a histogram's tickets in whole numbers


@dataclass
class _Day:
    """What lies on one point: numerator and tickets by stratum, or a histogram by stratum."""

    top: Counter[Stratum] = field(default_factory=Counter)
    n: Counter[Stratum] = field(default_factory=Counter)
    logs: dict[Stratum, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


def others(
    chosen: DashboardFilter, board: Board, metric: Metric, plain: list[Point]
) -> tuple[list[Point], str]:
    """The points that those of these days stand beside, `plain` or at the same mix, and in words which they are ("":
    not asked for)."""
    if board.other is None or not chosen.mixes:
        return plain, ""
    measured = board.now.figure(metric).metric
    if not mixing.has_mix(measured) or board.other.figure(metric).metric.key != measured.key:
        return plain, _("The dashed line is as it was: there is no mix of this figure.")
    weekly = board.is_by_week(metric)
    try:
        level, days = _days(chosen, measured, weekly=weekly)
        these = chosen.narrow(), chosen.period_now
        sides = mixing.side(chosen, *these, None, [measured], mixes.mix_of(chosen), with_logs=False)
    except Refused:
        return plain, _("The dashed line is as it was: the mix of these choices cannot be told.")
    here = sides.get(mixing.WHOLE, Strata())
    have = {key: mixing.n_of(measured, parts) for key, parts in here.parts.items()}
    there: Counter[Stratum] = Counter()
    for day in days.values():
        there.update(day.n)
    weights, covered = _weights(have, there)
    if covered < COVERED_LEAST:
        return plain, _too_few(chosen) % {"share": share(covered)}
    if measured.log:
        _read_logs(chosen, measured, level, days, weekly=weekly)
    said = _(
        "The dashed line is at the same mix: each ticket weighs as it does in the figure of all these days."
    )
    if mixes.mix_of(chosen) == mixes.BY_CHANNEL:
        said = _(
            "The dashed line is at the same mix of channels: each ticket weighs as it does in the figure of all these"
            " days."
        )
    made = [Point(each.day, _figure(measured, days.get(each.day, _Day()), weights)) for each in plain]
    return [replace(each, figure=guarded(each.figure)) for each in made] if chosen.chosen(
        "agent"
    ) else made, said


def _too_few(chosen: DashboardFilter) -> str:
    if mixes.mix_of(chosen) == mixes.BY_CHANNEL:
        return _("The dashed line is as it was: too few (%(share)s) have a counterpart in the same channel.")
    return _("The dashed line is as it was: too few (%(share)s) have a counterpart with the same labels.")


def _weights(have: Mapping[Stratum, int], there: Mapping[Stratum, int]) -> tuple[dict[Stratum, float], float]:
    """What a ticket of the other side weighs by its stratum, and the share of these tickets with a counterpart."""
    groups = mixing.joined(have, there)
    standard, beside = Counter[Stratum](), Counter[Stratum]()
    covered = 0
    for key, group in groups.items():
        standard[group] += have.get(key, 0)
        beside[group] += there.get(key, 0)
        covered += have.get(key, 0) if group else 0
    weights = {key: standard[group] / beside[group] for key, group in groups.items() if beside[group]}
    return weights, covered / max(1, sum(have.values()))


def _days(chosen: DashboardFilter, metric: Metric, *, weekly: bool) -> tuple[Level, dict[date, _Day]]:
    """The other side by point and stratum. One query. Raises Refused."""
    columns = mixes.mix_of(chosen)
    level = mixes.level_of(chosen, chosen.narrow_other(), (), columns)
    names = sorted({*metric.numerator, *metric.denominator})
    days: dict[date, _Day] = defaultdict(_Day)
    for row in summed(_rows(chosen, level, weekly=weekly), ("mark", *columns), names):
        day, stratum = days[_point(chosen, row, weekly=weekly)], mixes.stratum_of(level, row, columns)
        day.top[stratum] += sum(row[name] for name in metric.numerator)
        day.n[stratum] += mixing.n_of(metric, row)
    return level, days


def _read_logs(
    chosen: DashboardFilter, metric: Metric, level: Level, days: dict[date, _Day], *, weekly: bool
) -> None:
    columns = mixes.mix_of(chosen)
    for row in summed(_rows(chosen, level, weekly=weekly), ("mark", *columns), logs=[metric.log]):
        counts = histograms.counted(row[metric.log] or b"")
        days[_point(chosen, row, weekly=weekly)].logs[mixes.stratum_of(level, row, columns)].update(counts)


def _rows(chosen: DashboardFilter, level: Level, *, weekly: bool) -> list[QuerySet[Any]]:
    period = chosen.period_other()
    assert period is not None  # noqa: S101 - there is another side
    mark = Cast(TruncWeek("day"), DateField()) if weekly else F("day")
    return [rows.annotate(mark=mark) for rows in level.within([period], at_once=1)]


def _point(chosen: DashboardFilter, row: Mapping[str, Any], *, weekly: bool) -> date:
    period = chosen.period_other()
    assert period is not None  # noqa: S101 - as above
    return start_of(row["mark"], period, weekly=weekly)


def _figure(metric: Metric, day: _Day, weights: Mapping[Stratum, float]) -> Figure:
    n = sum(count for key, count in day.n.items() if key in weights)
    if not n or n < metric.least:
        return Figure(metric, None, n, is_small=n > 0)
    if metric.log:
        added: Counter[int] = Counter()
        for key, counts in day.logs.items():
            for bucket, count in counts.items():
                added[bucket] += round(weights.get(key, 0) * count * _FINE)
        return Figure(metric, histograms.percentile(added, 0.5), n)
    whole = sum(weights.get(key, 0) * count for key, count in day.n.items())
    top = sum(weights.get(key, 0) * hits for key, hits in day.top.items())
    return Figure(metric, top / whole if whole else None, n)
