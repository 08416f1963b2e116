"""Changes: the list, the page a reviewer reads (the diff is the page), and a view for each verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.filters import ChangeFilter
from sopdesk.documents.forms import (
    AddDocumentForm,
    ApproveForm,
    DescribeForm,
    PlainStepForm,
    ProposeForm,
    RebaseForm,
    ScheduleForm,
    SendBackForm,
    WithdrawForm,
)
from sopdesk.documents.models import Change
from sopdesk.documents.views.change_page import change_page
from sopdesk.listing import Listing

reader = permission_required(Permission.CHANGE_READ)
editor = permission_required(Permission.CHANGE_EDIT)
approver = permission_required(Permission.CHANGE_APPROVE)
publisher = permission_required(Permission.CHANGE_PUBLISH)
SORTS = {"title": ("title",), "state": ("state",), "updated": ("updated_at",), "effective": ("effective_at",)}


@require_safe
@reader
def change_list(request: HttpRequest) -> HttpResponse:
    """Every change, newest work first."""
    changes = Change.objects.visible_to(request.user).prefetch_related("authors", "items__document")
    listing = Listing(request.GET, changes, ChangeFilter, sorts=SORTS, sort="-updated")
    return render(request, "documents/change_list.html", {"listing": listing})


@require_safe
@reader
def change_read(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, why, what the checks say, and the steps this person may take."""
    return change_page(request, _change(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def change_describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Title, why, and whether it is material."""
    change = _change(request, pk)
    form = DescribeForm(request.POST if request.method == "POST" else None, instance=change)
    if request.method == "POST" and form.is_valid():
        try:
            editing.describe_change(Change(pk=pk), actor=signed_in(request), **form.cleaned_data)
            return redirect("changes:read", pk)
        except ChangeRefused as refusal:
            form.add_error(None, list(refusal.reasons))
    context = {"change": _change(request, pk), "form": form}
    return render(request, "documents/change_describe.html", context, status=422 if form.is_bound else 200)


@require_POST
@editor
def change_propose(request: HttpRequest, pk: int) -> HttpResponse:
    form = ProposeForm(request.POST)
    actor = signed_in(request)
    done = _("Proposed. The reviewers see it on their desk.")
    return _step(request, pk, form, lambda c, v: reviewing.propose(c, actor=actor, note=v["note"]), done)


@require_POST
@approver
def change_approve(request: HttpRequest, pk: int) -> HttpResponse:
    form = ApproveForm(request.POST)
    actor = signed_in(request)
    done = _("Approved, exactly as you read it.")
    return _step(request, pk, form, lambda c, v: reviewing.approve(c, actor=actor, **v), done)


@require_POST
@approver
def change_request_changes(request: HttpRequest, pk: int) -> HttpResponse:
    form = SendBackForm(request.POST)
    actor = signed_in(request)
    done = _("Sent back to its authors with your note.")
    return _step(
        request, pk, form, lambda c, v: reviewing.request_changes(c, actor=actor, note=v["note"]), done
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, since a withdrawn change cannot be taken up again."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"change": _change(request, pk), "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "documents/change_withdraw.html", context, status=status)
    actor = signed_in(request)
    done = _("Withdrawn. Its drafts can still be read here.")
    return _step(request, pk, form, lambda c, v: reviewing.withdraw(c, actor=actor, note=v["note"]), done)


@require_POST
@publisher
def change_publish(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = PlainStepForm(request.POST)
    return _step(
        request, pk, form, lambda c, v: publishing.publish(c, actor=actor), _("Published: in force now.")
    )


@require_POST
@publisher
def change_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = ScheduleForm(request.POST, person=actor)
    done = _("Scheduled. It comes in force by itself; until then it is locked.")
    return _step(request, pk, form, lambda c, v: publishing.schedule(c, at=v["at"], actor=actor), done)


@require_POST
@publisher
def change_unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    done = _("Unscheduled. What is in force goes on.")
    return _step(
        request, pk, PlainStepForm(request.POST), lambda c, v: publishing.unschedule(c, actor=actor), done
    )


@require_POST
@editor
def change_add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = AddDocumentForm(request.POST, viewer=actor)
    done = _("Added. It is reviewed and published together with the others.")
    return _step(request, pk, form, lambda c, v: editing.add_document(c, v["document"], actor=actor), done)


@require_POST
@editor
def item_remove(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Take a document out of the change; its saved states stay in the history."""
    actor = signed_in(request)
    item = get_object_or_404(_change(request, change_id).items.select_related("document", "change"), pk=pk)
    done = _("Taken out of the change. Adding it again begins from the version in force.")
    form = PlainStepForm(request.POST)
    return _step(request, change_id, form, lambda c, v: editing.remove_document(item, actor=actor), done)


@require_POST
@editor
def item_rebase(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Compare the draft with the newest version from now on."""
    actor = signed_in(request)
    item = get_object_or_404(_change(request, change_id).items.select_related("document", "change"), pk=pk)
    done = _("The draft is now compared with the version in force. Read the differences again.")
    form = RebaseForm(request.POST)
    return _step(request, change_id, form, lambda c, v: editing.rebase(item, actor=actor, **v), done)


def _change(request: HttpRequest, pk: int) -> Change:
    return get_object_or_404(Change.objects.visible_to(request.user), pk=pk)


def _step(
    request: HttpRequest,
    pk: int,
    form: forms.Form,
    verb: Callable[[Change, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Take one verb of a change. A refusal shows the page again with the reasons and what was typed."""
    change = _change(request, pk)
    if not form.is_valid():
        return change_page(request, change, refused=form, status=422)
    try:
        verb(change, form.cleaned_data)
    except ChangeRefused as refusal:
        return change_page(request, _change(request, pk), reasons=refusal.reasons, refused=form, status=409)
    except StaleDraft:
        reason = _("Somebody saved the draft while you were reading. Read it again, then take the step.")
        return change_page(request, _change(request, pk), reasons=[reason], status=409)
    messages.success(request, done)
    return redirect("changes:read", pk)
