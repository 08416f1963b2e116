"""Signing: approving a change with a proof of who signs, and reading what changed since one signed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts import proving
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import comparing, reviewing, signing
from sopdesk.documents.review_forms import ApproveForm
from sopdesk.documents.since import changed_since
from sopdesk.documents.views.steps import take_step, visible_change


@require_POST
@permission_required(Permission.CHANGE_APPROVE)
def change_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign exactly what was read. Without a proof nothing is signed, and what was typed stays."""
    change, actor, proof = visible_change(request, pk), signed_in(request), ""
    form = ApproveForm(request.POST, change=change, person=actor)
    if form.is_valid():
        password, credential = form.cleaned_data["password"], form.cleaned_data["credential"]
        try:
            proof = proving.prove(request, actor, password=password, credential=credential)
        except proving.NotProven as refusal:
            form.add_error("password", refusal.reason)
            if refusal.is_wrong:
                signing.refuse(change, signer=actor)
    done = _("Approved, exactly as you read it.")
    return take_step(
        request,
        change,
        form,
        lambda c, v: reviewing.approve(c, actor=actor, proof=proof, **form.signed()),
        done,
    )


@require_POST
@never_cache
@permission_required(Permission.CHANGE_APPROVE)
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    """What the signer's passkey has to answer, for this session and once."""
    return JsonResponse(proving.passkey_challenge(signed_in(request)))


@require_safe
@permission_required(Permission.CHANGE_READ)
def change_since(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """What changed in a change since somebody approved it."""
    change = visible_change(request, change_id)
    approval = get_object_or_404(change.approvals.select_related("reviewer", "outside", "voided_by"), pk=pk)
    context = {
        "change": change,
        "approval": approval,
        "signature": signing.signature(approval),
        "since": changed_since(change, approval),
        "view": comparing.chosen_view(request.GET.get("view", "")),
    }
    return render(request, "documents/change_since.html", context)
