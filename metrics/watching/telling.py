"""The few tickets that tell most of a spike, of the day that stood out most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.definitions import CSAT, VOLUME
from metrics.filters import Period, moments
from metrics.models import HandleSegment, Rating, Ticket
from metrics.querysets import measured_for
from metrics.watching.models import Alert
from sopdesk.text.figures import clock

if TYPE_CHECKING:
    from datetime import datetime

    from sopdesk.accounts.models import User

SHOWN: Final = 5


@dataclass(frozen=True)
class Telling:
    """A ticket, and what of it tells: its rating, or how long it was handled; "" for one of many."""

    ticket: Ticket
    said: str


@dataclass(frozen=True)
class Tellings:
    head: str
    rows: list[Telling]


def tellings(alert: Alert, viewer: User) -> Tellings:
    """Two queries at most."""
    first, after = moments(Period(alert.height, alert.height))
    if alert.metric == VOLUME.key:
        newest = _visible(alert, viewer).filter(created_at__gte=first, created_at__lt=after)
        rows = newest.select_related("team__site").order_by("-created_at", "-pk")[:SHOWN]
        return Tellings(_("The newest tickets of that day"), [Telling(ticket, "") for ticket in rows])
    if alert.metric == CSAT.key:
        return _rated(alert, viewer, first, after)
    return _handled(alert, viewer, first, after)


def _visible(alert: Alert, viewer: User) -> QuerySet[Ticket]:
    return Ticket.objects.visible_to(viewer).filter(_whose(alert))


def _whose(alert: Alert, prefix: str = "") -> Q:
    """The tickets of its series; `prefix` leads to them."""
    q = Q()
    if alert.label:
        q &= Q(**{f"{prefix}labels__overlap": aliases.names().of_one(alert.label)})
    if alert.team_id:
        return q & Q(**{f"{prefix}team": alert.team_id})
    return q & Q(**{f"{prefix}team__site": alert.site_id}) if alert.site_id else q


def _rated(alert: Alert, viewer: User, first: datetime, after: datetime) -> Tellings:
    """Those whose last rating is of the side that moved the share."""
    is_down = alert.direction == Alert.Direction.DOWN
    later = Rating.objects.filter(ticket=OuterRef("ticket"), counts_at__gt=OuterRef("counts_at"))
    ratings = Rating.objects.filter(
        ~Exists(later), counts_at__gte=first, counts_at__lt=after,
        normalised="negative" if is_down else "positive",
    )  # fmt: skip
    said = _of(ratings.order_by("-counts_at", "-pk"), alert, viewer, "raw")
    head = _("The newest that were rated badly that day") if is_down else _("The newest rated well that day")
    return Tellings(head, _told(alert, viewer, said))


def _handled(alert: Alert, viewer: User, first: datetime, after: datetime) -> Tellings:
    """The longest, where handling took longer than usual, else the shortest."""
    is_up = alert.direction == Alert.Direction.UP
    ended = HandleSegment.objects.filter(ended_at__gte=first, ended_at__lt=after, ticket__isnull=False)
    sums = ended.order_by().values("ticket").annotate(took=Sum("handle_s"))
    ordered = sums.filter(took__gt=0).order_by("-took" if is_up else "took", "ticket")
    said = {pk: clock(took) for pk, took in _of(ordered, alert, viewer, "took").items()}
    head = _("The longest handled that day") if is_up else _("The shortest handled that day")
    return Tellings(head, _told(alert, viewer, said))


def _of(rows: QuerySet[Any], alert: Alert, viewer: User, value: str) -> dict[int, Any]:
    """By ticket, in their order, of the tickets of its series that this person may see."""
    seen = measured_for(viewer, "ticket__")
    if seen is None:
        return {}
    return dict(rows.filter(seen, _whose(alert, "ticket__")).values_list("ticket", value)[:SHOWN])


def _told(alert: Alert, viewer: User, said: dict[int, str]) -> list[Telling]:
    found = _visible(alert, viewer).select_related("team__site").in_bulk([*said])
    return [Telling(found[pk], text) for pk, text in said.items() if pk in found]
