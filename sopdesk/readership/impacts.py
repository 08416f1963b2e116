"""What a change asks of its readers, for the preview before it is submitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.accounts.audience import Audience
from sopdesk.documents import impact
from sopdesk.documents.impact import Impact
from sopdesk.readership import planning
from sopdesk.readership.opening import ASKED_KINDS
from sopdesk.readership.people import readers

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
    vendor = Count("team__site", distinct=True, filter=Q(team__site__kind="vendor"))
    counted = readers().filter(audience).aggregate(
        n=Count("pk"), sites=Count("team__site", distinct=True), vendors=vendor
    )  # fmt: skip
    plan = planning.plan_of(change)
    plan.change = change
    asked = _("They will have to read it.") if plan.is_asked else _("Nobody is asked to read it again.")
    n = counted["n"]
    yield Impact(
        name="readers",
        label=ngettext("%(n)d reader", "%(n)d readers", n) % {"n": n},
        count=n,
        detail=_("At %(sites)d sites, %(vendors)d of them vendors. %(asked)s") % {**counted, "asked": asked},
        order=60,
    )
