"""Tickets that were open at the end of a day, by the times that metrics/backlog_rows.py makes the backlog of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Case, Exists, F, Min, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from metrics.backlogs import AGES
from metrics.filters import Period, moments
from metrics.models import Backlog, StatusSpan, Ticket

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

_OVER: Final = ("solved", "closed", "deleted")
_NOT_KNOWN: Final = Q(flags__overlap=["solved_before_created", "solved_out_of_order", "created_ahead"])
_LASTING: Final = Q(merged_into=None, is_spam=False) & ~Q(status="deleted") & ~_NOT_KNOWN


def open_on(
    day: date, user: User, found: QuerySet[Ticket], *, age: int | None = None, left_out: bool = False
) -> QuerySet[Ticket]:
    """Those of these tickets that were open at the end of the day; `age`: a key of backlogs.AGES; `left_out`: those
    that would have been, were they not left out. One query more."""
    _first, after = moments(Period(day, day))
    told = StatusSpan.objects.filter(ticket=OuterRef("pk"))
    by_spans = Q(reopen_count__gt=1) & Exists(told.filter(status="solved"))
    span = told.exclude(status__in=_OVER).filter(Q(to_at=None) | Q(to_at__gte=after), from_at__lt=after)
    created = _created(day, user, age, left_out=left_out)
    if created is None:
        return found.none()
    begin, end = moments(created)
    within = found.filter(~_LASTING if left_out else _LASTING, created_at__gte=begin, created_at__lt=end)
    return within.alias(again_at=Coalesce("reopened_at", "updated_at"), over_at=_OVER_AT).filter(
        (by_spans & Exists(span)) | (~by_spans & _by_moments(after))
    )


# Where a reopened ticket was solved again.
_OVER_AT: Final = Case(When(last_solved_at__gt=F("reopened_at"), then=F("last_solved_at")))


def _by_moments(after: object) -> Q:
    """Before its first solve, or between its reopening and its last."""
    first = Q(first_solved_at__gte=after) | (Q(first_solved_at=None) & ~Q(status__in=_OVER))
    again = Q(first_solved_at__isnull=False, again_at__lt=after) & (Q(over_at=None) | Q(over_at__gte=after))
    anew = ~Q(status__in=_OVER) & Q(over_at__isnull=False, last_solved_at__lt=after, updated_at__lt=after)
    return first | (again & (~Q(status__in=_OVER) | Q(over_at__isnull=False))) | anew


def _created(day: date, user: User, age: int | None, *, left_out: bool) -> Period | None:
    """The days on which they can have been created, so that only those months are read."""
    told = Q(left_n__gt=0) if left_out else Q(open_n__gt=0)
    standing = Backlog.objects.visible_to(user).filter(
        told, Q(until_day=None) | Q(until_day__gt=day), from_day__lte=day
    )
    oldest: date | None = standing.aggregate(day=Min("day"))["day"]
    if oldest is None:
        return None
    if age is None:
        return Period(oldest, day)
    older = [each for each in AGES if each > age]
    first = day - timedelta(days=older[0] - 1) if older else oldest
    return (
        Period(max(first, oldest), day - timedelta(days=age)) if day - timedelta(days=age) >= oldest else None
    )
