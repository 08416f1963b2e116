"""One's own reading: the list, one must-read, its knowledge check, what changed, and what one watches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document
from sopdesk.listing import Listing
from sopdesk.readership import confirming, own, questions, remembering, watching
from sopdesk.readership.errors import ReadingRefused
from sopdesk.readership.forms import ConfirmForm, answers_of
from sopdesk.readership.models import MustRead, Receipt
from sopdesk.readership.people import is_reader
from sopdesk.readership.reading import reading_of
from sopdesk.readership.views.tabs import tabs_for

reader = permission_required(Permission.DOCUMENT_READ_INTERNAL)
WATCH_SORTS = {"key": ("key",), "title": ("current_title",), "since": ("current_range__startswith",)}


@require_safe
@reader
def own_list(request: HttpRequest) -> HttpResponse:
    """What one still has to read, and what one confirmed."""
    person = signed_in(request)
    tasks = own.waiting(person)
    context = {
        "tasks": tasks,
        "minutes": sum(task.must_read.minutes for task in tasks),
        "done": own.done(person),
        "is_reader": is_reader(person),
        "tabs": tabs_for(request, "own"),
    }
    return render(request, "readership/own_list.html", context)


@require_safe
@reader
def must_read(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed, and nothing else."""
    return _page(request, _mine(request, pk))


@require_POST
@reader
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """ "I have read this", for a must-read without questions."""
    row, form = _mine(request, pk), ConfirmForm(request.POST)
    try:
        confirming.confirm(row, reader=signed_in(request), seen_hash=form.seen_hash)
    except ReadingRefused as refusal:
        return _page(request, row, refused=str(refusal), status=409)
    return _onwards(request, row, _("Confirmed: you have read it."))


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The knowledge check, and after a try what was not right and where it stands."""
    row = _mine(request, pk)
    asked = questions.of(row)
    if not asked:
        return redirect("readership:read", pk)
    if request.method != "POST":
        return _check_page(request, row, asked)
    answers, form = answers_of(request.POST, asked), ConfirmForm(request.POST)
    try:
        marked = confirming.confirm(row, reader=signed_in(request), seen_hash=form.seen_hash, answers=answers)
    except ReadingRefused as refusal:
        return _page(request, row, refused=str(refusal), status=409)
    if marked is None or marked.passed:
        return _onwards(request, row, _("Passed and confirmed: you have read it."))
    return _check_page(request, row, asked, marked=marked, answers=answers, status=422)


@require_safe
@reader
def changed(request: HttpRequest) -> HttpResponse:
    """Documents with a newer version than the one that one opened last."""
    context = {"lines": own.changed(signed_in(request)), "tabs": tabs_for(request, "changed")}
    return render(request, "readership/changed_list.html", context)


@require_safe
@reader
def watches(request: HttpRequest) -> HttpResponse:
    """What one watches."""
    person = signed_in(request)
    documents = watching.watched_by(person).with_version_at().select_related("owner")
    listing: Listing[Document] = Listing(request.GET, documents, sorts=WATCH_SORTS, sort="key")
    rows = [(row, kind_of(row.kind)) for row in listing.rows]
    fresh = remembering.changed_among(person, listing.rows)
    context = {"listing": listing, "rows": rows, "fresh": fresh, "tabs": tabs_for(request, "watches")}
    return render(request, "readership/watch_list.html", context)


@require_POST
@reader
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    watching.watch(document, actor=signed_in(request))
    messages.success(
        request, _("You watch it: the desk and a letter tell you when something new comes in force.")
    )
    return redirect(kind_of(document.kind).url("read", document.key))


@require_POST
@reader
def unwatch(request: HttpRequest, pk: int) -> HttpResponse:
    document = _document(request, pk)
    watching.stop(document, actor=signed_in(request))
    messages.success(request, _("You no longer watch %(key)s.") % {"key": document.key})
    if "list" in request.POST:
        return redirect("readership:watches")
    return redirect(kind_of(document.kind).url("read", document.key))


def _document(request: HttpRequest, pk: int) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user), pk=pk)


def _mine(request: HttpRequest, pk: int) -> MustRead:
    rows = MustRead.objects.live().for_reader(signed_in(request)).select_related("document", "change")
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, row: MustRead, *, refused: str = "", status: int = 200) -> HttpResponse:
    person = signed_in(request)
    try:
        found = reading_of(row, person)
    except ReadingRefused as refusal:
        raise Http404 from refusal
    before, after = own.beside(person, row)
    context = {
        "reading": found,
        "before": before,
        "after": after,
        "receipt": Receipt.objects.filter(must_read=row, reader=person).first(),
        "questions": len(questions.of(row)),
        "refused": refused,
    }
    return render(request, "readership/must_read.html", context, status=status)


def _check_page(
    request: HttpRequest, row: MustRead, asked: list[Any], *, status: int = 200, **tried: Any
) -> HttpResponse:
    try:
        found = reading_of(row, signed_in(request))
    except ReadingRefused as refusal:
        raise Http404 from refusal
    context = {
        "reading": found,
        "asked": asked,
        "pass_mark": questions.pass_mark_of(row.change_id),
        "receipt": Receipt.objects.filter(must_read=row, reader=signed_in(request)).first(),
        **tried,
    }
    return render(request, "readership/check.html", context, status=status)


def _onwards(request: HttpRequest, row: MustRead, said: str) -> HttpResponse:
    """To the next one, or to the list when that was the last."""
    before, after = own.beside(signed_in(request), row)
    onward = after or before
    messages.success(
        request, said if onward is None else _("%(said)s This is the next one.") % {"said": said}
    )
    return redirect("readership:own") if onward is None else redirect("readership:read", onward.pk)
