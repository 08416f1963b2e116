"""Did it work? The list of cards, one card, and asking for one anew."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.effects import asking, showing
from metrics.effects.filters import CardFilter
from metrics.effects.models import Card
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

SORTS = {
    "since": ("effective_at",),
    "key": ("version__document__key", "version__number"),
    "look": ("look",),
    "verdict": ("verdict",),
    "made": ("made_at",),
}


@require_safe
@permission_required(Permission.METRICS_READ)
def card_list(request: HttpRequest) -> HttpResponse:
    """The latest look at each version, newest change first."""
    cards = Card.objects.visible_to(signed_in(request)).newest().select_related("version__document", "site")
    listing: Listing[Card] = Listing(
        request.GET, cards, CardFilter, sorts=SORTS, sort="-since", request=request
    )
    rows = [(card, showing.readings(card)) for card in listing.rows]
    return render(request, "effects/card_list.html", {"listing": listing, "rows": rows})


@require_safe
@permission_required(Permission.METRICS_READ)
def card_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One card, with the other looks at the same version."""
    person = signed_in(request)
    visible = Card.objects.visible_to(person).select_related(
        "version__document", "change", "site", "asked_by"
    )
    card = get_object_or_404(visible, pk=pk)
    context = {
        "card": card,
        "readings": showing.readings(card),
        "beside": showing.beside(card, person),
        "span": showing.span_of(card),
        "looks": visible.filter(version=card.version_id).order_by(
            F("site__name").asc(nulls_first=True), "look", "pk"
        ),
        "may_ask": allows(person, Permission.EFFECTS_RECOMPUTE),
        "may_see_change": allows(person, Permission.CHANGE_READ),
    }
    return render(request, "effects/card_read.html", context)


@require_POST
@permission_required(Permission.EFFECTS_RECOMPUTE)
def card_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it worked out anew."""
    person = signed_in(request)
    card = get_object_or_404(Card.objects.visible_to(person), pk=pk)
    asking.ask_anew(card, actor=person)
    messages.success(
        request, _("It is being worked out anew. The new card will stand beside this one, which stays.")
    )
    return redirect("effects:read", card.pk)
