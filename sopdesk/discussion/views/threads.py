"""Reading a discussion, opening a thread in it, and mending one's own words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sopdesk.accounts.access import signed_in
from sopdesk.discussion import commenting, mentions
from sopdesk.discussion.forms import CommentForm, ThreadForm
from sopdesk.discussion.models import Comment, Thread
from sopdesk.discussion.pointing import shown_source, suggested_source
from sopdesk.discussion.reading import Discussion, discussion
from sopdesk.discussion.views.pages import (
    REFUSED,
    TO_MEND,
    back_to,
    change_of,
    reader,
    speaker,
    talk_piece,
    thread_of,
    thread_page,
)
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change

FILTERS = ("open", "holding", "settled", "mine", "shown")


@require_safe
@reader
def thread_list(request: HttpRequest, change_id: int) -> HttpResponse:
    """Every thread of a change: open, resolved, one's own, or all."""
    change = change_of(request, change_id)
    talk = discussion(change, signed_in(request))
    chosen = request.GET.get("show", "open")
    chosen = chosen if chosen in FILTERS else "open"
    context = {"change": change, "talk": talk, "tabs": _tabs(talk, chosen), "listed": getattr(talk, chosen)}
    return render(request, "discussion/thread_list.html", context)


@require_safe
@reader
def thread_read(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """One thread, with where it stands now."""
    return thread_page(request, thread_of(request, change_id, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@speaker
def thread_new(request: HttpRequest, change_id: int) -> HttpResponse:
    """Say something about a change, a document, a section or words. What was typed is kept whatever happens."""
    change = change_of(request, change_id)
    if request.method != "POST":
        return _new(request, change, _offered(request, change))
    form = ThreadForm(request.POST, change=change, place=request.POST.get("anchor", ""))
    if not form.is_valid():
        return _new(request, change, form, TO_MEND)
    try:
        thread = commenting.open_thread(change, author=signed_in(request), **form.asked())
    except ChangeRefused as refusal:
        form.add_error(None, list(refusal.reasons))
        return _new(request, change_of(request, change_id), form, REFUSED)
    if request.htmx:  # type: ignore[attr-defined]
        return _posted(request, change_id, thread, form)
    messages.success(request, _("Your comment stands. Who it concerns is told."))
    return back_to(request, change, thread.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@speaker
def comment_edit(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Mend one's own words."""
    change, person = change_of(request, change_id), signed_in(request)
    own = Comment.objects.filter(author=person, thread__change=change).select_related("thread__change")
    comment = get_object_or_404(own, pk=pk)
    typed = request.POST if request.method == "POST" else None
    form = CommentForm(typed, thread=comment.thread, initial={"body": comment.body})
    status = TO_MEND if typed is not None else 200
    if form.is_valid():
        try:
            commenting.edit_comment(comment, actor=person, body=form.cleaned_data["body"])
            return back_to(request, change, comment.thread_id)
        except ChangeRefused as refusal:
            form.add_error(None, list(refusal.reasons))
            status = REFUSED
    context = {"change": change, "comment": comment, "form": form}
    return render(request, "discussion/comment_edit.html", context, status=status)


@require_safe
@speaker
def people(request: HttpRequest) -> JsonResponse:
    """Whom a comment may name, while somebody types a name."""
    words = request.GET.get("q", "")[:80].replace("\x00", "")
    found = mentions.offered(words, besides=signed_in(request))
    return JsonResponse({"people": [{"name": person.name, "write": write} for person, write in found]})


def _offered(request: HttpRequest, change: Change) -> ThreadForm:
    """An empty form for the place that was chosen, with the words as the source has them."""
    names = ("document", "anchor", "side", "before", "after", "quote")
    chosen: dict[str, Any] = {name: request.GET.get(name, "").replace("\x00", "")[:2000] for name in names}
    if chosen["quote"]:
        chosen["quote"] = suggested_source(change, **chosen)
        chosen["replacement"] = chosen["quote"]
    return ThreadForm(initial=chosen, change=change, place=chosen["anchor"])


def _new(request: HttpRequest, change: Change, form: ThreadForm, status: int = 200) -> HttpResponse:
    """The form: in the place on the change's page that asked for it, or as a page of its own."""
    document, anchor = str(form["document"].value() or ""), str(form["anchor"].value() or "")
    number = int(document) if document.isdecimal() and len(document) < 12 else None
    if not request.htmx:  # type: ignore[attr-defined]
        place, source = shown_source(change, number, anchor)
        context = {"change": change, "form": form, "place": place, "source": source}
        return render(request, "discussion/thread_new.html", context, status=status)
    # htmx puts in what a 422 carries, and nothing that a 409 does.
    status = TO_MEND if status == REFUSED else status
    return talk_piece(request, change, number, anchor, form=form, status=status)


def _posted(request: HttpRequest, change_id: int, thread: Thread, form: ThreadForm) -> HttpResponse:
    """The place on the page again, the new thread in it; the whole page when now an approval waits for it."""
    change = change_of(request, change_id)
    anchor = form.cleaned_data["anchor"]
    answer = talk_piece(request, change, thread.document_id, anchor)
    if thread.must_resolve:
        answer["HX-Refresh"] = "true"
    return answer


def _tabs(talk: Discussion, chosen: str) -> list[dict[str, Any]]:
    labels = {
        "open": _("Open"),
        "holding": _("Before approval"),
        "settled": _("Resolved"),
        "mine": _("Mine"),
        "shown": _("All"),
    }
    return [
        {
            "label": label,
            "url": f"?show={name}",
            "current": name == chosen,
            "count": len(getattr(talk, name)),
        }
        for name, label in labels.items()
    ]
