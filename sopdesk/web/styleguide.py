"""The style guide: every component with believable data. Development and tests only (settings.STYLE_GUIDE)."""

from datetime import date
from types import SimpleNamespace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sopdesk.text.diff import documents
from sopdesk.text.states import LOOKS
from sopdesk.web import styleguide_samples as samples


def components(request: HttpRequest) -> HttpResponse:
    """Everything that stands on a page of the desk."""
    messages.success(
        request, _("Change “Refunds: 30-day window” is scheduled for 1 Oct 2026, 09:00 (Dublin).")
    )
    messages.error(
        request, _("The draft was not saved: Ben saved another text at 10:42. Both are shown below.")
    )
    context = {
        "states": list(LOOKS),
        "listing": samples.SampleListing(request.GET),
        "tiles": samples.tiles(),
        "jobs": samples.jobs(),
        "diff": documents(samples.OLD_TEXT, samples.NEW_TEXT),
        "chart": samples.series(),
        "cut_over": samples.CUT_OVER,
        "tabs": [
            {"label": "SOP-0042", "url": "?tab=sop", "current": True, "count": 2, "icon": "list-check"},
            {"label": _("Macro refund-approved"), "url": "?tab=macro", "count": 1, "icon": "message-2"},
            {"label": _("Checks"), "url": "?tab=checks", "count": 12, "icon": "checklist"},
        ],
        "crumbs": [(_("SOPs"), "/sops"), (_("Payments"), "")],
    }
    return render(request, "web/styleguide.html", context)


def reading(request: HttpRequest) -> HttpResponse:
    """An SOP as agents read it."""
    context = {
        "version": SimpleNamespace(number=14),
        "in_force_from": samples.CUT_OVER,
        "review_by": date(2027, 4, 1),
    }
    return render(request, "web/styleguide_reading.html", context)


def form(request: HttpRequest) -> HttpResponse:
    """A form, empty and with its errors after a POST."""
    shown = samples.SampleForm(request.POST or None, request.FILES or None)
    status = 422 if shown.is_bound and not shown.is_valid() else 200
    return render(request, "web/styleguide_form.html", {"form": shown}, status=status)


def public(request: HttpRequest) -> HttpResponse:
    """A page of the help center."""
    return render(request, "web/styleguide_public.html")
