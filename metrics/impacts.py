"""How many tickets a week a change is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics import aliases, reporting
from metrics.definitions import VOLUME
from metrics.filters import Period
from metrics.models import Facet
from metrics.summing import held
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import impact
from sopdesk.documents.impact import Impact, Link
from sopdesk.documents.impacts import governed
from sopdesk.text.reversing import address

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change, ChangeItem

WEEKS = 4


@impact.register
def tickets_a_week(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """Created in the last four complete weeks with a label that the change governs, by whatever name, a week. Three
    queries."""
    labels = aliases.names().meant_by(governed(items))
    if not labels:
        return [_unknown(_("Not measured: it governs no label."))]
    if not allows(viewer, Permission.METRICS_READ):
        return [_unknown(_("Figures are shown to those who may read metrics."))]
    newest = Facet.objects.visible_to(viewer).filter(label="").aggregate(day=Max("last_day"))["day"]
    if newest is None:
        return [_unknown(_("Not measured: no tickets were imported."))]
    first, after = complete_weeks(min(newest, timezone.localdate()))
    period, narrow = Period(first, after - timedelta(days=1)), {"label": labels}
    with held():
        by_label = whole = reporting.report(viewer, VOLUME, by=["label"], period=period, narrow=narrow)
        if len(labels) > 1:  # a ticket with two of them is one
            whole = reporting.report(viewer, VOLUME, period=period, narrow=narrow)
    counts = {line.keys["label"]: line.figure.n for line in by_label}
    shown = dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return [_measured(shown, sum(line.figure.n for line in whole), period.last)]


def complete_weeks(day: date) -> tuple[date, date]:
    """The last four weeks, Monday to Sunday, that were over by the end of `day`: their first day and the one after."""
    after = day + timedelta(days=1)
    after -= timedelta(days=after.weekday())
    return after - timedelta(weeks=WEEKS), after


def _unknown(why: str) -> Impact:
    return Impact("tickets", _("tickets a week"), None, why, order=10)


def _measured(counts: dict[str, int], total: int, last: date) -> Impact:
    detail = _("%(n)s in the four weeks to %(day)s") % {"n": total, "day": date_format(last, "j M Y")}
    period = {"period": "28", "until": last.isoformat()}
    links = tuple(
        Link(
            f"{label} · {round(n / WEEKS)}",
            f"{address('metrics:tickets')}?{urlencode({**period, 'label': label})}",
        )
        for label, n in counts.items()
    )
    url = links[0].url if len(links) == 1 else ""
    return Impact("tickets", _("tickets a week"), round(total / WEEKS), detail, url, links, order=10)
