"""IQS out of finished reviews: value, n, interval; by team, criterion and SOP section."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, F, FloatField, Max, Q, Sum
from django.db.models.functions import Cast

from metrics import intervals
from metrics.filters import Period, moments
from metrics.quality.definitions import IQS
from metrics.quality.models import Criterion, Mark, Review
from metrics.reporting import Figure

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.quality.querysets import ReviewQuerySet
    from sopdesk.accounts.models import User

SHARE: Final = Cast("score", FloatField()) / F("criterion__top")


@dataclass(frozen=True)
class Row:
    """One line of a table: what it is about (`key` for the address), its figure, and how many failed critically.
    `of`: what metrics/quality/behind.py calls the reviews behind it."""

    key: str
    name: str
    figure: Figure
    detail: str = ""
    critical: int = 0
    skipped: int = 0
    place: tuple[str, str] = ("", "")
    of: str = ""


@dataclass
class Sums:
    """Shares added up, one by one or already in sums."""

    total: float = 0.0
    squares: float = 0.0
    n: int = 0

    def add(self, value: float) -> None:
        self.join(value, value * value, 1)

    def join(self, total: float, squares: float, n: int) -> None:
        self.total, self.squares, self.n = self.total + total, self.squares + squares, self.n + n

    def figure(self) -> Figure:
        return figure(self.total, self.squares, self.n)


def figure(total: float, squares: float, n: int) -> Figure:
    """The mean of n shares from their sums, with its 95 % interval, which is none for fewer than two."""
    if n == 0:
        return Figure(IQS, None, 0)
    low, high = intervals.mean(total, squares, n) or (None, None)
    if low is None or high is None or math.isnan(low):
        return Figure(IQS, total / n, n)
    return Figure(IQS, total / n, n, max(0.0, low), min(1.0, high))


def reviews(user: User | AnonymousUser, period: Period, narrowed: Q | None = None) -> ReviewQuerySet:
    """The reviews that count in a period, as far as this person's figures go."""
    first, after = moments(period)
    return Review.objects.counted_for(user).filter(narrowed or Q(), done_at__gte=first, done_at__lt=after)


ADDED: Final[Mapping[str, Any]] = {
    "total": Sum("score", default=0.0),
    "squares": Sum(F("score") * F("score"), default=0.0),
    "n": Count("pk"),
    "critical": Count("pk", filter=Q(has_critical_fail=True)),
}


def overall(rows: ReviewQuerySet) -> Row:
    """All of them together. One query."""
    found = rows.order_by().aggregate(**ADDED)
    return Row("", "", _figure(found), critical=found["critical"])


def by_team(rows: ReviewQuerySet) -> list[Row]:
    """By site and team. One query."""
    columns = ("team__slug", "team__name", "team__site__name")
    found = rows.order_by().values(*columns).annotate(**ADDED).order_by("team__site__name", "team__name")
    return [
        Row(row["team__slug"] or "", row["team__name"] or "", _figure(row), row["team__site__name"] or "",
            row["critical"])
        for row in found
    ]  # fmt: skip


def by_criterion(rows: ReviewQuerySet) -> list[Row]:
    """By criterion, over all versions of its scorecard: the share of its points that was reached, the weakest first. It
    is called, and points where, as in the newest of these versions. Two queries."""
    marks = Mark.objects.filter(review__in=rows.order_by().values("pk"))
    key = ("criterion__version__scorecard", "criterion__version__scorecard__name", "criterion__key")
    found = marks.order_by().values(*key).annotate(
        newest=Max("criterion"), total=Sum(SHARE, default=0.0), squares=Sum(SHARE * SHARE, default=0.0),
        n=Count("score"), skipped=Count("pk", filter=Q(score=None)),
        critical=Count("pk", filter=Q(score=0, criterion__is_critical=True)),
    )  # fmt: skip
    counted = list(found)
    called = Criterion.objects.in_bulk([row["newest"] for row in counted])
    return sorted((_of_criterion(row, called[row["newest"]]) for row in counted), key=_weakest_first)


def _of_criterion(row: Mapping[str, Any], newest: Criterion) -> Row:
    card, key = row["criterion__version__scorecard"], row["criterion__key"]
    name = row["criterion__version__scorecard__name"]
    place = (newest.sop_key, newest.sop_anchor)
    return Row(
        key,
        newest.name,
        _figure(row),
        name,
        row["critical"],
        row["skipped"],
        place,
        f"criterion:{card}:{key}",
    )


def by_section(rows: ReviewQuerySet) -> list[Row]:
    """By SOP section: of each review what IQS is of the whole, of the criteria that point at the section alone; then
    their mean. One query."""
    places = ("criterion__sop_key", "criterion__sop_anchor")
    marks = Mark.objects.filter(review__in=rows.order_by().values("pk"), score__isnull=False)
    per_review = (
        marks.exclude(criterion__sop_key="").order_by().values("review", *places)
        .annotate(
            earned=Sum(SHARE * F("criterion__weight")), weights=Sum("criterion__weight"),
            failed=Count("pk", filter=Q(score=0, criterion__is_critical=True)),
        )
    )  # fmt: skip
    sums: dict[tuple[str, str], Sums] = defaultdict(Sums)
    failed: Counter[tuple[str, str]] = Counter()
    for row in per_review.iterator(chunk_size=5000):
        place = row[places[0]], row[places[1]]
        sums[place].add(0.0 if row["failed"] else row["earned"] / row["weights"])
        failed[place] += bool(row["failed"])
    lines = [_of_section(place, added.figure(), failed[place]) for place, added in sums.items()]
    return sorted(lines, key=_weakest_first)


def _of_section(place: tuple[str, str], found: Figure, failed: int) -> Row:
    key = "#".join(place).rstrip("#")
    return Row(key, "", found, critical=failed, place=place, of=f"section:{key}")


def _figure(row: Mapping[str, Any]) -> Figure:
    return figure(row["total"], row["squares"], row["n"])


def _weakest_first(row: Row) -> tuple[bool, float, str]:
    return row.figure.value is None, row.figure.value or 0.0, row.name or row.key
