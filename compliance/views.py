"""Frameworks and their duties, to be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.filters import DutyFilter, FrameworkFilter
from compliance.models import Catalogue, Duty, Framework, Watch
from compliance.relations import related
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.usage import users_of
from sopdesk.listing import Listing

FRAMEWORK_SORTS = {
    "catalogue": ("position",),
    "name": ("name",),
    "jurisdiction": ("jurisdiction", "position"),
    "duties": ("duties_count",),
    "blockers": ("blockers_count",),
}
DUTY_SORTS = {"catalogue": ("position",), "title": ("title",), "gate": ("gate", "position"), "key": ("key",)}


@permission_required(Permission.COMPLIANCE_READ)
@require_safe
def frameworks(request: HttpRequest) -> HttpResponse:
    found = Framework.objects.visible_to(request.user).with_counts()
    listing = Listing(request.GET, found, FrameworkFilter, sorts=FRAMEWORK_SORTS, sort="catalogue")
    context = {"listing": listing, "catalogue": Catalogue.objects.first(), "watches": Watch.objects.all()}
    return render(request, "compliance/framework_list.html", context)


@permission_required(Permission.COMPLIANCE_READ)
@require_safe
def framework(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Framework.objects.visible_to(request.user), key=key)
    duties = Duty.objects.visible_to(request.user).filter(framework=found).prefetch_related("time_limits")
    listing = Listing(request.GET, duties, DutyFilter, sorts=DUTY_SORTS, sort="catalogue")
    context = {"framework": found, "listing": listing, "catalogue": Catalogue.objects.first()}
    return render(request, "compliance/framework_read.html", context)


@permission_required(Permission.COMPLIANCE_READ)
@require_safe
def duty(request: HttpRequest, key: str) -> HttpResponse:
    visible = Duty.objects.visible_to(request.user).select_related("framework", "successor")
    found = get_object_or_404(visible, key=key)
    context = {
        "duty": found,
        "limits": found.time_limits.select_related("calendar"),
        "related": related(found),
        "watches": [watch for watch in Watch.objects.all() if watch.affects(found.key)],
        "uses": users_of("duty", found.key, viewer=signed_in(request)),
        "catalogue": Catalogue.objects.first(),
    }
    return render(request, "compliance/duty_read.html", context)
