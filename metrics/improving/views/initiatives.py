"""Initiatives: the list, one with its effect, proposing, changing, its steps and its changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics import aliases
from metrics.definitions import BY_KEY, CSAT
from metrics.improving import initiatives, scopes, showing
from metrics.improving.definitions import LEVER
from metrics.improving.errors import InitiativeRefused
from metrics.improving.filters import InitiativeFilter, WorkFilter
from metrics.improving.forms import ChangeForm, InitiativeForm, LinkForm, suggested
from metrics.improving.models import Initiative
from metrics.improving.places import tabs
from metrics.models import Facet
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.models import Change
from sopdesk.listing import Listing

reader = permission_required(Permission.METRICS_READ)
editor = permission_required(Permission.INITIATIVE_EDIT)
SORTS = {
    "title": ("title",),
    "label": ("label",),
    "owner": ("owner__name",),
    "state": ("state",),
    "due": ("due_on",),
    "proposed": ("created_at",),
}


@require_safe
@reader
def initiative_list(request: HttpRequest) -> HttpResponse:
    """Those this person may see."""
    rows = Initiative.objects.visible_to(request.user).select_related("owner", "site")
    listing: Listing[Initiative] = Listing(
        request.GET, rows, InitiativeFilter, sorts=SORTS, sort="-proposed", request=request
    )
    late = {row.pk for row in listing.rows if initiatives.is_late(row)}
    narrowed = scopes.words(listing.rows)
    context = {
        "listing": listing, "rows": [(row, narrowed.get(row.pk, [])) for row in listing.rows],
        "late": late, "tabs": tabs("initiatives"), "metrics": BY_KEY,
    }  # fmt: skip
    return render(request, "metrics/improving/initiative_list.html", context)


def _initiative(request: HttpRequest, initiative_id: int) -> Initiative:
    rows = Initiative.objects.visible_to(request.user).select_related("owner", "site", "created_by")
    return get_object_or_404(rows.prefetch_related("baselines"), pk=initiative_id)


@require_safe
@reader
def initiative(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """What it aims at, and what moved since."""
    found = _initiative(request, initiative_id)
    return _page(request, found)


def _page(request: HttpRequest, found: Initiative, status: int = 200, **more: Any) -> HttpResponse:
    user = signed_in(request)
    context = {
        "link_form": LinkForm(initiative=found, viewer=user)
        if allows(user, Permission.CHANGE_READ)
        else None,
        **showing.about(found, user),
        **more,
    }
    return render(request, "metrics/improving/initiative_read.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def initiative_new(request: HttpRequest) -> HttpResponse:
    """Made from a row: the address says which label, and over which days."""
    user, row = signed_in(request), _row(request)
    metric = BY_KEY.get(request.GET.get("metric", ""), CSAT)
    begins = {**suggested(metric, row["period"], row["label"]), "owner": user.pk}
    form = InitiativeForm(request.POST or None, site=row["scope"].site, initial=begins)
    if form.is_bound and form.is_valid():
        try:
            made = initiatives.propose(actor=user, **row, **form.values())
        except InitiativeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The initiative is there, and its baseline is frozen."))
            return redirect("improving:initiative", made.pk)
    context = {"form": form, **row, **showing.before(user, row["label"], row["period"], row["scope"])}
    status = 422 if form.is_bound else 200
    return render(request, "metrics/improving/initiative_new.html", context, status=status)


def _row(request: HttpRequest) -> dict[str, Any]:
    """What the address says of the row. Raises Http404 for a label or tickets that this person has no figures of."""
    user, lever, names = signed_in(request), request.GET.get("lever", "none"), aliases.names()
    label = names.meant(request.GET.get("label", ""))
    known = Facet.objects.visible_to(user).filter(label__in=names.of_one(label)).exclude(label="")
    if lever not in LEVER or "\0" in label or not known.exists():
        raise Http404
    chosen = WorkFilter(request.GET, user=user)
    scope = scopes.chosen_in(chosen)
    try:
        scopes.check(scope, user)
    except InitiativeRefused as refused:
        raise Http404 from refused
    return {"label": label, "lever": lever, "period": chosen.period_chosen(), "scope": scope}


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def initiative_edit(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """Change what it says, or hand it over."""
    found = _own(request, initiative_id)
    form = ChangeForm(request.POST or None, initiative=found)
    if form.is_bound and form.is_valid():
        try:
            initiatives.change(found, actor=signed_in(request), **form.values())
        except InitiativeRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The initiative is saved."))
            return redirect("improving:initiative", found.pk)
    context = {"form": form, "initiative": found, "metric": BY_KEY[found.metric]}
    status = 422 if form.is_bound else 200
    return render(request, "metrics/improving/initiative_edit.html", context, status=status)


def _own(request: HttpRequest, initiative_id: int) -> Initiative:
    """One that this person may change. Raises Http404."""
    found = _initiative(request, initiative_id)
    if not initiatives.may_edit(signed_in(request), found):
        raise Http404
    return found


@require_POST
@editor
def initiative_move(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """Take a step."""
    found, note = _own(request, initiative_id), request.POST.get("note", "")[:4000]
    try:
        initiatives.move(found, request.POST.get("step", ""), note=note, actor=signed_in(request))
    except InitiativeRefused as refused:
        return _page(request, _initiative(request, initiative_id), 409, refusal=str(refused), typed=note)
    return redirect("improving:initiative", found.pk)


@require_POST
@editor
def initiative_link(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """A change is part of it."""
    found, user = _own(request, initiative_id), signed_in(request)
    form = LinkForm(request.POST, initiative=found, viewer=user)
    if not form.is_valid():
        return _page(request, found, 422, link_form=form)
    initiatives.link(found, form.cleaned_data["change"], actor=user)
    messages.success(request, _("The change is part of this initiative."))
    return redirect("improving:initiative", found.pk)


@require_POST
@editor
def initiative_unlink(request: HttpRequest, initiative_id: int, change_id: int) -> HttpResponse:
    """It is not; it can be linked again."""
    found, user = _own(request, initiative_id), signed_in(request)
    change = get_object_or_404(Change.objects.visible_to(user), pk=change_id, initiatives=found)
    try:
        initiatives.unlink(found, change, actor=user)
    except PermissionDenied as error:
        raise Http404 from error
    messages.success(request, _("The change is no longer part of this initiative. It can be linked again."))
    return redirect("improving:initiative", found.pk)
