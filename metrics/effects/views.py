"""Did it work? The list of cards, one card, the tickets behind its figures, and asking for one anew."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.dashboards import tickets
from metrics.effects import asking, behind, dating, showing, telling
from metrics.effects.errors import CardRefused, DatesRefused
from metrics.effects.filters import CardFilter
from metrics.effects.forms import DaysForm, FigureForm
from metrics.effects.models import Card
from metrics.models import Ticket
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing
from sopdesk.listing.downloading import csv_file

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
    looks = visible.filter(version=card.version_id).order_by(
        F("site__name").asc(nulls_first=True), "look", "pk"
    )
    return render(request, "effects/card_read.html", telling.about(card, list(looks), person))


@require_safe
@permission_required(Permission.METRICS_READ)
def card_tickets(request: HttpRequest, pk: int) -> HttpResponse:
    """The tickets behind a figure of a card."""
    person, form = signed_in(request), _figure_form(request, pk)
    figure = form.figure
    found = behind.tickets(person, figure)
    listing: Listing[Ticket] = Listing(
        request.GET, tickets.rows_of(found), sorts=tickets.SORTS, sort="-created"
    )
    contacts = behind.contacts(figure, person, found)
    context = {"listing": listing, "form": form, "figure": figure, "card": form.card, "contacts": contacts}
    context |= {"reading": form.shown[figure.reading["key"]], "csv_rows": tickets.CSV_ROWS}
    context |= {"there": listing.total if contacts is None else contacts}
    context |= {"sees_all": allows(person, Permission.METRICS_READ_ALL_SITES)}
    return render(request, "effects/card_tickets.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def card_tickets_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same list as a file, in the order of the page."""
    form = _figure_form(request, pk)
    found = behind.tickets(signed_in(request), form.figure)
    listing: Listing[Ticket] = Listing(request.GET, found, sorts=tickets.SORTS, sort="-created")
    key, number = form.card.version.document.key, form.card.version.number
    return csv_file(f"{key}-v{number}-tickets", tickets.as_table(listing.everything))


def _figure_form(request: HttpRequest, pk: int) -> FigureForm:
    visible = Card.objects.visible_to(signed_in(request)).select_related("version__document", "site")
    card = get_object_or_404(visible, pk=pk)
    if not showing.readings(card):
        raise Http404
    return FigureForm(request.GET.dict(), card=card)


@require_POST
@permission_required(Permission.EFFECTS_RECOMPUTE)
def card_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it worked out anew."""
    person = signed_in(request)
    card = get_object_or_404(Card.objects.visible_to(person), pk=pk)
    try:
        asking.ask_anew(card, actor=person)
    except CardRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("It is being worked out anew. The new card will stand beside this one, which stays.")
        )
    return redirect("effects:read", card.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EFFECTS_DATE)
def card_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Say when teams began; with ?suggested the days that readers' confirmations suggest stand there, to be saved."""
    person = signed_in(request)
    visible = Card.objects.visible_to(person).select_related("version__document", "change", "site")
    card = get_object_or_404(visible, pk=pk)
    typed = request.POST if request.method == "POST" else None
    form = telling.form_of(card, person, typed, suggest="suggested" in request.GET)
    if form is None:
        raise Http404
    if form.is_bound and form.is_valid():
        saved = _saved(request, card, form)
        if saved:
            return saved
    context = {"card": card, "form": form, "suggest": "suggested" in request.GET}
    return render(request, "effects/card_dates.html", context, status=422 if form.is_bound else 200)


def _saved(request: HttpRequest, card: Card, form: DaysForm) -> HttpResponse | None:
    """Where to go on; None where the form has to be mended."""
    number, days = form.cleaned_data["seen"], form.days()
    try:
        new = dating.set_days(card, days, seen_number=number, actor=signed_in(request))
    except DatesRefused as refused:
        if refused.problems:
            form.refuse(refused)
            return None
        messages.error(request, str(refused))
        return redirect("effects:dates", card.pk)
    said = _("Saved. Looks whose day has come are worked out anew; the cards there are stay as they are.")
    messages.success(request, said if new else _("No day was changed."))
    return redirect("effects:read", card.pk)
