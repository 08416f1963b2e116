"""IQS for `manage.py report` and whoever else asks at the one door of figures (metrics/asking.py)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from metrics import asking
from metrics.asking import Line, Report
from metrics.dimensions import TIMES
from metrics.filters import moments
from metrics.quality.definitions import IQS
from metrics.quality.iqs import Sums
from metrics.quality.models import Review
from metrics.quality.narrowing import COLUMNS, Narrowing, narrowing
from metrics.querysets import measured_for
from sopdesk.accounts.models import User
from sopdesk.postgres.worded import worded

COUNTS: Final = Q(score__isnull=False, calibration=None)  # as ReviewQuerySet.that_count has it
ADDED: Final[Mapping[str, Any]] = {
    "total": Sum("score", filter=COUNTS, default=0.0),
    "squares": Sum(F("score") * F("score"), filter=COUNTS, default=0.0),
    "n": Count("pk", filter=COUNTS),
    "left": Count("pk", filter=~COUNTS),
}


def measure(asked: Report) -> list[Line]:
    """One line for each combination of values that reviews have. One query, and those of labels and SOPs. Raises
    Refused."""
    told = narrowing(asked.user, asked.narrow, asked.by)
    sums: dict[tuple[str, ...], Sums] = defaultdict(Sums)
    left: Counter[tuple[str, ...]] = Counter()
    for row in _rows(asked, told):
        for keys in product(*(told.values(row, key) for key in asked.by)):
            sums[keys].join(row["total"], row["squares"], row["n"])
            left[keys] += row["left"]
    if not asked.by and not sums:
        sums[()] = Sums()
    return [
        Line(dict(zip(asked.by, keys, strict=True)), replace(sums[keys].figure(), excluded=left[keys]))
        for keys in sorted(sums)
    ]


def _rows(asked: Report, told: Narrowing) -> Iterable[Mapping[str, Any]]:
    """The scores added up by what the lines are about."""
    within = asked.user, *moments(asked.period)
    if not asked.by and not told.chosen:
        return _together(*within)
    by = {*asked.by}
    day = TruncDate("done_at", tzinfo=ZoneInfo(settings.REPORTING_TIME_ZONE))
    columns = [*{COLUMNS[key] for key in by - TIMES}, *(["day"] if by & TIMES else [])]
    found = _within(*within).filter(told.condition()).annotate(day=day, same=Value(1))
    rows: Iterable[Mapping[str, Any]] = found.order_by().values(*columns or ["same"]).annotate(**ADDED)
    return rows


def _within(user: User | None, first: datetime, after: datetime) -> QuerySet[Review]:
    """All that were finished, those too that the figure leaves out: they are told beside it."""
    allowed = Q() if user is None else measured_for(user)
    found = Review.objects.none() if allowed is None else Review.objects.filter(allowed)
    return found.filter(state=Review.State.DONE, done_at__gte=first, done_at__lt=after)


@worded
def _together(user: User | None, first: datetime, after: datetime) -> QuerySet[Review, dict[str, Any]]:
    """All of them in one row: by what is the same of each."""
    same = _within(user, first, after).order_by().annotate(same=Value(1))
    rows: QuerySet[Review, dict[str, Any]] = same.values("same").annotate(**ADDED)  # type: ignore[assignment]
    return rows


asking.register(IQS, measure)
