"""Taking documents out: one at once, a filtered list by a job with a page of its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.filters import DocumentFilter
from sopdesk.documents.kinds import Kind, all_kinds, kind_of
from sopdesk.documents.models import Document, Version
from sopdesk.exchange import exporting
from sopdesk.exchange.models import Export
from sopdesk.listing import Listing

reader = permission_required(Permission.DOCUMENT_READ_INTERNAL)


@require_safe
@reader
def document_export(request: HttpRequest, kind: str, key: str, form: str) -> HttpResponse:
    """A document as it is in force, as a file."""
    document = _visible(request, kind, key)
    version = document.versions.in_force().visible_to(request.user).first()
    if version is None:
        raise Http404
    return _file(request, document, version, form)


@require_safe
@permission_required(Permission.DOCUMENT_READ_HISTORY)
def version_export(request: HttpRequest, kind: str, key: str, number: int, form: str) -> HttpResponse:
    """One version as it was, marked as what it is."""
    document = _visible(request, kind, key)
    version = get_object_or_404(document.versions.visible_to(request.user), number=number)
    return _file(request, document, version, form)


@require_POST
@reader
def list_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Have everything that a list holds put into one file."""
    of_kind, person = _kind(kind), signed_in(request)
    query = request.POST.get("query", "").replace("\0", "")[:2000]
    form = request.POST.get("form", exporting.Form.MARKDOWN)
    if form not in exporting.Form.values:
        raise Http404
    documents = of_kind.model.objects.visible_to(person).with_version_at().with_release()
    listed = DocumentFilter(QueryDict(query), queryset=documents, request=request).qs
    in_force = listed.filter(current_id__isnull=False).values_list("pk", flat=True)
    try:
        export = exporting.start(of_kind, in_force, form, query=query, actor=person)
    except exporting.ExportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(of_kind.url("list"))
    return redirect("exchange:export_read", export.pk)


@require_safe
@reader
def export_list(request: HttpRequest) -> HttpResponse:
    """One's own exports, newest first."""
    exports = Export.objects.visible_to(request.user).select_related("job")
    listing = Listing(request.GET, exports, sorts={"created": ("created_at",)}, sort="-created")
    return render(request, "exchange/export_list.html", {"listing": listing})


@require_safe
@never_cache
@reader
def export_read(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an export is, and then its link."""
    export = get_object_or_404(Export.objects.visible_to(request.user).select_related("job"), pk=pk)
    template = "exchange/export_read.html" + ("#stage" if request.headers.get("HX-Request") else "")
    return render(request, template, {"export": export, "job": export.job, "kind": _kind(export.kind)})


@require_safe
@never_cache
@reader
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The finished file, to its maker, while it is offered and all in it may still be read."""
    person = signed_in(request)
    export = get_object_or_404(Export.objects.visible_to(person).exclude(finished_at=None), pk=pk)
    if export.is_over or not exporting.may_still_be_read(export, person):
        messages.error(
            request,
            _("This file is no longer offered. Export the list again: it takes what you may read now."),
        )
        return redirect("exchange:export_read", pk)
    try:
        opened = export.path.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    name = f"{export.kind}-{export.form}-{export.created_at:%Y-%m-%d}.zip"
    return FileResponse(opened, as_attachment=True, filename=name, content_type="application/zip")


def _kind(name: str) -> Kind:
    if name not in {kind.name for kind in all_kinds()}:
        raise Http404
    return kind_of(name)


def _visible(request: HttpRequest, kind: str, key: str) -> Document:
    documents = Document.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(documents, kind=_kind(kind).name, key=key)


def _file(request: HttpRequest, document: Document, version: Version, form: str) -> HttpResponse:
    if form not in exporting.Form.values:
        raise Http404
    name, content_type, data = exporting.one(document, version, form, viewer=signed_in(request))
    answer = HttpResponse(data, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name.encode("ascii", "replace").decode()}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
