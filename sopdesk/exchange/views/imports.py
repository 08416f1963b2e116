"""Bringing documents in: choose files, look at what each would become, import, read the report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import View, permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.kinds import kind_of
from sopdesk.exchange import importing, receiving, reporting, sources
from sopdesk.exchange.forms import FilesForm
from sopdesk.exchange.models import Intake, IntakeFile
from sopdesk.jobs.models import Job
from sopdesk.listing import Listing

SHOWN = 300
"""How many files stand on one page with a box each; of more, all are imported."""
SORTS = {"created": ("created_at",), "name": ("name",)}


def importer(view: View) -> View:
    """For those who may import, and may write what is imported."""
    return permission_required(Permission.DOCUMENT_IMPORT)(permission_required(Permission.CHANGE_EDIT)(view))


def _intake(request: HttpRequest, pk: int) -> Intake:
    intakes = Intake.objects.visible_to(request.user).select_related(
        "owner", "created_by", "reading", "importing"
    )
    return get_object_or_404(intakes, pk=pk)


@require_safe
@importer
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought in so far, newest first."""
    intakes = Intake.objects.visible_to(request.user).select_related("created_by", "reading", "importing")
    listing = Listing(request.GET, intakes, sorts=SORTS, sort="-created")
    return render(request, "exchange/import_list.html", {"listing": listing})


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def import_new(request: HttpRequest) -> HttpResponse:
    """Choose files."""
    person = signed_in(request)
    posted = request.method == "POST"
    form = FilesForm(
        request.POST if posted else None, request.FILES if posted else None, person=person,
        initial={"kind": request.GET.get("kind", "sop"), "owner": person},
    )  # fmt: skip
    if posted and form.is_valid():
        try:
            return redirect("exchange:import_read", _receive(form, request).pk)
        except sources.SourceRefused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "exchange/import_new.html", {"form": form}, status=422 if posted else 200)


def _receive(form: FilesForm, request: HttpRequest) -> Intake:
    return receiving.receive(
        sources.of_uploads(form.offered()),
        name=form.name(),
        kind=kind_of(form.cleaned_data["kind"]),
        owner=form.cleaned_data["owner"],
        actor=signed_in(request),
    )


@require_safe
@never_cache
@importer
def import_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Reading, preview, importing, report: what the intake has come to. Asked by htmx, the part that changes."""
    intake = _intake(request, pk)
    job = intake.importing or intake.reading
    context: dict[str, Any] = {
        "intake": intake,
        "job": job,
        "counts": reporting.counts(intake),
        "shown": SHOWN,
    }
    context["stage"] = _stage(intake)
    context["files"] = _files(intake)
    context["changes"] = intake.changes.order_by("pk")
    template = "exchange/import_read.html" + ("#stage" if request.headers.get("HX-Request") else "")
    return render(request, template, context)


def _stage(intake: Intake) -> str:
    """ "reading", "failed", "preview", "importing" or "report"."""
    job = intake.importing or intake.reading
    if job is not None and job.state == Job.State.FAILED:
        return "failed"
    if intake.importing is not None:
        return "report" if intake.importing.is_finished else "importing"
    return "preview" if intake.reading is not None and intake.reading.is_finished else "reading"


def _files(intake: Intake) -> list[IntakeFile]:
    """What is refused first, then the rest as it came."""
    files = intake.files.exclude(what=IntakeFile.What.PICTURE).select_related("document", "item__change")
    refused = list(files.filter(what=IntakeFile.What.REFUSED)[:SHOWN])
    others = files.exclude(what=IntakeFile.What.REFUSED).defer("said")[: SHOWN - len(refused)]
    return [*refused, *others]


@require_POST
@importer
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what is chosen."""
    intake = _intake(request, pk)
    chosen = {
        int(number) for number in request.POST.getlist("file") if number.isdecimal() and len(number) < 9
    }
    try:
        importing.start(intake, chosen=None if "all" in request.POST else chosen, actor=signed_in(request))
    except importing.ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("exchange:import_read", pk)


@require_POST
@importer
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the files away."""
    receiving.discard(_intake(request, pk), actor=signed_in(request))
    messages.success(request, _("The files were thrown away; nothing of them was imported."))
    return redirect("exchange:import_list")


@require_safe
@importer
def import_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every file and what became of it, as CSV."""
    answer = StreamingHttpResponse(
        reporting.as_csv(_intake(request, pk)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="import-{pk}.csv"'
    return answer


@require_safe
@importer
def import_file(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A file as it was uploaded, while it is kept: what was refused is not lost."""
    file = get_object_or_404(_intake(request, pk).files, number=number)
    try:
        opened = file.stored_path.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    name = file.name.rpartition("/")[2]
    return FileResponse(opened, as_attachment=True, filename=name, content_type="application/octet-stream")
