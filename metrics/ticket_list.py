"""The tickets behind a figure: the same filter, and which of them the figure is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.filters import FigureFilter, moments
from metrics.models import HandleSegment, Rating, SlaResult, Ticket, VendorFigure
from sopdesk.accounts.models import User

Narrow = Callable[[QuerySet[Ticket]], QuerySet[Ticket]]


def _promise(metric: str, *states: str) -> Narrow:
    rows = SlaResult.objects.filter(ticket=OuterRef("pk"), metric=metric, state__in=states)
    return lambda tickets: tickets.filter(Exists(rows))


def _rated(*normalised: str) -> Narrow:
    rows = Rating.objects.filter(ticket=OuterRef("pk"), normalised__in=normalised)
    return lambda tickets: tickets.filter(Exists(rows))


_LATE: Final = ("breached", "overdue")
# What a list may show: its name, how it narrows the tickets, and the moment that must lie in the period.
SHOWN: Final[dict[str, tuple[str | Promise, Narrow, str]]] = {
    "all": (_("All tickets created"), lambda tickets: tickets, "created_at"),
    "rated": (_("With a rating"), _rated("positive", "neutral", "negative"), "ratings__counts_at"),
    "rated_bad": (_("Rated bad"), _rated("negative"), "ratings__counts_at"),
    "late_reply": (_("First reply late"), _promise("first_reply", *_LATE), "created_at"),
    "overdue_reply": (_("First reply overdue, still open"), _promise("first_reply", "overdue"), "created_at"),
    "late_resolution": (_("Resolution late"), _promise("resolution", *_LATE), "created_at"),
    "overdue_resolution": (_("Resolution overdue, still open"), _promise("resolution", "overdue"), "created_at"),
    "handled": (
        _("With handle time"),
        lambda tickets: tickets.filter(Exists(HandleSegment.objects.filter(ticket=OuterRef("pk")))),
        "handle_segments__ended_at",
    ),
    "solved": (_("Solved"), lambda tickets: tickets, "last_solved_at"),
    "reopened": (_("Reopened"), lambda tickets: tickets.filter(reopen_count__gt=0), "first_solved_at"),
    "flagged": (_("With impossible values"), lambda tickets: tickets.exclude(flags=[]), "created_at"),
    "vendor_late": (
        _("Late by the source's own reckoning"),
        lambda tickets: tickets.filter(Exists(VendorFigure.objects.filter(ticket=OuterRef("pk"), met=False))),
        "created_at",
    ),
}  # fmt: skip


def tickets(user: User, chosen: FigureFilter, shown: str) -> QuerySet[Ticket]:
    """The tickets that this person may see, that the filter takes in, and that `shown` (a key of SHOWN) is about."""
    _label, narrow, moment = SHOWN[shown]
    first, after = moments(chosen.period_chosen())
    found = Ticket.objects.visible_to(user).filter(chosen.condition(label=False))
    if chosen.chosen("label"):
        found = found.filter(labels__contains=[chosen.chosen("label")])
    narrowed = narrow(found.filter(Q(**{f"{moment}__gte": first, f"{moment}__lt": after})))
    return narrowed.select_related("team__site", "source").prefetch_related("sla_results", "ratings")
