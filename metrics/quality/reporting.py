"""IQS for `manage.py report` and whoever else asks at the one door of figures (metrics/asking.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.functions import TruncDate

from metrics import aliases, asking, cutting
from metrics.asking import Line, Report
from metrics.dimensions import TIMES
from metrics.filters import moments
from metrics.levels import Refused, no, wanted
from metrics.quality.definitions import IQS
from metrics.quality.iqs import ADDED, Sums
from metrics.quality.models import Review

COLUMNS: Final = {
    "team": "team__slug",
    "site": "team__site__slug",
    "vendor": "team__site__kind",
    "agent": "agent",
    "channel": "channel",
    "source": "source__name",
    "label": "labels",
}
KNOWN: Final = (*COLUMNS, *sorted(TIMES))


def measure(asked: Report) -> list[Line]:
    """One line for each combination of values that reviews have. One query. Raises Refused for a dimension that
    reviews do not have."""
    chosen, names = wanted(asked.narrow), aliases.names()
    if "label" in chosen:
        chosen["label"] = frozenset(names.meant_by(chosen["label"]))
    for key in (*asked.by, *chosen):
        if key not in KNOWN:
            raise Refused(no("dimension", key, KNOWN))
    sums: dict[tuple[str, ...], Sums] = defaultdict(Sums)
    for row in _rows(asked, chosen):
        if all(set(_values(row, key, names)) & values for key, values in chosen.items()):
            for keys in product(*(_values(row, key, names) for key in asked.by)):
                sums[keys].join(row["total"], row["squares"], row["n"])
    if not asked.by and not sums:
        sums[()] = Sums()
    return [Line(dict(zip(asked.by, keys, strict=True)), sums[keys].figure()) for keys in sorted(sums)]


def _rows(asked: Report, chosen: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    """The scores added up by what the lines and the filters are about."""
    first, after = moments(asked.period)
    found = Review.objects.that_count() if asked.user is None else Review.objects.counted_for(asked.user)
    within = found.filter(done_at__gte=first, done_at__lt=after)
    day = TruncDate("done_at", tzinfo=ZoneInfo(settings.REPORTING_TIME_ZONE))
    told = {*asked.by, *chosen}
    columns = [*{COLUMNS[key] for key in told - TIMES}, *(["day"] if told & TIMES else [])]
    rows: Iterable[Mapping[str, Any]] = (
        within.annotate(day=day).order_by().values(*columns).annotate(**ADDED)
        if columns
        else [within.aggregate(**ADDED)]
    )
    return rows


def _values(row: Mapping[str, Any], key: str, names: aliases.Names) -> list[str]:
    """The values of a dimension that a review has: one, or each of its labels."""
    if key == "label":
        return names.meant_by(row["labels"])
    if key in TIMES:
        return [cutting.begins(row["day"], key).isoformat()]
    return [row[COLUMNS[key]] or ""]


asking.register(IQS, measure)
