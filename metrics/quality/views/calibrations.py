"""Calibration: beginning one, and how far its reviewers agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.quality import calibrating, comparing, places, reassigning
from metrics.quality.agreement import LEAST
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import CalibrationForm
from metrics.quality.models import Calibration
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
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


def _calibration(request: HttpRequest, calibration_id: int) -> Calibration:
    rows = Calibration.objects.visible_to(request.user).select_related("version__scorecard")
    return get_object_or_404(rows, pk=calibration_id)


@require_safe
@reader
def calibration(request: HttpRequest, calibration_id: int) -> HttpResponse:
    """How far they agree. Who still has tickets of it to review sees that only afterwards."""
    found = _calibration(request, calibration_id)
    waiting = found.reviews.queue_of(signed_in(request))
    context = {
        "calibration": found,
        "calibration_id": str(found.pk),
        "waiting": waiting.first(),
        "progress": found.reviews.progress(),
        "result": None if waiting.exists() else comparing.result(found),
        "least": LEAST,
        "may_edit": allows(request.user, Permission.QUALITY_EDIT),
        "tabs": places.tabs(signed_in(request), "calibrations"),
    }
    return render(request, "metrics/quality/calibration_read.html", context)


@require_safe
@reader
def pair(request: HttpRequest, calibration_id: int, criterion_id: int, one: int, other: int) -> HttpResponse:
    """The tickets behind the agreement of two reviewers on a criterion, for who has finished theirs."""
    found = _calibration(request, calibration_id)
    if found.reviews.queue_of(signed_in(request)).exists():
        return redirect("quality:calibration", found.pk)
    shown = comparing.result(found).pair(criterion_id, one, other)
    if shown is None:
        raise Http404
    context = {"calibration": found, "criterion": shown[0], "pair": shown[1]}
    return render(request, "metrics/quality/calibration_pair.html", context)


@require_POST
@permission_required(Permission.QUALITY_EDIT)
def leave_out(request: HttpRequest, calibration_id: int, person_id: int) -> HttpResponse:
    """Let it end without what somebody has not reviewed."""
    found = _calibration(request, calibration_id)
    mine = found.reviews.given_out_for(request.user).values("reviewer")
    person = get_object_or_404(User, pk=person_id, pk__in=mine)
    try:
        n = reassigning.leave_out(found, person, actor=signed_in(request))
    except QualityRefused as refused:
        messages.error(request, str(refused))
    else:
        said = ngettext(
            "The calibration goes on without %(n)s ticket of %(name)s.",
            "The calibration goes on without %(n)s tickets of %(name)s.",
            n,
        )
        messages.success(request, said % {"n": n, "name": person.name})
    return redirect("quality:calibration", found.pk)
