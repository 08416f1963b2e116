"""Changes: the list, the page a reviewer reads (the diff is the page), and a view for each verb."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import autosaving, describing, editing, publishing, reviewing
from sopdesk.documents.errors import ChangeRefused, StaleDescription
from sopdesk.documents.forms import AddDocumentForm, PlainStepForm, SendBackForm, WithdrawForm
from sopdesk.documents.models import Change
from sopdesk.documents.review_forms import DescribeForm, ProposeForm
from sopdesk.documents.time_forms import ScheduleForm
from sopdesk.documents.views.change_page import change_page
from sopdesk.documents.views.steps import take_step, visible_change
from sopdesk.documents.views.voided import say_voided

reader = permission_required(Permission.CHANGE_READ)
editor = permission_required(Permission.CHANGE_EDIT)
approver = permission_required(Permission.CHANGE_APPROVE)
publisher = permission_required(Permission.CHANGE_PUBLISH)
REFUSED = 409


@require_safe
@reader
def change_read(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, why, what the checks say, and the steps this person may take."""
    return change_page(request, visible_change(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def change_describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Title, why, how big it is, and when it is planned to come in force."""
    change, actor = visible_change(request, pk), signed_in(request)
    form = DescribeForm(request.POST if request.method == "POST" else None, change=change, person=actor)
    if request.method != "POST" or not form.is_valid():
        return _description(request, change, form, 422 if form.is_bound else 200)
    signers = autosaving.signers(change)
    try:
        describing.describe_change(change, actor=actor, **form.values())
    except StaleDescription as stale:
        return _description(request, stale.theirs, form, REFUSED, mine=form.values())
    except ChangeRefused as refusal:
        form.add_error(None, list(refusal.reasons))
        return _description(request, visible_change(request, pk), form, 422)
    say_voided(request, pk, signers)
    return redirect("changes:read", pk)


def _description(
    request: HttpRequest,
    change: Change,
    form: DescribeForm,
    status: int,
    mine: dict[str, object] | None = None,
) -> HttpResponse:
    """The form; after a save on top of somebody else's, both, and then mine is saved over theirs, knowingly."""
    if mine is not None:
        form.data = {**form.data.dict(), "revision": change.revision}  # type: ignore[attr-defined]
    context = {"change": change, "form": form, "mine": mine, "standing": reviewing.standing_approvals(change)}
    return render(request, "documents/change_describe.html", context, status=status)


@require_POST
@editor
def change_propose(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    done = _("Proposed. The reviewers see it on their desk.")
    form = ProposeForm(request.POST)
    return take_step(
        request, visible_change(request, pk), form, lambda c, v: reviewing.propose(c, actor=actor, **v), done
    )


@require_POST
@approver
def change_request_changes(request: HttpRequest, pk: int) -> HttpResponse:
    form = SendBackForm(request.POST)
    actor = signed_in(request)
    done = _("Sent back to its authors with your note.")
    change = visible_change(request, pk)
    return take_step(
        request, change, form, lambda c, v: reviewing.request_changes(c, actor=actor, note=v["note"]), done
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, since a withdrawn change cannot be taken up again."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    change = visible_change(request, pk)
    if not form.is_valid():
        context = {"change": change, "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "documents/change_withdraw.html", context, status=status)
    actor = signed_in(request)
    done = _("Withdrawn. Its drafts can still be read here.")
    return take_step(
        request, change, form, lambda c, v: reviewing.withdraw(c, actor=actor, note=v["note"]), done
    )


@require_POST
@publisher
def change_publish(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = PlainStepForm(request.POST)
    change, done = visible_change(request, pk), _("Published: in force now.")
    return take_step(request, change, form, lambda c, v: publishing.publish(c, actor=actor), done)


@require_POST
@publisher
def change_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = ScheduleForm(request.POST, person=actor)
    done = _("Scheduled. It comes in force by itself; until then it is locked.")
    change = visible_change(request, pk)
    return take_step(
        request, change, form, lambda c, v: publishing.schedule(c, at=v["at"], actor=actor), done
    )


@require_POST
@publisher
def change_unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    done = _("Unscheduled. What is in force goes on.")
    change = visible_change(request, pk)
    form = PlainStepForm(request.POST)
    return take_step(request, change, form, lambda c, v: publishing.unschedule(c, actor=actor), done)


@require_POST
@editor
def change_add(request: HttpRequest, pk: int) -> HttpResponse:
    actor = signed_in(request)
    form = AddDocumentForm(request.POST, viewer=actor)
    done = _("Added. It is reviewed and published together with the others.")
    return take_step(
        request,
        visible_change(request, pk),
        form,
        lambda c, v: editing.add_document(c, v["document"], actor=actor),
        done,
    )


@require_POST
@editor
def item_remove(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Take a document out of the change; its saved states stay in the history."""
    actor = signed_in(request)
    item = get_object_or_404(
        visible_change(request, change_id).items.select_related("document", "change"), pk=pk
    )
    done = _("Taken out of the change. Adding it again begins from the version in force.")
    form = PlainStepForm(request.POST)
    return take_step(
        request,
        visible_change(request, change_id),
        form,
        lambda c, v: editing.remove_document(item, actor=actor),
        done,
    )
