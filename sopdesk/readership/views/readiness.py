"""Readiness: over all must-reads, of one, by team, by person; each as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.accounts.querysets import UserQuerySet
from sopdesk.documents.errors import ChangeRefused
from sopdesk.listing import Listing
from sopdesk.readership import closing, exporting, persons, readiness, trends
from sopdesk.readership.days import today
from sopdesk.readership.filters import MustReadFilter, PersonFilter, ReaderFilter, Scope
from sopdesk.readership.forms import CloseForm, MoveForm
from sopdesk.readership.models import MustRead
from sopdesk.readership.views.tabs import tabs_for

seer = permission_required(Permission.READERSHIP_READ)
editor = permission_required(Permission.CHANGE_EDIT)
SORTS = {"due": ("due_on",), "title": ("title",), "opened": ("opened_at",), "key": ("document__key",)}
PEOPLE_SORTS = {"name": ("name",), "team": ("team__site__name", "team__name"), "read": ("read_at",)}


@require_safe
@seer
def report(request: HttpRequest) -> HttpResponseBase:
    """Every must-read that still stands, with how far it has come."""
    rows = MustRead.objects.visible_to(signed_in(request)).standing().filter(replaced=False)
    listing: Listing[MustRead] = Listing(
        request.GET,
        rows.select_related("document", "change"),
        MustReadFilter,
        sorts=SORTS,
        sort="due",
        request=request,
    )
    people = Scope(request.GET, viewer=signed_in(request)).people
    if request.GET.get("format") == "csv":
        every = list(listing.filters.qs) if listing.filters else []
        return _csv(exporting.report(_counted(every, people)), "readiness")
    context = {
        "listing": listing,
        "rows": _counted(listing.rows, people),
        "tabs": tabs_for(request, "report"),
    }
    return render(request, "readership/report.html", context)


@require_safe
@seer
def of_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One must-read by team, site or vendor, its trend, and what was not understood."""
    row = _one(request, pk)
    scope = Scope(request.GET, viewer=signed_in(request))
    by = request.GET.get("by", "")
    group = by if by in readiness.GROUPS else "team"
    found = readiness.by_group([row], scope.people, group, checks=True)
    if request.GET.get("format") == "csv":
        return _csv(exporting.groups(found), f"readiness-{row.document.key}-{group}")
    return render(request, "readership/readiness.html", _one_context(request, row, scope, group, found))


@require_safe
@seer
def people_of_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who has read it and who has not, as far as the viewer sees people."""
    row = _one(request, pk)
    people = persons.of(row, Scope(request.GET, viewer=signed_in(request)).people)
    listing: Listing[User] = Listing(
        request.GET, people, ReaderFilter, sorts=PEOPLE_SORTS, sort="name", request=request
    )
    if request.GET.get("format") == "csv":
        every = listing.filters.qs if listing.filters else people
        return _csv(exporting.people(every, row.due_on, persons.standing(row)), f"readers-{row.document.key}")
    standing = persons.standing(row)
    shown = [(person, standing(person)) for person in listing.rows]
    context = {"must_read": row, "listing": listing, "rows": shown}
    return render(request, "readership/reader_list.html", context)


@require_safe
@seer
def by_group(request: HttpRequest) -> HttpResponseBase:
    """All must-reads that stand now, together, by team, site or vendor."""
    viewer = signed_in(request)
    by = request.GET.get("by", "")
    group = by if by in readiness.GROUPS else "team"
    scope = Scope(request.GET, viewer=viewer)
    rows = list(MustRead.objects.visible_to(viewer).live())
    found = readiness.by_group(rows, scope.people, group)
    if request.GET.get("format") == "csv":
        return _csv(exporting.groups(found), f"readiness-by-{group}")
    context = {
        "groups": found,
        "total": readiness.together(found),
        "by": group,
        "scope": scope,
        "count": len(rows),
        "tabs": tabs_for(request, "groups"),
        "ways": _ways(request, group),
    }
    return render(request, "readership/group_report.html", context)


@require_safe
@seer
def by_person(request: HttpRequest) -> HttpResponseBase:
    """Everybody with what is asked of them."""
    viewer = signed_in(request)
    people = readiness.people_seen(viewer).select_related("team__site")
    listing: Listing[User] = Listing(
        request.GET, people, PersonFilter, sorts=PEOPLE_SORTS, sort="name", request=request
    )
    rows = list(MustRead.objects.visible_to(viewer).live())
    if request.GET.get("format") == "csv":
        every = list(listing.filters.qs) if listing.filters else []
        return _csv(exporting.overall(persons.tallies(every, rows)), "readiness-by-person")
    context = {
        "listing": listing,
        "rows": persons.tallies(listing.rows, rows),
        "tabs": tabs_for(request, "people"),
    }
    return render(request, "readership/person_report.html", context)


@require_POST
@editor
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask nobody any more."""
    row, form = _one(request, pk), CloseForm(request.POST)
    if form.is_valid():
        return _change_one(
            request, row, _("Closed. What was read stays on record."), closing.close, **form.cleaned_data
        )
    return _refused(request, row, close_form=form)


