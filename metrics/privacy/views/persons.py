"""One person: found, given what is held of them, erased. The address is in no URL and in no log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics import lost_keys, told_apart
from metrics.models import Suppression
from metrics.privacy import erasing, person_files, persons
from metrics.privacy.erasing import EraseRefused, LiftRefused
from metrics.privacy.forms import EraseForm, LiftForm, PersonForm
from metrics.privacy.models import PersonExport
from metrics.privacy.person_files import ExportRefused
from metrics.privacy.persons import Person
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission

editor = permission_required(Permission.PRIVACY_EDIT)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@editor
def find(request: HttpRequest) -> HttpResponse:
    """Ask for an address; posted, show what is held of that person."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _shown(request, persons.find(form.cleaned_data["address"]), EraseForm())
    exports = PersonExport.objects.visible_to(signed_in(request))
    context = {
        "form": form,
        "exports": [export for export in exports if not export.is_over],
        "erased": Suppression.objects.select_related("created_by")[:20],
        "erased_count": Suppression.objects.count(),
        "lost_keys": lost_keys.warning(lost_keys.lost()),
    }
    return render(request, "metrics/privacy_persons.html", context, status=422 if form.is_bound else 200)


@require_POST
@never_cache
@editor
def export(request: HttpRequest) -> HttpResponse:
    """Make the file of what is held of the person."""
    person = _person(request)
    if person is None:
        return redirect("privacy:persons")
    try:
        person_files.make(person, actor=signed_in(request))
    except ExportRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file is made. It stands below for seven days."))
    return redirect("privacy:persons")


@require_POST
@never_cache
@editor
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the person, when it was said that this is meant."""
    person, form = _person(request), EraseForm(request.POST)
    if person is None:
        return redirect("privacy:persons")
    if not form.is_valid():
        return _shown(request, person, form, status=422)
    try:
        count = erasing.erase(person, actor=signed_in(request))
    except EraseRefused as refusal:
        messages.error(request, str(refusal))
        return _shown(request, person, EraseForm(), status=409)
    said = ngettext("Erased from %(count)s ticket.", "Erased from %(count)s tickets.", count) % {
        "count": count
    }
    kept_out = {
        told_apart.ADDRESS: _("No import brings them back under this address."),
        told_apart.NUMBER: _("No import brings them back under this number."),
    }
    messages.success(request, f"{said} {kept_out[person.by]}")
    return redirect("privacy:persons")


@require_POST
@never_cache
@editor
def lift(request: HttpRequest) -> HttpResponse:
    """Take the person off the list of the erased, when it was said that this is meant."""
    person, form = _person(request), LiftForm(request.POST)
    if person is None:
        return redirect("privacy:persons")
    if not form.is_valid():
        return _shown(request, person, EraseForm(), lift_form=form, status=422)
    try:
        erasing.lift(person, actor=signed_in(request))
    except LiftRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The erasure is lifted. Later imports bring this person in again."))
    return redirect("privacy:persons")


@require_safe
@editor
def download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The file, to whoever made it, while it is offered."""
    made = get_object_or_404(PersonExport.objects.visible_to(signed_in(request)), pk=export_id)
    if made.is_over or not made.path.exists():
        raise Http404
    return FileResponse(made.path.open("rb"), as_attachment=True, filename=f"person-{made.pk}.zip")


def _person(request: HttpRequest) -> Person | None:
    """The person of the page before; None, with a message, when that is too long ago."""
    try:
        return persons.by_token(request.POST.get("person", ""))
    except (BadSignature, ValueError, TypeError):
        messages.error(
            request, _("The page stood open too long. Nothing was changed. Find the person again.")
        )
        return None


def _shown(
    request: HttpRequest, person: Person, form: Any, *, lift_form: LiftForm | None = None, status: int = 200
) -> HttpResponse:
    held = persons.held(person, signed_in(request))
    context = {"person": person, "held": held, "form": form, "lift_form": lift_form or LiftForm()}
    return render(request, "metrics/privacy_person.html", context, status=status)
