"""What the metrics mean, and what was imported."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics import describing, rating_days, tiles, upgrading
from metrics.levels import Refused
from metrics.models import Import
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing
from sopdesk.listing.downloading import csv_file


@require_safe
@permission_required(Permission.METRICS_READ)
def definitions(request: HttpRequest) -> HttpResponse:
    """What each metric is."""
    context = {"metrics": describing.metrics(), "at_solve": rating_days.sources_at_solve(signed_in(request))}
    return render(request, "metrics/definition_list.html", context)


@require_safe
@permission_required(Permission.METRICS_READ)
def tile_csv(request: HttpRequest, key: str) -> HttpResponseBase:
    """A tile's rows as a file, by the address of the page that it stands on."""
    try:
        found = tiles.file(key, signed_in(request), request.GET)
    except Refused:  # then there is no such tile on the page either
        found = None
    if found is None:
        raise Http404
    return csv_file(found.name, found.rows)


@require_safe
@permission_required(Permission.TICKETS_IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought in, newest first."""
    imports = Import.objects.visible_to(signed_in(request)).select_related(
        "source", "job", "undo_job", "created_by"
    )
    sorts = {"created": ("created_at",), "source": ("source__name",), "rows": ("rows_read",)}
    listing: Listing[Import] = Listing(request.GET, imports, sorts=sorts, sort="-created")
    context = {"listing": listing, "days_behind": upgrading.days_behind()}
    return render(request, "metrics/import_list.html", context)
