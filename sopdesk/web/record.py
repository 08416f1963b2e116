"""The audit record, to be read. It stands here because who may read it is decided above the audit app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import permission_required
from sopdesk.accounts.permissions import Permission
from sopdesk.audit.filters import EntryFilter
from sopdesk.audit.models import Entry
from sopdesk.listing import Listing


@permission_required(Permission.AUDIT_READ)
@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """Every decision, newest first."""
    entries = Entry.objects.all()
    listing = Listing(request.GET, entries, EntryFilter, sorts={"number": ("number",)}, sort="-number")
    return render(request, "audit/entry_list.html", {"listing": listing})
