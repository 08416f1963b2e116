"""Calendars and policies: what there is, each version, and a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metrics.models import Calendar, SlaPolicy
from metrics.promises import comparing, editing, outdated, picturing, trying
from metrics.promises.forms import CalendarForm, PolicyForm, TargetRows, target_initial
from metrics.promises.trying_forms import TicketForm, TryForm
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows

reader = permission_required(Permission.METRICS_READ)
editor = permission_required(Permission.SERVICE_LEVELS_EDIT)


@require_safe
@reader
def overview(request: HttpRequest) -> HttpResponse:
    """Every policy and calendar, as it is now."""
    user = signed_in(request)
    policies = SlaPolicy.objects.visible_to(user).newest().select_related("source", "calendar", "created_by")
    context = {
        "policies": policies,
        "calendars": Calendar.objects.visible_to(user).newest().select_related("created_by"),
        "outdated": outdated.outdated(),
        "may_edit": allows(user, Permission.SERVICE_LEVELS_EDIT),
    }
    return render(request, "metrics/promises_list.html", context)


@require_safe
@reader
def calendar_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its week, its next holidays, what would be due, and the other versions."""
    user = signed_in(request)
    calendar = get_object_or_404(Calendar.objects.visible_to(user), pk=pk)
    versions = [*Calendar.objects.filter(slug=calendar.slug).select_related("created_by")]
    form = TryForm(request.GET if "at" in request.GET else None, initial={"hours": 8})
    context = {
        "calendar": calendar,
        "week": picturing.week(calendar),
        "coming": picturing.coming(calendar),
        "form": form,
        "tried": picturing.tried(calendar, form) if form.is_bound and form.is_valid() else None,
        **_versions(request, calendar, versions, comparing.calendar_said),
    }
    return render(request, "metrics/promises_calendar.html", context)


@require_safe
@reader
def policy_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its targets in the order in which they hold, its hours, and the other versions."""
    policies = SlaPolicy.objects.visible_to(signed_in(request)).select_related("source", "calendar")
    policy = get_object_or_404(policies, pk=pk)
    versions = [*SlaPolicy.objects.filter(slug=policy.slug).select_related("created_by")]
    form = TicketForm(request.GET if "at" in request.GET else None)
    context = {
        "policy": policy,
        "form": form,
        "promised": trying.promised(policy, form.ticket()) if form.is_bound and form.is_valid() else None,
        "targets": picturing.in_order(policy),
        "sites": policy.site_hours.select_related("site", "calendar"),
        "outdated": outdated.of_policy(policy),
        **_versions(request, policy, versions, comparing.policy_said),
    }
    return render(request, "metrics/promises_policy.html", context)


def _versions(request: HttpRequest, shown: Any, versions: list[Any], said: Any) -> dict[str, Any]:
    """The versions, and what differs from the one that the address asks for, else from the one before."""
    wanted = request.GET.get("with", "")
    earlier = [one for one in versions if str(one.version) == wanted] or [
        one for one in versions if one.version == shown.version - 1
    ]
    return {
        "versions": versions,
        "newest": versions[0],
        "other": earlier[0] if earlier else None,
        "differences": comparing.differences(said(earlier[0]), said(shown)) if earlier else [],
        "may_edit": allows(signed_in(request), Permission.SERVICE_LEVELS_EDIT),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def calendar_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new calendar, or the next version of one."""
    old = get_object_or_404(Calendar, pk=pk) if pk else None
    form = CalendarForm(request.POST if request.method == "POST" else None, old=old)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            saved = editing.save_calendar(form.values(), old=old, holds_from=said["holds_from"], note=said["note"],
                                          actor=signed_in(request))  # fmt: skip
            _say_saved(request, saved, old)
            return redirect("promises:calendar", saved.pk)
        except editing.ServiceLevelRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "old": old}
    return render(
        request, "metrics/promises_calendar_edit.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def policy_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new policy, or the next version of one."""
    old = get_object_or_404(SlaPolicy.objects.select_related("calendar", "source"), pk=pk) if pk else None
    data = request.POST if request.method == "POST" else None
    form, rows = PolicyForm(data, old=old), TargetRows(data, initial=target_initial(old), prefix="t")
    if data is not None and form.is_valid() and rows.is_valid():
        saved = _saved_policy(request, form, rows, old)
        if saved is not None:
            _say_saved(request, saved, old)
            return redirect("promises:policy", saved.pk)
    context = {"form": form, "rows": rows, "old": old}
    return render(request, "metrics/promises_policy_edit.html", context, status=200 if data is None else 422)


def _say_saved(request: HttpRequest, saved: Calendar | SlaPolicy, old: Calendar | SlaPolicy | None) -> None:
    if old is not None and saved.pk == old.pk:
        messages.info(
            request, _("Nothing differs from version %(n)s, so no other one was made.") % {"n": saved.version}
        )
    else:
        messages.success(request, _("Version %(n)s is saved.") % {"n": saved.version})


def _saved_policy(
    request: HttpRequest, form: PolicyForm, rows: Any, old: SlaPolicy | None
) -> SlaPolicy | None:
    said = form.cleaned_data
    try:
        return editing.save_policy(
            form.values(), old=old, targets=rows.rows(), sites=form.site_hours(), holds_from=said["holds_from"],
            note=said["note"], actor=signed_in(request),
        )  # fmt: skip
    except editing.ServiceLevelRefused as refused:
        form.add_error(None, str(refused))
        return None
