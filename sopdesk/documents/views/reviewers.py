"""Who reviews a change: asked by name, taken on, handed on, due; and people from outside, let in by a link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import assigning, outside
from sopdesk.documents.forms import PlainStepForm
from sopdesk.documents.review_forms import AskForm, DueForm, HandOnForm, InviteForm
from sopdesk.documents.views.steps import take_step, visible_change

assigner = permission_required(Permission.CHANGE_ASSIGN)
approver = permission_required(Permission.CHANGE_APPROVE)
inviter = permission_required(Permission.CHANGE_INVITE)


@require_POST
@assigner
def reviewer_ask(request: HttpRequest, pk: int) -> HttpResponse:
    change, actor = visible_change(request, pk), signed_in(request)
    form = AskForm(request.POST, change=change)
    done = _("Asked. They are written to, and find it on their desk.")
    return take_step(request, change, form, lambda c, v: assigning.ask(c, actor=actor, **v), done)


@require_POST
@assigner
def reviewer_release(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Take the request to one reviewer back."""
    change, actor = visible_change(request, change_id), signed_in(request)
    asked = get_object_or_404(change.asked.select_related("change"), pk=pk)
    done = _("Taken back. Their approval is no longer needed.")
    form = PlainStepForm(request.POST)
    return take_step(request, change, form, lambda c, v: assigning.release(asked, actor=actor), done)


@require_POST
@approver
def change_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """ "I review this"."""
    change, actor = visible_change(request, pk), signed_in(request)
    done = _("Yours to review. Others see that you are on it.")
    form = PlainStepForm(request.POST)
    return take_step(request, change, form, lambda c, v: assigning.claim(c, actor=actor), done)


@require_POST
@approver
def change_let_go(request: HttpRequest, pk: int) -> HttpResponse:
    change, actor = visible_change(request, pk), signed_in(request)
    done = _("Let go. Anybody may take it on.")
    form = PlainStepForm(request.POST)
    return take_step(request, change, form, lambda c, v: assigning.let_go(c, actor=actor), done)


@require_POST
@assigner
def change_hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the review to somebody else."""
    change, actor = visible_change(request, pk), signed_in(request)
    form = HandOnForm(request.POST, change=change)
    done = _("Handed on. They are written to.")
    return take_step(request, change, form, lambda c, v: assigning.hand_on(c, actor=actor, **v), done)


@require_POST
@assigner
def change_due(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when it should be reviewed."""
    change, actor = visible_change(request, pk), signed_in(request)
    done = _("The day by which it should be reviewed was set.")
    form = DueForm(request.POST)
    return take_step(request, change, form, lambda c, v: assigning.set_due(c, actor=actor, **v), done)


@require_POST
@inviter
def outsider_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Send somebody without a log-in a link to this change."""
    change, actor = visible_change(request, pk), signed_in(request)
    form = InviteForm(request.POST, person=actor)
    done = _("Invited. The letter with the link is on its way; the link is nowhere else.")
    return take_step(request, change, form, lambda c, v: outside.invite(c, actor=actor, **v), done)


@require_POST
@inviter
def outsider_revoke(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    change, actor = visible_change(request, change_id), signed_in(request)
    outsider = get_object_or_404(change.outsiders.select_related("change"), pk=pk)
    done = _("The link no longer works.")
    form = PlainStepForm(request.POST)
    return take_step(request, change, form, lambda c, v: outside.revoke(outsider, actor=actor), done)
