"""Retiring a document, publishing at once, and the review that follows: a view for each verb."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sopdesk.accounts import proving
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import checks, retiring, signing, states, urgent
from sopdesk.documents.drafts import newest
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.documents.release_forms import ConfirmForm, RetireForm, UndoForm, UrgentForm
from sopdesk.documents.usage import used_by
from sopdesk.documents.views.steps import take_step, visible_change

editor = permission_required(Permission.CHANGE_EDIT)
approver = permission_required(Permission.CHANGE_APPROVE)
REFUSED = 409


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def document_retire(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Start a change that retires a document: the second click of two."""
    documents = Document.objects.visible_to(request.user)
    document, actor = get_object_or_404(documents, kind=kind, key=key), signed_in(request)
    form = RetireForm(_sent(request), document=document, viewer=actor)
    if request.method != "POST" or not form.is_valid():
        return _retire_page(request, document, form, status=422 if form.is_bound else 200)
    try:
        item = retiring.start_retirement(document, actor=actor, **form.values())
    except ChangeRefused as refusal:
        form.add_error(None, list(refusal.reasons))
        return _retire_page(request, document, form, status=REFUSED)
    messages.success(request, _("This change retires it. Nothing happens before it is published."))
    return redirect("changes:read", item.change_id)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def item_retire(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Have a draft of a change retire its document, choose what follows it, or keep the document after all."""
    change, actor = visible_change(request, change_id), signed_in(request)
    item = get_object_or_404(change.items.select_related("document", "change", "superseded_by"), pk=pk)
    said = {name: getattr(item, name) for name in ("revision",)}
    said |= {"superseded_by": item.superseded_by_id or "", "note": item.parting_note}
    form = RetireForm(_sent(request), initial=said, document=item.document, viewer=actor)
    if request.method != "POST" or not form.is_valid():
        return _retire_page(request, item.document, form, item, status=422 if form.is_bound else 200)
    try:
        _set_retirement(request, item, form)
    except StaleDraft:
        form.add_error(None, _("Somebody saved the draft meanwhile. Look at it again, then choose."))
    except ChangeRefused as refusal:
        form.add_error(None, list(refusal.reasons))
    if form.errors:
        return _retire_page(request, item.document, form, item, status=REFUSED)
    return redirect("changes:read", change_id)


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, also when nothing was filled in; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def _set_retirement(request: HttpRequest, item: ChangeItem, form: RetireForm) -> None:
    retiring.set_retirement(
        item,
        revision=form.cleaned_data["revision"] or 0,
        actor=signed_in(request),
        retires="keep" not in request.POST,
        **form.values(),
    )


def _retire_page(
    request: HttpRequest, document: Document, form: RetireForm, item: ChangeItem | None = None, *, status: int
) -> HttpResponse:
    context = {
        "kind": kind_of(document.kind),
        "document": document,
        "version": newest(document),
        "item": item,
        "form": form,
        "used_by": used_by(document, viewer=request.user),
    }
    return render(request, "documents/document_retire.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CHANGE_PUBLISH_URGENTLY)
def change_publish_urgently(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish before the review, with a reason and a proof of who does it."""
    change, form = visible_change(request, pk), UrgentForm(_sent(request))
    if request.method != "POST":
        return _urgent_page(request, change, form)
    proof = _proof(request, change, form) if form.is_valid() else ""
    if form.errors:
        return _urgent_page(request, change, form, status=422)
    try:
        reason = form.cleaned_data["reason"]
        urgent.publish_urgently(change, actor=signed_in(request), reason=reason, proof=proof)
    except ChangeRefused as refusal:
        return _urgent_page(request, change, form, reasons=refusal.reasons, status=REFUSED)
    messages.success(request, _("Published: in force now. It is marked until it has been reviewed."))
    return redirect("changes:read", pk)


def _urgent_page(
    request: HttpRequest, change: Change, form: UrgentForm, *, reasons: Any = (), status: int = 200
) -> HttpResponse:
    may = states.may(change, "publish_urgently")
    context = {
        "change": change,
        "form": form,
        "reasons": reasons,
        "may": may,
        "blocking": checks.blocking(change, proposing=True) if may else [],
        "due_on": urgent.due_on(timezone.localdate()),
        "items": change.items.select_related("document"),
        "has_passkey": proving.has_passkey(signed_in(request)),
    }
    return render(request, "documents/change_urgent.html", context, status=status)


@require_POST
@approver
def change_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign afterwards what was published at once."""
    change, actor = visible_change(request, pk), signed_in(request)
    form = ConfirmForm(request.POST, change=change, person=actor)
    proof = _proof(request, change, form) if form.is_valid() else ""
    done = _("Reviewed: signed exactly as you read it.")
    return take_step(
        request, change, form, lambda c, v: urgent.confirm(c, actor=actor, proof=proof, **form.signed()), done
    )


@require_POST
@approver
def change_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose the way back from an urgent change."""
    change, actor, form = visible_change(request, pk), signed_in(request), UndoForm(request.POST)
    done = _("The way back is proposed, in a change of its own. Somebody else approves it.")
    return take_step(request, change, form, lambda c, v: urgent.undo(c, actor=actor, note=v["note"]), done)


def _proof(request: HttpRequest, change: Change, form: UrgentForm | ConfirmForm) -> str:
    """How the person proved who they are; without a proof the form says what is wrong."""
    actor, said = signed_in(request), form.cleaned_data
    try:
        return proving.prove(request, actor, password=said["password"], credential=said["credential"])
    except proving.NotProven as refusal:
        form.add_error("password", refusal.reason)
        if refusal.is_wrong:
            signing.refuse(change, signer=actor)
    return ""
