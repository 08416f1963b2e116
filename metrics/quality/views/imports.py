"""QA results from elsewhere: upload, say which column is which with a check beside it, bring in, read the report."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.containers import FileRefused
from metrics.quality import bringing, files, places
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import ColumnsForm, ResultsForm
from metrics.quality.judging import NEEDED, Bad, Judged
from metrics.quality.models import QualityImport
from metrics.reading import Row
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

editor = permission_required(Permission.QUALITY_EDIT)
SORTS = {"file": ("file_name",), "brought": ("at",), "rows": ("rows_read",)}
SHOWN = 20


@require_safe
@editor
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought in."""
    rows = QualityImport.objects.visible_to(request.user).defer("rejected_rows")
    rows = rows.select_related("source", "version__scorecard", "by")
    listing: Listing[QualityImport] = Listing(request.GET, rows, sorts=SORTS, sort="-brought")
    context = {"listing": listing, "tabs": places.tabs(signed_in(request), "imports")}
    return render(request, "metrics/quality/import_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file."""
    form = ResultsForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        place = {"source": said["source"], "scorecard": said["scorecard"], "actor": signed_in(request)}
        try:
            draft = bringing.receive(said["file"].chunks(), name=said["file"].name, **place)
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("quality:import_read", draft.pk)
    status = 422 if form.is_bound else 200
    return render(request, "metrics/quality/import_new.html", {"form": form}, status=status)


def _import(request: HttpRequest, import_id: int) -> QualityImport:
    rows = QualityImport.objects.visible_to(request.user).select_related(
        "source", "version__scorecard", "by", "job"
    )
    return get_object_or_404(rows, pk=import_id)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def import_read(request: HttpRequest, import_id: int) -> HttpResponse:
    """Of a draft: its columns, and what would become of its rows. Else how far it is, and the report."""
    found = _import(request, import_id)
    if found.state != QualityImport.State.DRAFT:
        return _report(request, found)
    try:
        rows = files.rows_of(found)
    except FileRefused as refused:
        context = {"draft": found, "gone": str(refused)}
        return render(request, "metrics/quality/import_map.html", context, status=410)
    form = ColumnsForm(request.POST or None, draft=found, rows=rows)
    if form.is_bound and form.is_valid():
        try:
            bringing.say(found, form.mapping(), actor=signed_in(request))
            return redirect("quality:import_read", found.pk)
        except QualityRefused as refused:
            form.add_error(None, str(refused))
    return _draft(request, found, form, rows)


def _report(request: HttpRequest, brought: QualityImport) -> HttpResponse:
    """How far it is, and then what became of the rows. Asked by htmx, the part that changes."""
    template = "metrics/quality/import_read.html" + ("#progress" if request.headers.get("HX-Request") else "")
    context = {"brought": brought, "job": brought.job, "rejected": brought.rejected_rows[:SHOWN]}
    return render(request, template, context)


def _draft(request: HttpRequest, draft: QualityImport, form: ColumnsForm, rows: list[Row]) -> HttpResponse:
    is_ready = all(draft.mapping.get(name) for name in NEEDED) and not form.errors
    judged = bringing.judged(draft, signed_in(request), rows) if is_ready else []
    bad = [row for row in judged if isinstance(row, Bad)]
    context = {
        "draft": draft, "form": form, "good": len(judged) - len(bad), "bad": len(bad), "rejected": bad[:SHOWN],
        "is_ready": len(bad) < len(judged),
        "notes_left": sum(isinstance(row, Judged) and row.note is None for row in judged),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "metrics/quality/import_map.html", context, status=status)


@require_POST
@editor
def import_bring(request: HttpRequest, import_id: int) -> HttpResponse:
    """Bring it in."""
    found = _import(request, import_id)
    if not all(found.mapping.get(name) for name in NEEDED):
        return redirect("quality:import_read", found.pk)
    try:
        bringing.bring(found, actor=signed_in(request))
    except QualityRefused as refused:
        messages.error(request, str(refused))
    return redirect("quality:import_read", found.pk)


@require_POST
@editor
def import_discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throw a draft away."""
    found = _import(request, import_id)
    if found.state != QualityImport.State.DRAFT:
        raise Http404
    bringing.discard(found, actor=signed_in(request))
    messages.success(request, _("The file was thrown away; nothing of it was brought in."))
    return redirect("quality:imports")


@require_safe
@editor
def import_rejected(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The rejected rows as a CSV to mend."""
    found = _import(request, import_id)
    answer = StreamingHttpResponse(bringing.as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-reviews-{found.pk}.csv"'
    return answer
