"""A document's upkeep: verifying it in one click, taking that back, and who owns it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import stewardship, verifying
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document, Version
from sopdesk.documents.upkeep_forms import StewardshipForm, TakeBackForm, VerifyForm
from sopdesk.documents.views.shown import upkeep, visible

reader = permission_required(Permission.DOCUMENT_READ_INTERNAL)
LATEST = 20
Reasons = tuple[str, ...]


@require_POST
@reader
def document_verify(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say that the version one looked at is still right."""
    document, person = visible(request, kind_of(kind), key), signed_in(request)
    if not verifying.may_verify(person, document):
        raise Http404
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return stewardship_page(request, document, form, status=422)
    versions = document.versions.visible_to(person).select_related("document")
    version = get_object_or_404(versions, pk=form.cleaned_data["version"])
    try:
        verifying.verify(document, actor=person, version=version, note=form.cleaned_data["note"])
    except ChangeRefused as refusal:
        return stewardship_page(request, document, form, reasons=refusal.reasons, status=409)
    messages.success(request, _("Verified: v%(n)s is still right. Thank you.") % {"n": version.number})
    return redirect(kind_of(kind).url("read", key))


@require_POST
@reader
def document_unverify(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take back one's own verification, for ten minutes."""
    document, form = visible(request, kind_of(kind), key), TakeBackForm(request.POST)
    if not verifying.may_verify(signed_in(request), document):
        raise Http404
    number = form.cleaned_data["verification"] if form.is_valid() else 0
    said = get_object_or_404(document.verifications.select_related("document", "version"), pk=number)
    try:
        verifying.take_back(said, actor=signed_in(request))
    except ChangeRefused as refusal:
        return stewardship_page(request, document, reasons=refusal.reasons, status=409)
    messages.success(request, _("Taken back. Its review date is what it was before."))
    return redirect(kind_of(kind).url("read", key))


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def document_stewardship(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Owner and interval of review, with what they were before."""
    document, person = visible(request, kind_of(kind), key), signed_in(request)
    may = stewardship.may_steward(person, document)
    if not may and (request.method == "POST" or not verifying.may_verify(person, document)):
        raise Http404
    form = StewardshipForm(request.POST if request.method == "POST" else None, document=document)
    if request.method != "POST" or not form.is_valid():
        return stewardship_page(request, document, form, status=422 if form.is_bound else 200)
    try:
        stewardship.change_stewardship(document, actor=person, **form.cleaned_data)
    except ChangeRefused as refusal:
        return stewardship_page(request, document, form, reasons=refusal.reasons, status=409)
    messages.success(request, _("Owner and review were saved."))
    return redirect(kind_of(kind).url("read", key))


def stewardship_page(
    request: HttpRequest,
    document: Document,
    refused: Form | None = None,
    *,
    reasons: Reasons = (),
    status: int = 200,
) -> HttpResponse:
    """The page of a document's upkeep, as it stands or after a step was refused, with what was typed."""
    person = signed_in(request)
    version = document.versions.in_force().visible_to(person).first()
    context = {
        "kind": kind_of(document.kind),
        "version": version,
        "form": refused if isinstance(refused, StewardshipForm) else StewardshipForm(document=document),
        "verify_form": _verify_form(version, refused),
        "reasons": reasons,
        **_record(document),
        **upkeep(person, document, version, timezone.now()),
    }
    return render(request, "documents/document_stewardship.html", context, status=status)


def _verify_form(version: Version | None, refused: Form | None) -> VerifyForm:
    """For the version that the page shows now, with the note that was typed."""
    note = refused.data.get("note", "") if isinstance(refused, VerifyForm) else ""
    return VerifyForm(initial={"version": version.pk if version else 0, "note": note})


def _record(document: Document) -> dict[str, Any]:
    """The document as it stands, who verified it, and what its owner and dates were before."""
    return {
        "document": Document.objects.select_related("owner").get(pk=document.pk),
        "verifications": document.verifications.select_related("by", "version")[:LATEST],
        "history": document.history.select_related("owner", "history_user")[:LATEST],
    }