@require_POST
@editor
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it another due date."""
    row, form = _one(request, pk), MoveForm(request.POST)
    if form.is_valid():
        return _change_one(request, row, _("The due date was moved."), closing.move, **form.cleaned_data)
    return _refused(request, row, move_form=form)


def _one(request: HttpRequest, pk: int) -> MustRead:
    rows = (
        MustRead.objects.visible_to(request.user).standing().select_related("document", "change", "closed_by")
    )
    return get_object_or_404(rows, pk=pk)


def _one_context(request: HttpRequest, row: MustRead, scope: Scope, group: str, found: Any) -> dict[str, Any]:
    total = readiness.together(found)
    days = trends.by_day(row, scope.people, total.n)
    may_end = allows(request.user, Permission.CHANGE_EDIT) and row.closed_at is None and not row.replaced
    return {
        "must_read": row,
        "is_past": row.due_on < today(),
        "groups": found,
        "total": total,
        "by": group,
        "scope": scope,
        "days": days,
        "chart": trends.chart(days, row),
        "answers": trends.first_answers(row, scope.people),
        "may_end": may_end,
        "close_form": CloseForm(),
        "move_form": MoveForm(initial={"due_on": row.due_on}),
        "ways": _ways(request, group),
    }


def _counted(rows: Sequence[MustRead], people: UserQuerySet) -> list[tuple[MustRead, readiness.Tally]]:
    found = readiness.totals(rows, people)
    return [(row, found[row.pk]) for row in rows]


def _ways(request: HttpRequest, group: str) -> list[dict[str, Any]]:
    names = {"team": _("By team"), "site": _("By site"), "vendor": _("By vendor")}
    kept = request.GET.copy()
    kept.pop("format", None)
    found = []
    for name, label in names.items():
        kept["by"] = name
        found.append({"label": label, "url": f"?{kept.urlencode()}", "current": name == group})
    return found


def _change_one(request: HttpRequest, row: MustRead, said: str, verb: Any, **values: Any) -> HttpResponse:
    try:
        verb(row, actor=signed_in(request), **values)
    except ChangeRefused as refusal:
        return _refused(request, row, reasons=refusal.reasons, status=409)
    messages.success(request, said)
    return redirect("readership:readiness", row.pk)


def _refused(request: HttpRequest, row: MustRead, *, status: int = 422, **refused: Any) -> HttpResponse:
    scope = Scope(request.GET, viewer=signed_in(request))
    found = readiness.by_group([row], scope.people, "team", checks=True)
    context = {**_one_context(request, row, scope, "team", found), **refused}
    return render(request, "readership/readiness.html", context, status=status)


def _csv(lines: Iterator[str], name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
