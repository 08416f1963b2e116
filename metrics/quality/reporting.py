"""IQS for `manage.py report` and whoever else asks at the one door of figures (metrics/asking.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet, Value
from django.db.models.functions import TruncDate

from metrics import aliases, asking, cutting
from metrics.asking import Line, Report
from metrics.dimensions import TIMES
from metrics.filters import moments
from metrics.levels import Refused, no, wanted
from metrics.quality.definitions import IQS
from metrics.quality.iqs import ADDED, Sums
from metrics.quality.models import Review
from sopdesk.accounts.models import User
from sopdesk.postgres.worded import worded

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
    told = {*asked.by, *chosen}
    if not told:
        return _together(asked.user, *moments(asked.period))
    day = TruncDate("done_at", tzinfo=ZoneInfo(settings.REPORTING_TIME_ZONE))
    columns = [*{COLUMNS[key] for key in told - TIMES}, *(["day"] if told & TIMES else [])]
    within = _within(asked.user, *moments(asked.period)).annotate(day=day)
    rows: Iterable[Mapping[str, Any]] = within.order_by().values(*columns).annotate(**ADDED)
    return rows


def _within(user: User | None, first: datetime, after: datetime) -> QuerySet[Review]:
    found = Review.objects.that_count() if user is None else Review.objects.counted_for(user)
    return found.filter(done_at__gte=first, done_at__lt=after)


@worded
def _together(user: User | None, first: datetime, after: datetime) -> QuerySet[Review, dict[str, Any]]:
    """All of them in one row: by what is the same of each."""
    same = _within(user, first, after).order_by().annotate(same=Value(1))
    rows: QuerySet[Review, dict[str, Any]] = same.values("same").annotate(**ADDED)  # type: ignore[assignment]
    return rows


def _values(row: Mapping[str, Any], key: str, names: aliases.Names) -> list[str]:
    """The values of a dimension that a review has: one, or each of its labels."""
    if key == "label":
        return names.meant_by(row["labels"])
    if key in TIMES:
        return [cutting.begins(row["day"], key).isoformat()]
    return [row[COLUMNS[key]] or ""]


asking.register(IQS, measure)
