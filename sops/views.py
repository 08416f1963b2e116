"""The steps of an SOP drawn as a chart: of what is in force, and of a draft."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import permission_required
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.checks import read
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change
from sopdesk.text import structure
from sops.flow import chart
from sops.models import SOP


@require_safe
@permission_required(Permission.DOCUMENT_READ_INTERNAL)
def flow(request: HttpRequest, key: str) -> HttpResponse:
    """The steps of the version in force."""
    document = get_object_or_404(SOP.objects.visible_to(request.user), key=key)
    version = document.versions.in_force().visible_to(request.user).first()
    if version is None:
        raise Http404
    page = kind_of("sop").url("read", key)
    drawn = chart(structure.steps(version.body), lambda step: f"{page}#{step.anchor}")
    context = {"document": document, "version": version, "title": version.title, "chart": drawn}
    return render(request, "sops/flow.html", context)


@require_safe
@permission_required(Permission.CHANGE_READ)
def flow_draft(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """The steps of a draft; each leads to where it differs from what is in force."""
    change = get_object_or_404(Change.objects.visible_to(request.user), pk=change_id)
    items = change.items.select_related("document").filter(document__kind="sop")
    item = get_object_or_404(items, pk=pk)
    page = reverse("changes:read", args=[change.pk])
    parsed = read(item)
    drawn = chart(parsed.steps if parsed else (), lambda step: f"{page}#diff-{item.pk}-{step.anchor}")
    context = {"document": item.document, "change": change, "item": item, "title": item.title, "chart": drawn}
    return render(request, "sops/flow.html", context)
