"""A document as it was at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import time_machine
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document
from sopdesk.documents.retiring import successor_for
from sopdesk.documents.time_machine import MomentRefused
from sopdesk.documents.views.shown import text_of, visible

BAD = 400


@require_safe
@permission_required(Permission.DOCUMENT_READ_HISTORY)
def document_at(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What was in force then, marked as that, with the steps to the versions around it and to today."""
    of_kind = kind_of(kind)
    document = visible(request, of_kind, key)
    context = {"kind": of_kind, "document": document, "layout": "base.html"}
    try:
        at = moment(request)
        found = time_machine.look(document, at, viewer=signed_in(request), now=timezone.now())
    except MomentRefused as refusal:
        context |= {"reason": str(refusal), "moment_form": moment_form(request)}
        return render(request, "documents/moment_refused.html", context, status=BAD)
    if found is None:
        raise Http404
    follows = successor_for(found.retirement, request.user) if found.retirement else None
    context |= {"past": found, "version": found.version, "follows": follows}
    context["moment_form"] = moment_form(request, at)
    if found.version is not None:
        context |= text_of(request, document, found.version, at)
    return render(request, "documents/document_past.html", {**context, **_steps(of_kind, document, found)})


def moment(request: HttpRequest) -> datetime:
    """The time that the address asks for. Raises MomentRefused."""
    zone = time_machine.read_zone(request.GET.get("zone", ""), timezone.get_current_timezone())
    return time_machine.read_moment(request.GET.get("at", ""), zone)


def moment_form(request: HttpRequest, at: datetime | None = None) -> dict[str, Any]:
    """What the form for a time shows: the wall clock in the chosen zone, or what was typed."""
    own = timezone.get_current_timezone_name()
    wish = request.GET.get("zone", "")
    zones = time_machine.offered_zones(own, wish)
    zone = wish if wish in zones else own
    typed = request.GET.get("at", "")[:40]
    wall = (
        timezone.localtime(at, time_machine.read_zone(zone, timezone.get_current_timezone())) if at else None
    )
    return {"value": wall.strftime("%Y-%m-%dT%H:%M") if wall else typed, "zone": zone, "zones": zones}


def _steps(kind: Kind, document: Document, found: time_machine.Past) -> dict[str, str]:
    """Addresses around it; empty where there is nothing."""
    read = kind.url("read", document.key)
    steps = {"today_url": read}
    for name, version in (("before", found.before), ("after", found.after)):
        at = time_machine.plain_moment(version) if version else None
        steps[f"{name}_url"] = f"{read}?{time_machine.address(at)}" if at else ""
    then, now = found.version, found.today
    differs = then is not None and now is not None and then.pk != now.pk
    if differs and then and now:
        steps["compare_url"] = kind.url("compare", document.key, then.number, now.number)
    return steps
