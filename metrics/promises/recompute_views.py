"""Measuring the past again: ask, look at what would change, do it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.promises import comparing, outdated, recomputing
from metrics.promises.editing import ServiceLevelRefused
from metrics.promises.forms import RecomputeForm
from metrics.promises.models import Recompute
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission

editor = permission_required(Permission.SERVICE_LEVELS_EDIT)
SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def recompute_new(request: HttpRequest) -> HttpResponse:
    """Ask for a preview; the last ones stand beneath."""
    user, form = signed_in(request), RecomputeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return redirect("promises:recompute", recomputing.ask(**form.cleaned_data, actor=user).pk)
    past = Recompute.objects.visible_to(user).select_related("source", "preview", "job", "created_by")[:SHOWN]
    context = {"form": form, "past": past, "outdated": outdated.outdated()}
    return render(
        request, "metrics/promises_recompute_new.html", context, status=422 if form.is_bound else 200
    )


@require_safe
@never_cache
@editor
def recompute_read(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, and how far it is. Asked by htmx, the part that changes."""
    asked = _asked(request, pk)
    context = {"asked": asked, "running": asked.job or asked.preview, "lines": comparing.attainments(asked)}
    template = "metrics/promises_recompute.html" + ("#progress" if request.headers.get("HX-Request") else "")
    return render(request, template, context)


@require_POST
@editor
def recompute_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Do it."""
    try:
        recomputing.apply(_asked(request, pk), actor=signed_in(request))
        messages.success(request, _("The results are being measured again."))
    except ServiceLevelRefused as refused:
        messages.error(request, str(refused))
    return redirect("promises:recompute", pk)


def _asked(request: HttpRequest, pk: int) -> Recompute:
    found = Recompute.objects.visible_to(signed_in(request)).select_related(
        "source", "preview", "job", "created_by"
    )
    return get_object_or_404(found, pk=pk)
