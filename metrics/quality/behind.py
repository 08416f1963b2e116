"""The reviews behind a figure, and their tickets: all of IQS, of one criterion or SOP section, or those that failed.

`of` says of what: "" for whole reviews, "criterion:<scorecard>:<key>" and "na:<scorecard>:<key>" (N/A) for a criterion,
"section:<SOP>#<anchor>" for a section. Who may not read reviews is led to their tickets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from metrics.dashboards import tickets
from metrics.dashboards.tickets import Shown
from metrics.levels import Refused
from metrics.models import TicketKey
from metrics.quality import iqs
from metrics.quality.definitions import IQS
from metrics.quality.models import Criterion, Mark, Review
from metrics.quality.narrowing import narrowing
from metrics.quality.sections import parse, sections
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.text.figures import grouped

if TYPE_CHECKING:
    from metrics.dashboards.filters import DashboardFilter
    from metrics.quality.querysets import ReviewQuerySet
    from sopdesk.accounts.models import User

ALL: Final = IQS.key
FAILED: Final = "iqs_critical"
SHOWN: Final = {ALL: gettext_lazy("Reviewed"), FAILED: gettext_lazy("Failed critically")}


def reviews(user: User, chosen: DashboardFilter, shown: str = ALL) -> ReviewQuerySet:
    """Those that the figure counts, as this person sees it: as many as its n."""
    try:
        narrowed = narrowing(user, chosen.narrow()).condition()
    except Refused:
        return Review.objects.none()
    found = iqs.reviews(user, chosen.period_now, narrowed)
    of = _of(chosen)
    if shown == FAILED:
        found = found.filter(has_critical_fail=True)
    return found.filter(Exists(Mark.objects.filter(_marked(of), review=OuterRef("pk")))) if of else found


def _of(chosen: DashboardFilter) -> str:
    return str(chosen.params.get("of", "")).replace("\0", "")


def _marked(of: str) -> Q:
    """The marks that count for what `of` says; none for nonsense."""
    kind, _colon, rest = of.partition(":")
    if kind == "section" and rest:
        key, anchor = parse(rest)
        return Q(criterion__sop_key=key, criterion__sop_anchor=anchor, score__isnull=False)
    card, _colon, key = rest.partition(":")
    if kind not in {"criterion", "na"} or not (card.isascii() and card.isdecimal()):
        return Q(pk__in=[])
    asked = {"criterion__version__scorecard": int(card), "criterion__key": key}
    return Q(**asked, score__isnull=kind == "na")


def address(chosen: DashboardFilter, shown: str = ALL, **more: str) -> str:
    """Where the reviews of exactly these choices and days stand, or their tickets. `more`: `of`, or another choice."""
    page = "quality:reviews" if allows(chosen.viewer, Permission.QUALITY_READ) else "metrics:tickets"
    kept = {name: chosen.chosen(name) for name in chosen.fields if name not in {"period", "against", "mix"}}
    days = {"since": chosen.period_now.first.isoformat(), "until": chosen.period_now.last.isoformat()}
    said = {**kept, **days, **more, "show": shown}
    return f"{reverse(page)}?{urlencode({key: value for key, value in said.items() if value})}"


def said(chosen: DashboardFilter, shown: str) -> str:
    """What a list of reviews is of, in words. At most one query."""
    of = _of(chosen)
    kind, _colon, rest = of.partition(":")
    if kind == "section":
        place = parse(rest)
        found = sections([place], chosen.viewer).get(place)
        return _("Scored on a criterion of %(section)s") % {"section": found.title if found else rest}
    if kind in {"criterion", "na"}:
        card, _colon, key = rest.partition(":")
        known = Criterion.objects.filter(version__scorecard=int(card) if card.isdecimal() else 0, key=key)
        criterion = known.order_by("-pk").first()
        words = _("“%(name)s” did not apply") if kind == "na" else _("Scored on “%(name)s”")
        return words % {"name": criterion.name if criterion else key}
    return _("Failed critically") if shown == FAILED else _("All that IQS counts")


def _with_tickets(shown: str) -> tickets.Behind:
    key = TicketKey.objects.filter(source=OuterRef("source"), external_id=OuterRef("external_id"))

    def rows(user: User, chosen: DashboardFilter) -> ReviewQuerySet:
        return reviews(user, chosen, shown).annotate(ticket=Subquery(key.values("pk")))

    return rows


def _counted(rows: Any) -> str:
    n, gone = rows.count(), rows.filter(ticket=None).count()
    found = ngettext("%(n)s review", "%(n)s reviews", n) % {"n": grouped(n)}
    if not gone:
        return found
    kept = ngettext(
        "%(n)s is of a ticket that is no longer kept", "%(n)s are of tickets that are no longer kept", gone
    )
    return f"{found} ({kept % {'n': grouped(gone)}})"


def _way(user: User) -> tuple[str, str] | None:
    """To the reviews, for who may read them."""
    return (_("Their reviews"), reverse("quality:reviews")) if allows(user, Permission.QUALITY_READ) else None


for _key, _label in SHOWN.items():
    tickets.SHOWN[_key] = Shown(
        _label,
        "",
        tickets.as_they_are,
        in_tabs=False,
        behind=_with_tickets(_key),
        told=_counted,
        further=_way,
    )
