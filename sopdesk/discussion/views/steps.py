"""A view for each verb of a thread."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sopdesk.accounts.access import signed_in
from sopdesk.accounts.models import User
from sopdesk.discussion import commenting, resolving, suggesting
from sopdesk.discussion.forms import CommentForm, RejectForm
from sopdesk.discussion.models import Thread
from sopdesk.discussion.views.pages import (
    REFUSED,
    TO_MEND,
    back_to,
    change_of,
    editor,
    speaker,
    thread_of,
    thread_page,
)
from sopdesk.documents.errors import ChangeRefused

Verb = Callable[[Thread, User], object]


@require_POST
@speaker
def thread_reply(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    thread = thread_of(request, change_id, pk)
    form = CommentForm(request.POST, thread=thread)
    return _step(
        request, thread, lambda t, a: commenting.reply(t, author=a, body=form.cleaned_data["body"]), form=form
    )


@require_POST
@speaker
def thread_resolve(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    thread = thread_of(request, change_id, pk)
    return _step(request, thread, lambda t, a: resolving.resolve(t, actor=a))


@require_POST
@speaker
def thread_reopen(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    thread = thread_of(request, change_id, pk)
    return _step(request, thread, lambda t, a: resolving.reopen(t, actor=a))


@require_POST
@speaker
def thread_demand(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """Nobody approves before this is resolved."""
    thread = thread_of(request, change_id, pk)
    return _step(request, thread, lambda t, a: resolving.demand(t, actor=a))


@require_POST
@speaker
def thread_lift(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    """It may stay open while others approve."""
    thread = thread_of(request, change_id, pk)
    return _step(request, thread, lambda t, a: resolving.lift(t, actor=a))


@require_POST
@editor
def suggestion_accept(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    thread = thread_of(request, change_id, pk)
    done = _("Accepted: the words stand in the draft now. Earlier approvals are void.")
    return _step(request, thread, lambda t, a: suggesting.accept(t, actor=a), done=done)


@require_POST
@speaker
def suggestion_reject(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    thread = thread_of(request, change_id, pk)
    form = RejectForm(request.POST, thread=thread)
    return _step(
        request, thread, lambda t, a: suggesting.reject(t, actor=a, why=form.cleaned_data["why"]), form=form
    )


@require_POST
@editor
def suggestion_accept_all(request: HttpRequest, change_id: int) -> HttpResponse:
    """Take in every suggestion that still fits; say of each other why not."""
    change = change_of(request, change_id)
    try:
        taken = suggesting.accept_all(change, actor=signed_in(request))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return back_to(request, change)
    number = len(taken.accepted)
    if number:
        said = ngettext("%(n)d suggestion accepted.", "%(n)d suggestions accepted.", number)
        messages.success(request, said % {"n": number})
    for thread, why in taken.refused:
        messages.warning(
            request, _("Not accepted (%(where)s): %(why)s") % {"where": thread.document, "why": why}
        )
    return back_to(request, change)


def _step(
    request: HttpRequest, thread: Thread, verb: Verb, *, form: forms.Form | None = None, done: str = ""
) -> HttpResponse:
    """Take one verb of a thread. A refusal shows the thread again with the reasons and what was typed."""
    if form is not None and not form.is_valid():
        return thread_page(request, thread, refused=form, status=TO_MEND)
    try:
        verb(thread, signed_in(request))
    except ChangeRefused as refusal:
        return thread_page(request, thread, reasons=refusal.reasons, refused=form, status=REFUSED)
    if done:
        messages.success(request, done)
    if not request.htmx:  # type: ignore[attr-defined]
        return back_to(request, thread.change, thread.pk)
    answer = thread_page(request, thread)
    if thread.must_resolve or done:
        # What holds up an approval, or changes the draft, stands in several places of the page.
        answer["HX-Refresh"] = "true"
    return answer
