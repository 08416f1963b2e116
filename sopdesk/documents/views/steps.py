"""Taking one verb of a change from its page: what is typed is kept when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sopdesk.accounts.access import signed_in
from sopdesk.accounts.models import User
from sopdesk.documents import autosaving
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import Change
from sopdesk.documents.views.change_page import change_page
from sopdesk.documents.views.voided import say_voided
from sopdesk.postgres.worded import worded

Verb = Callable[[Change, dict[str, Any]], object]


def visible_change(request: HttpRequest, pk: int) -> Change:
    """The change, if this person may see it; else the same 404 as for one that is not there."""
    found = _visible(signed_in(request), pk)
    if not found:
        raise Http404
    return found[0]


@worded
def _visible(person: User, pk: int) -> QuerySet[Change]:
    return Change.objects.visible_to(person).filter(pk=pk).select_related("claimed_by")


def take_step(request: HttpRequest, change: Change, form: forms.Form, verb: Verb, done: str) -> HttpResponse:
    """Take one verb of a change. A refusal shows the page again with the reasons and what was typed."""
    if not form.is_valid():
        return change_page(request, change, refused=form, status=422)
    signers = autosaving.signers(change)
    try:
        verb(change, form.cleaned_data)
    except ChangeRefused as refusal:
        change = visible_change(request, change.pk)
        return change_page(request, change, reasons=refusal.reasons, refused=form, status=409)
    except StaleDraft:
        reason = _("Somebody saved the draft while you were reading. Read it again, then take the step.")
        return change_page(request, visible_change(request, change.pk), reasons=[reason], status=409)
    messages.success(request, done)
    say_voided(request, change.pk, signers)
    return redirect("changes:read", change.pk)
