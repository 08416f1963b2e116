"""Legal holds: the list, placing one, ending one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from metrics import lost_keys
from metrics.privacy import holding
from metrics.privacy.forms import HoldForm, ReasonForm
from metrics.privacy.holding import HoldRefused
from metrics.privacy.models import LegalHold
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

editor = permission_required(Permission.PRIVACY_EDIT)
SORTS = {"placed": ("placed_at",), "source": ("source__name",), "ended": ("ended_at",)}


@require_safe
@editor
def hold_list(request: HttpRequest) -> HttpResponse:
    holds = LegalHold.objects.visible_to(signed_in(request))
    holds = holds.select_related("source", "placed_by", "ended_by")
    listing: Listing[LegalHold] = Listing(request.GET, holds, sorts=SORTS, sort="-placed")
    context = {"listing": listing, "lost_keys": lost_keys.warning(lost_keys.lost())}
    return render(request, "metrics/privacy_holds.html", context)


@sensitive_post_parameters("person")
@require_http_methods(["GET", "HEAD", "POST"])
@editor
def hold_add(request: HttpRequest) -> HttpResponse:
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            holding.place(person=form.cleaned_data["person"], actor=signed_in(request), **form.values())
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(
                request, _("The hold stands. Nothing that it keeps is deleted until it is ended.")
            )
            return redirect("privacy:holds")
    status = 422 if form.is_bound else 200
    return render(request, "metrics/privacy_hold_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def hold_end(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Asks once, with a reason."""
    hold = get_object_or_404(LegalHold.objects.visible_to(signed_in(request)), pk=hold_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            holding.end(hold, because=form.cleaned_data["reason"], actor=signed_in(request))
        except HoldRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The hold has ended. What is over its time goes tonight."))
        return redirect("privacy:holds")
    context = {"form": form, "hold": hold}
    return render(request, "metrics/privacy_hold_end.html", context, status=422 if form.is_bound else 200)
