"""Bringing a draft up to the version that came underneath it: what joins by itself, and what has to be decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import comparing, rebasing, states
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Change, ChangeItem, Content, Version
from sopdesk.documents.rebase_forms import RebaseForm, seen, typed_elsewhere
from sopdesk.text import markdown
from sopdesk.text.guards import TextRefused
from sopdesk.text.presenting import present

REFUSED = 422
STALE = 409


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CHANGE_EDIT)
def item_rebase(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """The merge of one draft with the newest version, decided and stored in one step."""
    item = _item(request, change_id, pk)
    try:
        return _merged(request, item)
    except TextRefused:
        return _cannot_merge(request, item)


def _merged(request: HttpRequest, item: ChangeItem) -> HttpResponse:
    """Look, preview, or decide. Raises TextRefused for a text of either side that is not taken (any more)."""
    form = _form(request, item)
    if request.method != "POST":
        return _page(request, form)
    is_decided = form.is_valid() or "keep" in request.POST
    if "preview" in request.POST:
        return _page(request, form, is_part=bool(request.htmx))  # type: ignore[attr-defined]
    if not is_decided:
        return _page(request, form, status=REFUSED)
    try:
        _rebase(request, form)
    except StaleDraft:
        return _again(request, item, _("Somebody saved the draft meanwhile. It is merged anew below."))
    except ChangeRefused as refusal:
        return _again(request, item, *refusal.reasons)
    messages.success(request, _("The draft is up to date. Read what it changes now."))
    return redirect("changes:read", item.change_id)


def _rebase(request: HttpRequest, form: RebaseForm) -> None:
    """Store what was decided, or with "keep" the draft as it is. Raises StaleDraft for a form without its number."""
    plan, said = form.plan, form.cleaned_data
    if said.get("revision") is None:
        raise StaleDraft(plan.item)
    base = Version.objects.filter(document=plan.item.document_id, pk=said.get("base") or 0).first()
    content = plan.untouched() if "keep" in request.POST else form.content()
    rebasing.rebase(
        plan.item, revision=said["revision"], base_version=base, actor=signed_in(request), **content
    )


def _cannot_merge(request: HttpRequest, item: ChangeItem) -> HttpResponse:
    """Why the texts cannot be merged, line by line, and what was typed, to be copied."""
    hands = [text for name, text in request.POST.items() if name.endswith("_hand")]
    context = {"item": item, "change": item.change, "refused": rebasing.refused_texts(item)}
    context |= {"left_over": hands, "is_editable": item.change.state in states.EDITABLE}
    is_asking = request.method != "POST"
    return render(request, "documents/rebase_refused.html", context, status=200 if is_asking else REFUSED)


def _item(request: HttpRequest, change_id: int, pk: int) -> ChangeItem:
    change = get_object_or_404(Change.objects.visible_to(request.user), pk=change_id)
    return get_object_or_404(change.items.select_related("document", "change", "base_version"), pk=pk)


def _form(request: HttpRequest, item: ChangeItem) -> RebaseForm:
    data = request.POST if request.method == "POST" else None
    return RebaseForm(data, plan=rebasing.plan(item), kind=kind_of(item.document.kind))


def _again(request: HttpRequest, item: ChangeItem, *reasons: str) -> HttpResponse:
    """The page anew, worked out from what stands there now, with every decision that still has its conflict."""
    plan = rebasing.plan(_item(request, item.change_id, item.pk))
    posted = request.POST.copy()
    for name, value in seen(plan).items():
        posted[name] = "" if value is None else str(value)
    form = RebaseForm(posted, plan=plan, kind=kind_of(item.document.kind))
    form.is_valid()
    return _page(request, form, reasons=reasons, status=STALE)


def _page(
    request: HttpRequest,
    form: RebaseForm,
    *,
    reasons: tuple[str, ...] = (),
    status: int = 200,
    is_part: bool = False,
) -> HttpResponse:
    context = {**_shown(form), **_result(request, form, form.kind), "reasons": reasons}
    context["is_refused"] = status == REFUSED
    template = "documents/rebase_result.html" if is_part else "documents/item_rebase.html"
    return render(request, template, context, status=status)


def _shown(form: RebaseForm) -> dict[str, Any]:
    """Both sides against the version the draft began from, and what was typed for conflicts that are gone."""
    plan, kind, base = form.plan, form.kind, form.plan.item.base_version
    return {
        "plan": plan,
        "item": plan.item,
        "change": plan.item.change,
        "kind": kind,
        "form": form,
        "is_editable": plan.item.change.state in states.EDITABLE,
        "left_over": typed_elsewhere(form.data, plan) if form.is_bound else [],
        "came": comparing.compare(base, plan.theirs, kind) if plan.theirs else None,
        "own": comparing.compare(base, plan.item, kind),
    }


def _result(request: HttpRequest, form: RebaseForm, kind: Kind) -> dict[str, Any]:
    """What the draft would change in the newest version, and how it would read."""
    result: Content = ChangeItem(document=form.plan.item.document, **form.content())
    try:
        html = markdown.render(result.body).html
        shown = {"result": comparing.compare(form.plan.theirs, result, kind)}
    except TextRefused as refusal:
        return {"refusal": refusal}
    return {**shown, "html": present(html, viewer=request.user, at=timezone.now())}
