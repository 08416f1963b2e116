"""The tickets behind a figure, what the metrics mean, and what was imported."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics import describing
from metrics.dashboards.filters import DashboardFilter
from metrics.models import Import, Ticket
from metrics.ticket_list import SHOWN, tickets
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

TICKET_SORTS = {
    "created": ("created_at",),
    "updated": ("updated_at",),
    "priority": ("priority",),
    "team": ("team",),
}


@require_safe
@permission_required(Permission.METRICS_READ)
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The tickets behind a figure."""
    user, shown = signed_in(request), request.GET.get("show", "all")
    if shown not in SHOWN:
        raise Http404
    chosen = DashboardFilter(request.GET, user=user)
    listing: Listing[Ticket] = Listing(
        request.GET, tickets(user, chosen, shown), sorts=TICKET_SORTS, sort="-created"
    )
    context = {
        "listing": listing,
        "chosen": chosen,
        "shown": shown,
        "choices": SHOWN,
        "period": chosen.period_chosen(),
    }
    return render(request, "metrics/ticket_list.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def definitions(request: HttpRequest) -> HttpResponse:
    """What each metric is."""
    return render(request, "metrics/definition_list.html", {"metrics": describing.metrics()})


@require_safe
@permission_required(Permission.TICKETS_IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought in, newest first."""
    imports = Import.objects.visible_to(signed_in(request)).select_related(
        "source", "job", "undo_job", "created_by"
    )
    sorts = {"created": ("created_at",), "source": ("source__name",), "rows": ("rows_read",)}
    listing: Listing[Import] = Listing(request.GET, imports, sorts=sorts, sort="-created")
    return render(request, "metrics/import_list.html", {"listing": listing})
