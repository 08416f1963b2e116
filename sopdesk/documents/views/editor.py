"""What the editor asks for while somebody types: preview, saving, completion, presence, what pasted text becomes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import autosaving, examining, pictures, presence, readers, suggesting
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.forms import DraftForm, data_form, plain_line_ends
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem
from sopdesk.documents.pictures import PictureRefused
from sopdesk.documents.views.drafting import found_item, save
from sopdesk.text.from_html import to_markdown
from sopdesk.text.guards import TextRefused

editor = permission_required(Permission.CHANGE_EDIT)
REFUSED, TO_MEND = 409, 422
CASE = "case-"
"""What the names of the fields begin with that say for which case a preview is shown."""
PASTE_MAX_BYTES = 20 * 1000**2


@require_POST
@editor
def item_preview(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """What the typed text looks like to the chosen reader, its outline, and what is wrong in it. Nothing is stored."""
    item = found_item(request, change_id, pk)
    return render(
        request, "documents/editor_answer.html", answer(request, item, request.POST.get("body", ""))
    )


def answer(request: HttpRequest, item: ChangeItem, body: str) -> dict[str, Any]:
    """What the editor shows of a text, as whom, and for which case."""
    who = readers.reader(request.POST.get("as", ""), viewer=signed_in(request))
    known = {
        name.removeprefix(CASE): str(value)
        for name, value in request.POST.items()
        if name.startswith(CASE) and value
    }
    examined = examining.examined(item, plain_line_ends(body), reader=who, known=known)
    asked_for = [(name, values, known.get(name, "")) for name, values in examined.asked_for.items()]
    return {
        "item": item,
        "examined": examined,
        "asked_for": asked_for,
        "cannot_read": not readers.may_read(item, who),
    }


@require_POST
@editor
def item_save(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Save while somebody types. A refusal says why, and nothing is overwritten."""
    item = found_item(request, change_id, pk)
    form, data = DraftForm(request.POST), data_form(kind_of(item.document.kind), item, request.POST)
    if not (form.is_valid() & data.is_valid()):
        return JsonResponse({"reasons": _reasons(form, data)}, status=TO_MEND)
    try:
        with autosaving.agreed(item.change, request.POST.get("void", "").split(",")):
            saved = save(item, form, data, actor=signed_in(request))
    except autosaving.NotAgreed as asked:
        standing = [approval.pk for approval in asked.approvals]
        return JsonResponse({"ask": str(asked), "approvals": standing}, status=REFUSED)
    except StaleDraft as stale:
        words = autosaving.overtaken(stale.theirs, viewer=signed_in(request))
        return JsonResponse({"stale": words}, status=REFUSED)
    except ChangeRefused as refusal:
        return JsonResponse({"reasons": refusal.reasons}, status=REFUSED)
    return JsonResponse({"revision": saved.revision, "said": autosaving.saved(saved)})


def _reasons(*forms: Any) -> list[str]:
    named = ((form.fields.get(name), errors) for form in forms for name, errors in form.errors.items())
    return [f"{field.label}: {error}" if field else str(error) for field, errors in named for error in errors]


@require_POST
@editor
def item_presence(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Say that this person has the draft open (or has closed it), and hear who else has, and its newest revision."""
    item, person = found_item(request, change_id, pk), signed_in(request)
    if "left" in request.POST:
        presence.left(item, actor=person)
        return HttpResponse(status=204)
    presence.seen(item, actor=person)
    others = presence.others(item, than=person)
    shown = render_to_string("documents/editor_presence.html", {"people": others}, request)
    return JsonResponse({"people": shown, "revision": item.revision})


@require_GET
@permission_required(Permission.CHANGE_READ)
def change_presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has drafts of a change open, as its page asks every 15 seconds."""
    change = get_object_or_404(Change.objects.visible_to(request.user), pk=pk)
    context = {"change": change, "present": presence.in_change(change, than=signed_in(request))}
    return render(request, "documents/change_presence.html", context)


@require_GET
@editor
def item_suggest(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """What `[[` and what is typed after it may mean."""
    item = found_item(request, change_id, pk)
    typed = request.GET.get("q", "")[:200].replace("\x00", "")
    found = suggesting.suggestions(typed, viewer=signed_in(request), change=item.change)
    if ":" not in typed:
        begun = [sort for sort in suggesting.sorts() if sort.written.startswith(typed.strip())]
        found = [*begun, *(found if typed.strip() else [])]
    return JsonResponse({"found": [{"written": f.written, "title": f.title, "sort": f.sort} for f in found]})


@require_POST
@editor
def paste(request: HttpRequest) -> HttpResponse:
    """Rich text from a clipboard, as Markdown. Pictures in it are kept."""
    upload = request.FILES.get("html")
    if upload is None or (upload.size or 0) > PASTE_MAX_BYTES:
        words = _("That is too much to paste at once. Paste it in parts, or as plain text.")
        return JsonResponse({"reasons": [words]}, status=TO_MEND)

    def kept(content: bytes, _content_type: str) -> str | None:
        try:
            return pictures.address(pictures.keep(content, actor=signed_in(request)))
        except PictureRefused:
            return None

    try:
        text = to_markdown(upload.read().decode("utf-8", "replace"), picture=kept)
    except TextRefused as refusal:
        return JsonResponse({"reasons": [str(refusal)]}, status=TO_MEND)
    return JsonResponse({"text": text})
