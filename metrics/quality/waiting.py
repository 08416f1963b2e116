"""What of quality waits for a person: tickets to review, and what people have who no longer sign in."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min, QuerySet

from metrics.quality.models import Review
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.postgres.worded import worded

Rows = QuerySet[Review, dict[str, Any]]
MOST = 8


def own(person: User) -> dict[str, Any] | None:
    """How many (`n`) somebody has to review, and when the first is due (`due`); None for none. One query, for who
    reviews."""
    return next(iter(_own(person)), None) if allows(person, Permission.QUALITY_REVIEW) else None


def of_leavers(person: User) -> list[dict[str, Any]]:
    """People who no longer sign in, and how many (`n`) they still have to review, for who may hand these over. One
    query, for them."""
    return [*_of_leavers(person)] if allows(person, Permission.QUALITY_EDIT) else []


@worded
def _own(person: User) -> Rows:
    mine = Review.objects.filter(reviewer=person, state="assigned").order_by().values("reviewer")
    return mine.annotate(n=Count("pk"), due=Min("due_on"))  # type: ignore[return-value]


@worded
def _of_leavers(person: User) -> Rows:
    theirs = Review.objects.given_out_for(person).filter(reviewer__is_active=False).order_by()
    counted = theirs.values("reviewer", "reviewer__name").annotate(n=Count("pk"))
    return counted.order_by("-n", "reviewer")[:MOST]  # type: ignore[return-value]
