"""The page of one ticket, its text on demand, and the list of who had texts shown."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metrics import flagging
from metrics.measured_by import Measured
from metrics.models import Ticket, TicketText
from metrics.privacy import showing, timeline
from metrics.privacy.filters import TextViewFilter
from metrics.privacy.forms import WhyForm
from metrics.privacy.models import TextView
from metrics.privacy.showing import TextRefused
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

reader = permission_required(Permission.METRICS_READ)
SORTS = {"at": ("at",), "ticket": ("ticket_label",), "who": ("user__name",)}


@require_safe
@reader
def ticket_read(request: HttpRequest, ticket_id: int) -> HttpResponse:
    return _page(request, _visible(request, ticket_id), WhyForm())


@require_POST
@never_cache
@permission_required(Permission.TICKETS_READ_TEXT)
def text_show(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The same page with the text, once; who had it shown, and why, is noted."""
    ticket, form = _visible(request, ticket_id), WhyForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        text = showing.show(ticket, why=form.cleaned_data["why"], actor=signed_in(request))
    except TextRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("privacy:ticket", ticket_id)
    return _page(request, ticket, form, text=text)


@require_safe
@permission_required(Permission.PRIVACY_EDIT)
def text_views(request: HttpRequest) -> HttpResponse:
    """Who had which text shown, when and why."""
    views = TextView.objects.visible_to(signed_in(request)).select_related("user")
    listing: Listing[TextView] = Listing(request.GET, views, TextViewFilter, sorts=SORTS, sort="-at")
    context = {"listing": listing, "kept_days": settings.TEXT_VIEWS_KEPT_DAYS}
    return render(request, "metrics/privacy_text_views.html", context)


def _visible(request: HttpRequest, ticket_id: int) -> Ticket:
    tickets = Ticket.objects.visible_to(signed_in(request)).select_related("source", "team__site")
    return get_object_or_404(tickets, pk=ticket_id)


def _page(
    request: HttpRequest, ticket: Ticket, form: WhyForm, *, text: TicketText | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "flags": flagging.in_words(ticket.flags),
        "moments": timeline.of(ticket),
        "promises": [*Measured().beside(ticket.sla_results.order_by("metric", "instance"), ticket.team)],
        "vendor_figures": ticket.vendor_figures.all(),
        "handle_segments": ticket.handle_segments.all(),
        "has_text": TicketText.objects.filter(ticket=ticket).exists(),
        "may_read_text": allows(request.user, Permission.TICKETS_READ_TEXT),
        "text": text,
        "form": form,
    }
    return render(request, "metrics/ticket_read.html", context, status=status)
