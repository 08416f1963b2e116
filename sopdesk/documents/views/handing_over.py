"""Handing over all that somebody holds: everything listed, successors chosen, one step; and back again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import handing_over
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.handing_over import Group
from sopdesk.documents.models import HandOver

hander = permission_required(Permission.DOCUMENT_HAND_OVER)
EVERYTHING = "everything"


@require_http_methods(["GET", "HEAD", "POST"])
@hander
def hand_over(request: HttpRequest, person_id: int) -> HttpResponse:
    """What a person holds and who gets it; POST hands it over."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=person_id)
    by = request.GET.get("by", "")
    by = by if by in handing_over.BYS else handing_over.BYS[0]
    groups = handing_over.preview(person, by=by)
    if request.method != "POST":
        return _page(request, person, groups, by)
    note = request.POST.get("note", "")[:1000]
    try:
        given, left = handing_over.hand_over(
            person, to=_chosen(groups, request.POST), actor=signed_in(request), by=by, note=note
        )
    except ChangeRefused as refusal:
        return _page(request, person, groups, by, refusal.reasons)
    _say(request, person, len(given.moved), [held.label for held in left])
    return redirect("upkeep:hand_over", person.pk)


@require_POST
@hander
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo one hand-over, as far as nobody moved things on since."""
    given = get_object_or_404(HandOver.objects.select_related("person"), pk=pk)
    try:
        back, kept = handing_over.hand_back(given, actor=signed_in(request))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("upkeep:hand_over", given.person_id)
    said = ngettext("%(n)d thing handed back to %(name)s.", "%(n)d things handed back to %(name)s.", back)
    messages.success(request, said % {"n": back, "name": given.person.name})
    if kept:
        said = ngettext("%(n)d had moved on since and stays.", "%(n)d had moved on since and stay.", kept)
        messages.info(request, said % {"n": kept})
    return redirect("upkeep:hand_over", given.person_id)


def _chosen(groups: list[Group], sent: QueryDict) -> dict[str, User]:
    """Who gets each group: whoever was chosen for it, else who gets everything, where that person can."""
    chosen = {}
    for group in groups:
        possible = {str(person.pk): person for person in group.successors}
        wish = sent.get(f"to-{group.name}", "") or sent.get(EVERYTHING, "")
        if wish in possible:
            chosen[group.name] = possible[wish]
    return chosen


def _page(
    request: HttpRequest, person: User, groups: list[Group], by: str, reasons: tuple[str, ...] = ()
) -> HttpResponse:
    everybody = {successor.pk: successor for group in groups for successor in group.successors}
    context = {
        "person": person,
        "groups": [(group, request.POST.get(f"to-{group.name}", "")) for group in groups],
        "total": sum(len(group.held) for group in groups),
        "everybody": sorted(everybody.values(), key=lambda each: each.name),
        "everything": request.POST.get(EVERYTHING, ""),
        "note": request.POST.get("note", ""),
        "by": by,
        "reasons": reasons,
        "earlier": person.hand_overs.select_related("by")[:10],
    }
    return render(request, "documents/hand_over.html", context, status=409 if reasons else 200)


def _say(request: HttpRequest, person: User, moved: int, left: list[str]) -> None:
    said = ngettext(
        "%(n)d thing of %(name)s was handed over.", "%(n)d things of %(name)s were handed over.", moved
    )
    messages.success(request, said % {"n": moved, "name": person.name})
    if left:
        reason = _(
            "Left where they were, since their successor takes part in them or may not have them: %(names)s."
        )
        messages.warning(request, reason % {"names": ", ".join(left[:10])})
