"""What the metrics mean, and what was imported."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics import describing, upgrading
from metrics.models import Import
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing


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
    context = {"listing": listing, "days_behind": upgrading.days_behind()}
    return render(request, "metrics/import_list.html", context)
