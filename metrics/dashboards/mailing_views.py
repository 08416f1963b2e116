"""The pages of views by mail: starting one, the list, pausing, resuming, stopping, leaving."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.dashboards import mailing
from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.forms import MailingForm
from metrics.dashboards.models import Mailing, SavedView
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

reader = permission_required(Permission.METRICS_READ)
SORTS = {"view": ("view__name",), "owner": ("owner__name",)}
# What one press does, and what it says then. Stopping asks once, so it has a page of its own.
PRESSES: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "pause": (mailing.pause, gettext_lazy("Paused: nothing is sent until you resume it.")),
    "resume": (mailing.resume, gettext_lazy("Resumed: it is sent again from the next time on.")),
    "leave": (mailing.leave, gettext_lazy("You no longer get it.")),
}


@require_safe
@reader
def mailings(request: HttpRequest) -> HttpResponse:
    """Those one started, and those one gets."""
    user = signed_in(request)
    found = Mailing.objects.visible_to(user).select_related("view", "owner").prefetch_related("receivers")
    listing: Listing[Mailing] = Listing(request.GET, found, sorts=SORTS, sort="view")
    return render(
        request,
        "dashboards/mailing_list.html",
        {"listing": listing, "may_stop_all": allows(user, Permission.PEOPLE_EDIT)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def mailing_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a view regularly."""
    user = signed_in(request)
    view = get_object_or_404(SavedView.objects.visible_to(user), pk=pk)
    form = MailingForm(request.POST if request.method == "POST" else None, actor=user)
    if form.is_valid():
        try:
            mailing.start(view, **form.cleaned_data, actor=user)
        except ViewRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” will be sent by mail.") % {"name": view.name})
            return redirect("metrics:mailings")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "dashboards/mailing_new.html", {"form": form, "view": view}, status=status)


@require_POST
@reader
def mailing_press(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, or leave."""
    person = signed_in(request)
    found = get_object_or_404(Mailing.objects.visible_to(person), pk=pk)
    mine = found.receivers.filter(pk=person.pk).exists() if verb == "leave" else found.owner_id == person.pk
    if verb not in PRESSES or not mine:
        raise Http404
    press, words = PRESSES[verb]
    try:
        press(found, actor=person)
    except ViewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(words))
    return redirect("metrics:mailings")


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def mailing_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then ends it for everybody."""
    person = signed_in(request)
    found = get_object_or_404(Mailing.objects.visible_to(person).select_related("view", "owner"), pk=pk)
    if not mailing.may_stop(found, person):
        raise Http404
    if request.method != "POST":
        return render(request, "dashboards/mailing_stop.html", {"mailing": found})
    try:
        mailing.stop(found, actor=signed_in(request))
    except ViewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Stopped: “%(name)s” is no longer sent.") % {"name": found.view.name})
    return redirect("metrics:mailings")
