"""The dashboard, the tickets behind it, and what the metrics mean."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics import reporting
from metrics.definitions import BY_KEY, BY_TEAM, CSAT, METRICS
from metrics.filters import FigureFilter
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
def dashboard(request: HttpRequest) -> HttpResponse:
    """Tiles, the trend of one metric with its table, and every team."""
    chosen = FigureFilter(request.GET, user=signed_in(request))
    period, metric = chosen.period_chosen(), BY_KEY.get(request.GET.get("metric", ""), CSAT)
    rollups = chosen.rollups.filter(chosen.condition())
    within = rollups.filter(day__range=(period.first, period.last))
    points = reporting.trend(rollups, metric, period)
    context = {
        "chosen": chosen,
        "period": period,
        "tiles": reporting.tiles(rollups, period),
        "rows": reporting.by_team(within),
        "metric": metric,
        "metrics": METRICS,
        "team_metrics": BY_TEAM,
        "points": points,
        "chart": reporting.chart(points, metric),
        "mature_until": reporting.mature_until(),
    }
    return render(request, "metrics/dashboard.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The tickets behind a figure."""
    user, shown = signed_in(request), request.GET.get("show", "all")
    if shown not in SHOWN:
        raise Http404
    chosen = FigureFilter(request.GET, user=user)
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
    return render(request, "metrics/definition_list.html", {"metrics": METRICS})


@require_safe
@permission_required(Permission.TICKETS_IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought in, newest first."""
    imports = Import.objects.visible_to(signed_in(request)).select_related("source", "job", "created_by")
    sorts = {"created": ("created_at",), "source": ("source__name",), "rows": ("rows_read",)}
    listing: Listing[Import] = Listing(request.GET, imports, sorts=sorts, sort="-created")
    return render(request, "metrics/import_list.html", {"listing": listing})
