"""The ageing report, its CSV, and verifying several documents with one question."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import ageing, verifying
from sopdesk.documents.ageing_filter import AgeingFilter
from sopdesk.documents.models import Document, Version
from sopdesk.documents.upkeep_forms import SeveralForm
from sopdesk.listing import Listing
from sopdesk.listing.downloading import csv_file

reader = permission_required(Permission.DOCUMENT_READ_ALL)
verifier = permission_required(Permission.DOCUMENT_VERIFY)


@require_safe
@reader
def report(request: HttpRequest) -> HttpResponse:
    """Documents in force by the state of their verification: a picture, its table, and the documents."""
    listing = _listing(request)
    by = request.GET.get("by", "")
    by = by if by in ageing.GROUPINGS else "owner"
    groups = ageing.grouped(listing.filters.qs, by) if listing.filters else []
    context = {
        "listing": listing,
        "by": by,
        "groupings": ageing.GROUPINGS,
        "bands": ageing.BANDS,
        "band_of": ageing.BY_NAME,
        "groups": groups[: ageing.GROUPS_SHOWN],
        "left_out": max(0, len(groups) - ageing.GROUPS_SHOWN),
        "total": ageing.total(groups),
        "chart": ageing.chart(groups),
        "may_verify": allows(request.user, Permission.DOCUMENT_VERIFY),
        "may_hand_over": allows(request.user, Permission.DOCUMENT_HAND_OVER),
    }
    return render(request, "documents/ageing_report.html", context)


@require_safe
@reader
def report_csv(request: HttpRequest) -> HttpResponseBase:
    """The same documents, as the filter has them, for a spreadsheet."""
    filters = _listing(request).filters
    rows = filters.qs.order_by("review_by", "kind", "key").iterator(chunk_size=500) if filters else ()
    cells = ageing.csv_rows(rows, timezone.localdate())
    return csv_file(f"ageing-{timezone.localdate():%Y-%m-%d}", cells)


@require_http_methods(["GET", "HEAD", "POST"])
@verifier
def verify_several(request: HttpRequest) -> HttpResponse:
    """Lists what would be verified and asks once."""
    person = signed_in(request)
    sent = request.POST if request.method == "POST" else request.GET
    versions = _chosen(person, sent.getlist("version"))
    form = SeveralForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not versions or not form.is_valid():
        context = {"versions": versions, "form": form}
        return render(request, "documents/verify_several.html", context, status=422 if form.is_bound else 200)
    done, reasons = verifying.verify_several(versions, actor=person, note=form.cleaned_data["note"])
    for reason in reasons:
        messages.error(request, reason)
    if done:
        said = ngettext("%(n)d document verified.", "%(n)d documents verified.", done)
        messages.success(request, said % {"n": done})
    return redirect("upkeep:ageing")


def _listing(request: HttpRequest) -> Listing[Document]:
    rows = ageing.documents(signed_in(request), timezone.localdate())
    return Listing(request.GET, rows, AgeingFilter, sorts=ageing.SORTS, sort="review", request=request)


def _chosen(person: User, numbers: list[str]) -> list[Version]:
    """The versions that were ticked, as far as they are in force and this person may verify them."""
    wanted = [
        int(number)
        for number in numbers[:200]
        if number.isascii() and number.isdecimal() and len(number) < 16
    ]
    found = Version.objects.visible_to(person).in_force().filter(pk__in=wanted)
    return list(
        found.select_related("document__owner").defer("html", "body", "plain").order_by("document__key")
    )
