"""Bringing a file in: upload, say what it is, look at its first rows, start, and read the report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics import (
    flagging,
    importing,
    left_out,
    previewing,
    rejecting,
    telling,
    told_apart,
    undo_wording,
    undoing,
)
from metrics.containers import FileRefused
from metrics.forms import UploadForm
from metrics.importing import AlreadyImported
from metrics.mapping import MappingRefused
from metrics.models import Import, Source
from metrics.pace import pace
from metrics.undoing import UndoRefused
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.jobs.models import Job

importer = permission_required(Permission.TICKETS_IMPORT)
REJECTED_SHOWN = 20
GROUPS_SHOWN = 8


def _import(request: HttpRequest, import_id: int) -> Import:
    imports = Import.objects.visible_to(signed_in(request)).select_related(
        "source", "job", "undo_job", "created_by"
    )
    return get_object_or_404(imports, pk=import_id)


def draft_of(request: HttpRequest, import_id: int) -> Import:
    """An import that was not started. Raises Http404 for one that was."""
    found = _import(request, import_id)
    if found.job is not None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, source = (
            form.cleaned_data["file"],
            Source.objects.get_or_create(name=form.cleaned_data["source"])[0],
        )
        try:
            draft = importing.receive(file.chunks(), name=file.name, source=source, actor=signed_in(request))
            return redirect("metrics:import_map", draft.pk)
        except FileRefused as refused:
            form.add_error("file", str(refused))
    sources = Source.objects.values_list("name", flat=True)
    status = 422 if form.is_bound else 200
    return render(request, "metrics/import_new.html", {"form": form, "sources": sources}, status=status)


@require_safe
@importer
def import_check(request: HttpRequest, import_id: int) -> HttpResponse:
    """What would become of the first rows."""
    draft = draft_of(request, import_id)
    if not draft.mapping:
        return redirect("metrics:import_map", draft.pk)
    context: dict[str, Any] = {"import": draft, "check_rows": previewing.CHECK_ROWS}
    try:
        context["check"] = previewing.check(draft, draft.mapping, draft.time_zone)
        context["untold"] = telling.untold(draft.mapping, draft.header)
        context["together"] = previewing.read_together(draft)
        context["left_out"] = previewing.left_out(draft)
        context["told_apart"] = previewing.told_apart(draft, context["check"])
    except (FileRefused, MappingRefused) as refused:
        context["refused"] = str(refused)
    except FileNotFoundError:
        context["refused"] = _("The uploaded file is no longer there. Upload it again.")
    return render(request, "metrics/import_check.html", context)


@require_POST
@importer
def import_start(request: HttpRequest, import_id: int) -> HttpResponse:
    """Start the job."""
    draft = _import(request, import_id)
    try:
        importing.start(draft, draft.mapping, mapping_name=draft.mapping_name, actor=signed_in(request))
    except AlreadyImported as already:
        if already.ticket_import != draft:
            importing.discard(draft)
        messages.info(request, _("This file was brought in before, read the same way. Nothing was changed."))
        return redirect("metrics:import_read", already.ticket_import.pk)
    except MappingRefused as refused:
        messages.error(request, str(refused))
        return redirect("metrics:import_map", draft.pk)
    return redirect("metrics:import_read", draft.pk)


@require_POST
@importer
def import_discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throw a draft away, with its file."""
    importing.discard(draft_of(request, import_id))
    messages.success(request, _("The file was thrown away; nothing of it was imported."))
    return redirect("metrics:import_list")


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def import_undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Ask once, then take the import back."""
    found = _import(request, import_id)
    if request.method == "POST":
        try:
            undoing.undo(found, actor=signed_in(request))
            messages.success(request, _("The import is being undone; its figures go with it."))
        except UndoRefused as refused:
            messages.error(request, str(refused))
        return redirect("metrics:import_read", found.pk)
    return render(request, "metrics/import_undo.html", {"import": found, **undo_wording.asked(found)})


@require_safe
@never_cache
@importer
def import_read(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far it is, and then the report. Asked by htmx, the part that changes."""
    found = _import(request, import_id)
    if found.job is None:
        return redirect("metrics:import_map", found.pk)
    template = "metrics/import_read.html" + ("#progress" if request.headers.get("HX-Request") else "")
    context = {
        "import": found,
        "job": found.job,
        "rejected": rejecting.listed(found, REJECTED_SHOWN),
        "grouped": rejecting.grouped(found, GROUPS_SHOWN)
        if found.job.is_finished and found.rejected > REJECTED_SHOWN
        else [],
        "pace": pace(found, found.job),
        "undone": undo_wording.told(found.undo_job.report) if found.undo_job else "",
        "flagged": flagging.flagged(found, signed_in(request)),
        "untold": telling.untold(found.mapping, found.header) if found.job.state == Job.State.DONE else [],
        "left_out": left_out.sentences(found.job.cursor),
        "told_apart": told_apart.warning(found.job.cursor.get("customers") or {}),
    }
    return render(request, template, context)


@require_safe
@importer
def import_rejected(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The rejected rows as a CSV to mend."""
    found = _import(request, import_id)
    response = StreamingHttpResponse(rejecting.as_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{found.pk}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
