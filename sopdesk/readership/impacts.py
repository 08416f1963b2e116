"""What a change asks of its readers, for the preview before it is submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.accounts.audience import Audience
from sopdesk.documents import impact
from sopdesk.documents.impact import Impact, Link
from sopdesk.readership import planning
from sopdesk.readership.opening import ASKED_KINDS
from sopdesk.readership.people import readers
from sopdesk.text.reversing import address

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Change, ChangeItem


@impact.register
def people_who_read(viewer: User, change: Change, items: Sequence[ChangeItem]) -> Iterable[Impact]:
    """Agents and leads of its audience, at how many sites and vendors; whether they will have to read it."""
    audience = Q(pk__in=[])
    for item in items:
        if item.document.kind in ASKED_KINDS and not item.retires:
            named = item.audience == Audience.TEAMS
            audience |= Q(team__slug__in=item.audience_teams) if named else Q(pk__gt=0)
    sites = readers().filter(audience).values("team__site__name", "team__site", "team__site__kind")
    counted = [*sites.annotate(n=Count("pk")).order_by("-n", "team__site__name")]
    plan = planning.plan_of(change)
    plan.change = change
    asked = _("They will have to read it.") if plan.is_asked else _("Nobody is asked to read it again.")
    n = sum(row["n"] for row in counted)
    places = [row for row in counted if row["team__site"]]
    vendors = sum(row["team__site__kind"] == "vendor" for row in places)
    words = {"sites": len(places), "vendors": vendors, "asked": asked}
    yield Impact(
        name="readers",
        label=ngettext("reader", "readers", n),
        count=n,
        detail=_("At %(sites)d sites, %(vendors)d of them vendors. %(asked)s") % words,
        links=tuple(_site(row) for row in places),
        order=60,
    )


def _site(row: Mapping[str, Any]) -> Link:
    """A site with its readers counted, and the way to the people there."""
    vendor = f" ({_('vendor')})" if row["team__site__kind"] == "vendor" else ""
    return Link(
        f"{row['team__site__name']}{vendor} · {row['n']}",
        f"{address('accounts:people')}?site={row['team__site']}",
    )
