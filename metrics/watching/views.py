"""Spikes: the list, one of them, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metrics.watching import handling, showing, telling
from metrics.watching.filters import AlertFilter
from metrics.watching.forms import NoteForm
from metrics.watching.models import Alert
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

SORTS = {
    "last": ("last_day",),
    "since": ("first_day",),
    "figure": ("metric",),
    "about": ("label", "team__name"),
    "state": ("state",),
}


@require_safe
@permission_required(Permission.METRICS_READ)
def alert_list(request: HttpRequest) -> HttpResponse:
    """What left its limits, the latest first."""
    person = signed_in(request)
    alerts = Alert.objects.visible_to(person).select_related("team__site", "site")
    listing: Listing[Alert] = Listing(request.GET, alerts, AlertFilter, sorts=SORTS, sort="-last")
    rows = showing.shown(listing.rows, person)
    return render(request, "watching/alert_list.html", {"listing": listing, "rows": rows})


@require_safe
@permission_required(Permission.METRICS_READ)
def alert_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert."""
    return _page(request, _alert(request, pk), NoteForm())


@require_POST
@permission_required(Permission.ALERTS_HANDLE)
def alert_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looks into it."""
    return _handled(
        request,
        pk,
        handling.acknowledge,
        _("Acknowledged. It stays on the desks, marked, until it is closed."),
    )


@require_POST
@permission_required(Permission.ALERTS_HANDLE)
def alert_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Off the desks."""
    return _handled(request, pk, handling.close, _("Closed. It is off the desks; open it again at any time."))


@require_POST
@permission_required(Permission.ALERTS_HANDLE)
def alert_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Back on the desks."""
    return _handled(request, pk, handling.reopen, _("It is open again."))


def _alert(request: HttpRequest, pk: int) -> Alert:
    alerts = Alert.objects.visible_to(signed_in(request)).select_related("team__site", "site", "handled_by")
    return get_object_or_404(alerts, pk=pk)


def _handled(request: HttpRequest, pk: int, verb: Callable[..., Alert], said: str) -> HttpResponse:
    alert, form = _alert(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, alert, form, status=422)
    verb(alert, note=form.cleaned_data["note"], actor=signed_in(request))
    messages.success(request, said)
    return redirect("watching:read", alert.pk)


def _page(request: HttpRequest, alert: Alert, form: NoteForm, status: int = 200) -> HttpResponse:
    person = signed_in(request)
    context = {
        "shown": showing.shown([alert], person)[0],
        "alert": alert,
        "recent": [(version, showing.where(version)) for version in showing.recent_changes(alert, person)],
        "tellings": telling.tellings(alert, person),
        "form": form if form.is_bound else NoteForm(initial={"note": alert.note}),
        "may_handle": allows(person, Permission.ALERTS_HANDLE),
    }
    return render(request, "watching/alert_read.html", context, status=status)
