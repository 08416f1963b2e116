"""Saying after an edit whose approvals it voided."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from sopdesk.documents import autosaving
from sopdesk.documents.models import Change


def say_voided(request: HttpRequest, change_id: int, before: list[str]) -> None:
    """Name those of `before` (`autosaving.signers`) whose approvals no longer stand; they have been written to."""
    if not before:
        return
    standing = autosaving.signers(Change.objects.get(pk=change_id))
    gone = [name for name in before if name not in standing]
    if gone:
        people = get_text_list(gone, _("and"))
        words = _("Void now: the approval of %(people)s. They are told, with what changed since.")
        messages.warning(request, words % {"people": people})
