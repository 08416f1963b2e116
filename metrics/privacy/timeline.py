"""What happened to a ticket, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.models import Ticket

_STAMPS: tuple[tuple[str, str | Promise], ...] = (
    ("created_at", gettext_lazy("created")),
    ("first_public_reply_at", gettext_lazy("first public reply")),
    ("first_solved_at", gettext_lazy("first solved")),
    ("reopened_at", gettext_lazy("reopened")),
    ("last_solved_at", gettext_lazy("last solved")),
    ("closed_at", gettext_lazy("closed")),
    ("updated_at", gettext_lazy("last updated")),
)


@dataclass(frozen=True)
class Moment:
    at: datetime
    what: str
    until: datetime | None = None


def of(ticket: Ticket) -> list[Moment]:
    """Its stamps, the statuses it stood in, and its ratings."""
    found = [Moment(at, str(label)) for name, label in _STAMPS if (at := getattr(ticket, name)) is not None]
    for span in ticket.spans.all():
        said = _("%(status)s (worked out)") if span.inferred else "%(status)s"
        found.append(Moment(span.from_at, said % {"status": span.get_status_display()}, span.to_at))
    for rating in ticket.ratings.all():
        said = _("rated %(rating)s") % {"rating": rating.raw} if rating.raw else _("rating offered")
        found.append(Moment(rating.rated_at or rating.offered_at or rating.counts_at, said))
    return sorted(found, key=lambda moment: moment.at)
