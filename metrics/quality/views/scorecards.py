"""Scorecards: the list, one with its versions, making and changing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.quality import places, scorecards
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import CriterionFormSet, ScorecardForm, criteria_of, initial_of
from metrics.quality.models import Scorecard
from metrics.quality.sections import offered, sections
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing

reader = permission_required(Permission.METRICS_READ)
editor = permission_required(Permission.QUALITY_EDIT)
SORTS = {"name": ("name",), "made": ("created_at",)}


@require_safe
@reader
def scorecard_list(request: HttpRequest) -> HttpResponse:
    """Every scorecard."""
    rows = Scorecard.objects.prefetch_related("versions__criteria", "versions__by")
    listing: Listing[Scorecard] = Listing(request.GET, rows, sorts=SORTS, sort="name")
    context = {"listing": listing, "tabs": places.tabs(signed_in(request), "scorecards"), **_may(request)}
    return render(request, "metrics/quality/scorecard_list.html", context)


@require_safe
@reader
def scorecard(request: HttpRequest, card_id: int) -> HttpResponse:
    """The newest version, or the one that `?version=` names, with its criteria and all versions."""
    card = get_object_or_404(Scorecard, pk=card_id)
    versions = list(card.versions.select_related("by").prefetch_related("criteria"))
    wish = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == wish), versions[0])
    rows = list(shown.criteria.all())
    known = sections([(one.sop_key, one.sop_anchor) for one in rows], signed_in(request))
    context = {
        "card": card,
        "shown": shown,
        "versions": versions,
        "criteria": [(one, known.get((one.sop_key, one.sop_anchor))) for one in rows],
        "tabs": places.tabs(signed_in(request), "scorecards"),
        **_may(request),
    }
    return render(request, "metrics/quality/scorecard_read.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def scorecard_new(request: HttpRequest) -> HttpResponse:
    """A new scorecard."""
    form, rows = ScorecardForm(request.POST or None), CriterionFormSet(_rows(request), prefix="criteria")
    if not _is_sent(request) or not (form.is_valid() & rows.is_valid()):
        return _form(request, form, rows)
    try:
        said = {"name": form.cleaned_data["name"], "criteria": criteria_of(rows)}
        card = scorecards.create(actor=signed_in(request), **said)
    except QualityRefused as refused:
        form.add_error(None, str(refused))
        return _form(request, form, rows)
    messages.success(request, _("The scorecard “%(name)s” is there.") % {"name": card.name})
    return redirect("quality:scorecard", card.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def scorecard_edit(request: HttpRequest, card_id: int) -> HttpResponse:
    """A new version of one."""
    card = get_object_or_404(Scorecard, pk=card_id)
    newest = scorecards.newest_of(card)
    begins = {"name": card.name, "based_on": newest.number}
    form = ScorecardForm(
        {**begins, **request.POST.dict()} if request.method == "POST" else None, initial=begins
    )
    rows = CriterionFormSet(_rows(request), prefix="criteria", initial=initial_of(newest.criteria.all()))
    if not _is_sent(request) or not (form.is_valid() & rows.is_valid()):
        return _form(request, form, rows, card)
    said = {"based_on": form.cleaned_data["based_on"] or 0, "note": form.cleaned_data["note"]}
    try:
        version = scorecards.revise(card, actor=signed_in(request), criteria=criteria_of(rows), **said)
    except QualityRefused as refused:
        form.add_error(None, str(refused))
        return _form(request, form, rows, card)
    messages.success(
        request, _("%(card)s is now at version %(number)s.") % {"card": card, "number": version.number}
    )
    return redirect("quality:scorecard", card.pk)


@require_POST
@editor
def scorecard_active(request: HttpRequest, card_id: int) -> HttpResponse:
    """Put it away, or take it up again."""
    card = get_object_or_404(Scorecard, pk=card_id)
    wanted = request.POST.get("active") == "yes"
    scorecards.set_active(card, actor=signed_in(request), is_active=wanted)
    said = (
        _("In use again.")
        if wanted
        else _("Put away: no rule draws for it any more. It can be taken up again here.")
    )
    messages.success(request, said)
    return redirect("quality:scorecard", card.pk)


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_edit": allows(request.user, Permission.QUALITY_EDIT)}


def _is_sent(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("step") != "more"


def _rows(request: HttpRequest) -> dict[str, Any] | None:
    """What was typed; with “More rows”, the same and three rows more."""
    if request.method != "POST":
        return None
    typed = request.POST.dict()
    count = typed.get("criteria-TOTAL_FORMS", "0")
    if typed.get("step") == "more" and count.isdecimal() and len(count) < 4:
        for number in range(int(count), int(count) + 3):
            typed |= {f"criteria-{number}-weight": "1", f"criteria-{number}-top": "1"}
            typed[f"criteria-{number}-may_skip"] = "on"
        typed["criteria-TOTAL_FORMS"] = str(min(int(count) + 3, 40))
    return typed


def _form(
    request: HttpRequest, form: ScorecardForm, rows: Any, card: Scorecard | None = None
) -> HttpResponse:
    context = {"form": form, "rows": rows, "card": card, "sections": offered(signed_in(request))}
    status = 422 if _is_sent(request) else 200
    return render(request, "metrics/quality/scorecard_form.html", context, status=status)
