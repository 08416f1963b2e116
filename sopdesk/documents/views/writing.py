"""Writing: a new document, opening a draft, the editor's page and its save."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import autosaving, comparing, editing, presence, readers, states
from sopdesk.documents.editor_words import words
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.forms import DraftForm, NewDocumentForm, data_form
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import ChangeItem, Document
from sopdesk.documents.views.drafting import found_item, save
from sopdesk.documents.views.editor import answer
from sopdesk.documents.views.voided import say_voided

editor = permission_required(Permission.CHANGE_EDIT)
REFUSED = 409
OWN = ("revision", "csrfmiddlewaretoken")
"""What the conflict page says itself when it sends a draft again."""


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def document_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a new document in a change of its own."""
    form = NewDocumentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            item = editing.create_document(
                kind_of(kind), title=form.cleaned_data["title"], actor=signed_in(request)
            )
            return redirect("changes:item_edit", item.change_id, item.pk)
        except ChangeRefused as refusal:
            form.add_error(None, list(refusal.reasons))
    context = {"kind": kind_of(kind), "form": form}
    return render(request, "documents/document_new.html", context, status=422 if form.is_bound else 200)


@require_POST
@editor
def document_edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Open a draft: your own if you have one, else a colleague's is offered, else a new change begins."""
    document = get_object_or_404(Document.objects.visible_to(request.user), kind=kind, key=key)
    drafts = ChangeItem.objects.filter(document=document, change__state__in=states.EDITABLE)
    own = drafts.filter(change__authors=signed_in(request)).order_by("-updated_at").first()
    if own is not None and "start" not in request.POST:
        return redirect("changes:item_edit", own.change_id, own.pk)
    if drafts.exists() and "start" not in request.POST:
        context = {
            "kind": kind_of(kind),
            "document": document,
            "drafts": drafts.select_related("updated_by", "change"),
        }
        return render(request, "documents/draft_choose.html", context)
    item = editing.start_change(document, actor=signed_in(request))
    return redirect("changes:item_edit", item.change_id, item.pk)


@require_POST
@editor
def version_restore(request: HttpRequest, kind: str, key: str, number: int) -> HttpResponse:
    """Open a change whose draft is an earlier version's text."""
    document = get_object_or_404(Document.objects.visible_to(request.user), kind=kind, key=key)
    version = get_object_or_404(document.versions.select_related("document"), number=number)
    try:
        item = editing.restore(version, actor=signed_in(request))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(kind_of(kind).url("history", key))
    messages.success(
        request, _("v%(n)s is now a draft. See what it changes back, then propose it.") % {"n": number}
    )
    return redirect("changes:read", item.change_id)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def item_edit(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """The editor of one draft. What was typed is kept whatever happens."""
    item = found_item(request, change_id, pk)
    kind = kind_of(item.document.kind)
    form = DraftForm(request.POST) if request.method == "POST" else DraftForm.of(item)
    data = data_form(kind, item, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not (form.is_valid() & data.is_valid()):
        return _editor(request, item, form, data, 422 if request.method == "POST" else 200)
    signers = autosaving.signers(item.change)
    try:
        save(item, form, data, actor=signed_in(request))
    except StaleDraft as stale:
        return _conflict(request, stale.theirs, form, data)
    except ChangeRefused as refusal:
        form.add_error("body", list(refusal.reasons))
        return _editor(request, item, form, data, REFUSED)
    messages.success(request, _("Draft saved. What is in force is untouched."))
    say_voided(request, change_id, signers)
    onward = "changes:read" if "review" in request.POST else "changes:item_edit"
    return redirect(onward, *((change_id,) if "review" in request.POST else (change_id, pk)))


def _editor(request: HttpRequest, item: ChangeItem, form: DraftForm, data: Any, status: int) -> HttpResponse:
    context: dict[str, Any] = {"item": item, "change": item.change, "kind": kind_of(item.document.kind)}
    context |= {"form": form, "data": data, "is_editable": item.change.state in states.EDITABLE}
    context |= answer(request, item, form.data.get("body", "") if form.is_bound else item.body)
    context |= {"groups": readers.groups(), "words": words(), "in_force": autosaving.in_force(item)}
    context["people"] = presence.others(item, than=signed_in(request))
    return render(request, "documents/item_edit.html", context, status=status)


def _conflict(request: HttpRequest, theirs: ChangeItem, form: DraftForm, data: Any) -> HttpResponse:
    """Show both texts; the person's own stays in the form and can be saved over the other, knowingly."""
    mine = ChangeItem(document=theirs.document, data={**theirs.data, **data.cleaned_data})
    for name in ("title", "body", "audience", "audience_teams"):
        setattr(mine, name, form.cleaned_data[name])
    context = {
        "theirs": theirs,
        "change": theirs.change,
        "kind": kind_of(theirs.document.kind),
        "comparison": comparing.compare(theirs, mine, kind_of(theirs.document.kind)),
        "posted": [(name, each) for name, sent in request.POST.lists() for each in sent if name not in OWN],
        "mine": mine,
    }
    return render(request, "documents/draft_conflict.html", context, status=REFUSED)
