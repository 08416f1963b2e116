"""Calibration: beginning one, and how far its reviewers agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metrics.quality import calibrating, places
from metrics.quality.agreement import LEAST
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import CalibrationForm
from metrics.quality.models import Calibration
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

reader = permission_required(Permission.QUALITY_READ)
SORTS = {"name": ("name",), "begun": ("created_at",)}


@require_safe
@reader
def calibration_list(request: HttpRequest) -> HttpResponse:
    """Those this person may see."""
    rows = Calibration.objects.visible_to(request.user).with_progress().select_related("version__scorecard")
    listing: Listing[Calibration] = Listing(request.GET, rows, sorts=SORTS, sort="-begun")
    context = {
        "listing": listing,
        "tabs": places.tabs(signed_in(request), "calibrations"),
        "may_edit": allows(request.user, Permission.QUALITY_EDIT),
    }
    return render(request, "metrics/quality/calibration_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.QUALITY_EDIT)
def calibration_new(request: HttpRequest) -> HttpResponse:
    """Give the same tickets to several reviewers."""
    form = CalibrationForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = calibrating.begin(actor=signed_in(request), **form.values())
        except QualityRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The tickets are given out."))
            return redirect("quality:calibration", made.pk)
    context = {"form": form, "tabs": places.tabs(signed_in(request), "calibrations")}
    status = 422 if form.is_bound else 200
    return render(request, "metrics/quality/calibration_form.html", context, status=status)


@require_safe
@reader
def calibration(request: HttpRequest, calibration_id: int) -> HttpResponse:
    """How far they agree. Who still has tickets of it to review sees that only afterwards."""
    rows = Calibration.objects.visible_to(request.user).select_related("version__scorecard")
    found = get_object_or_404(rows, pk=calibration_id)
    waiting = found.reviews.queue_of(signed_in(request))
    context = {
        "calibration": found,
        "waiting": waiting.first(),
        "progress": found.reviews.progress(),
        "result": None if waiting.exists() else calibrating.result(found),
        "least": LEAST,
        "tabs": places.tabs(signed_in(request), "calibrations"),
    }
    return render(request, "metrics/quality/calibration_read.html", context)
