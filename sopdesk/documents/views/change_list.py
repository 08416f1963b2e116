"""The list of changes, with what each one needs."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import permission_required
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.filters import ChangeFilter
from sopdesk.documents.models import Change, ChangeItem
from sopdesk.documents.requirements import overview
from sopdesk.listing import Listing

ROWS = 25
"""A row says more than one of other lists, so there are fewer on a page."""
SORTS = {
    "title": ("title",),
    "state": ("state",),
    "due": ("due_on",),
    "updated": ("updated_at",),
    "effective": ("effective_at",),
}


@require_safe
@permission_required(Permission.CHANGE_READ)
def change_list(request: HttpRequest) -> HttpResponse:
    """Every change, newest work first."""
    named = ChangeItem.objects.select_related("document").only("change_id", "document__key")
    changes = Change.objects.visible_to(request.user).select_related("claimed_by")
    changes = changes.prefetch_related("authors", Prefetch("items", named))  # Names, and never a text.
    listing = Listing(
        request.GET, changes, ChangeFilter, sorts=SORTS, sort="-updated", per_page=ROWS, request=request
    )
    open_ones = [row for row in listing.rows if row.state in ("in_review", "approved")]
    needs = overview(open_ones) if open_ones else {}
    context = {
        "listing": listing,
        "rows": [(row, needs.get(row.pk)) for row in listing.rows],
    }
    return render(request, "documents/change_list.html", context)
