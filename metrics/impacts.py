"""How many tickets a week a change is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.models import Facet, Rollup, Ticket
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import impact
from sopdesk.documents.impact import Impact, Link
from sopdesk.documents.impacts import governed

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change, ChangeItem

WEEKS = 4


@impact.register
def tickets_a_week(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """Created in the last four complete weeks with a label that the change governs, a week. At most three queries."""
    labels = governed(items)
    if not labels:
        return [_unknown(_("Not measured: it governs no label."))]
    if not allows(viewer, Permission.METRICS_READ):
        return [_unknown(_("Figures are shown to those who may read metrics."))]
    newest = Facet.objects.visible_to(viewer).filter(label="").aggregate(day=Max("last_day"))["day"]
    if newest is None:
        return [_unknown(_("Not measured: no tickets were imported."))]
    first, after = complete_weeks(min(newest, timezone.localdate()))
    rows = Rollup.objects.visible_to(viewer).filter(label__in=labels, day__gte=first, day__lt=after)
    counts = dict(rows.values_list("label").annotate(n=Sum("created_n", default=0)).order_by("-n", "label"))
    total = sum(counts.values()) if len(counts) < 2 else _distinct(viewer, [*counts], first, after)
    return [_measured(counts, total, after - timedelta(days=1))]


def complete_weeks(day: date) -> tuple[date, date]:
    """The last four weeks, Monday to Sunday, that were over by the end of `day`: their first day and the one after."""
    after = day + timedelta(days=1)
    after -= timedelta(days=after.weekday())
    return after - timedelta(weeks=WEEKS), after


def _distinct(viewer: User, labels: list[str], first: date, after: date) -> int:
    """A ticket with two of the labels is one ticket, which the rollups of labels do not tell."""
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    begins, ends = (datetime.combine(day, time(0), zone) for day in (first, after))
    tickets = Ticket.objects.visible_to(viewer).filter(created_at__gte=begins, created_at__lt=ends)
    return tickets.filter(labels__overlap=labels).count()


def _unknown(why: str) -> Impact:
    return Impact("tickets", _("tickets a week"), None, why, order=10)


def _measured(counts: dict[str, int], total: int, last: date) -> Impact:
    detail = _("%(n)s in the four weeks to %(day)s") % {"n": total, "day": date_format(last, "j M Y")}
    period = {"period": "28", "until": last.isoformat()}
    links = tuple(
        Link(
            f"{label} · {round(n / WEEKS)}",
            f"{reverse('metrics:tickets')}?{urlencode({**period, 'label': label})}",
        )
        for label, n in counts.items()
    )
    url = links[0].url if len(links) == 1 else ""
    return Impact("tickets", _("tickets a week"), round(total / WEEKS), detail, url, links, order=10)
