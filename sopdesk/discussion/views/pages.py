"""What the views of a discussion answer with: a thread in its page, or alone where only it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.discussion.models import Thread
from sopdesk.discussion.pointing import shown_source
from sopdesk.discussion.reading import discussion
from sopdesk.documents.models import Change

REFUSED, TO_MEND = 409, 422
reader = permission_required(Permission.CHANGE_READ)
speaker = permission_required(Permission.CHANGE_COMMENT)
editor = permission_required(Permission.CHANGE_EDIT)


def change_of(request: HttpRequest, change_id: int) -> Change:
    return get_object_or_404(Change.objects.visible_to(request.user), pk=change_id)


def thread_of(request: HttpRequest, change_id: int, pk: int) -> Thread:
    threads = Thread.objects.visible_to(request.user).select_related(
        "change", "document", "author", "outside"
    )
    return get_object_or_404(threads, change_id=change_id, pk=pk)


def back_to(request: HttpRequest, change: Change, thread_id: int | None = None) -> HttpResponse:
    """Where the person came from, at the thread; the change's page when that is not known."""
    wish = request.POST.get("back", "").split("#")[0]
    safe = wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    page = wish if safe else reverse("changes:read", args=[change.pk])
    return redirect(f"{page}#thread-{thread_id}" if thread_id else page)


def thread_page(
    request: HttpRequest,
    thread: Thread,
    *,
    reasons: Sequence[str] = (),
    refused: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """One thread: as a page of its own, or as the piece of a page that asked for it."""
    context = _context(request, change_of(request, thread.change_id))
    context |= {"shown": context["talk"].get(thread.pk), "reasons": reasons, "refused": refused}
    if request.htmx:  # type: ignore[attr-defined]
        # htmx puts in what a 422 carries, and nothing that a 409 does.
        status = TO_MEND if status == REFUSED else status
        return render(request, "discussion/thread_piece.html", context, status=status)
    return render(request, "discussion/thread_read.html", context, status=status)


def talk_piece(
    request: HttpRequest,
    change: Change,
    document_id: int | None,
    anchor: str,
    *,
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The threads at one place of the change's page, with the form that is open there."""
    context = _context(request, change)
    context |= {
        "here": context["talk"].at(document_id, anchor),
        "document_id": document_id,
        "anchor": anchor,
        "section_title": shown_source(change, document_id, anchor)[0],
        "form": form,
    }
    return render(request, "discussion/talk_piece.html", context, status=status)


def _context(request: HttpRequest, change: Change) -> dict[str, Any]:
    talk = discussion(change, signed_in(request))
    return {"change": change, "talk": talk, "with_panel": _is_on_page_of(request, change)}


def _is_on_page_of(request: HttpRequest, change: Change) -> bool:
    """Whether a piece is for the change's own page, whose counts then have to follow."""
    path = request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
    return bool(path.split("?")[0].split("#")[0] == reverse("changes:read", args=[change.pk]))
