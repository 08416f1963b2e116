"""Confirming: "I have read this", after the knowledge check where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.documents.models import Version
from sopdesk.readership import questions, remembering
from sopdesk.readership.errors import ReadingRefused
from sopdesk.readership.models import Attempt, MustRead, Receipt
from sopdesk.readership.questions import Marked
from sopdesk.readership.reading import text_of

if TYPE_CHECKING:
    from datetime import datetime

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import ChangeItem

Answers = Mapping[int, frozenset[int]]


def confirm(
    must_read: MustRead, *, reader: User, seen_hash: str, answers: Answers | None = None
) -> Marked | None:
    """Write down that this person has read exactly the text that they saw, and what their check came to.

    Where there are questions, `answers` holds the places ticked, by question; too few right ones confirm nothing, and
    every try counts. Returns how the check was marked, None without one. Confirming twice is once. Raises
    ReadingRefused when the text is not to be read any more, when it changed meanwhile, or when the check was left out.
    """
    require(reader, Permission.DOCUMENT_READ_INTERNAL, must_read)
    with transaction.atomic():
        now = timezone.now()
        found = _still_asked(must_read, reader)
        text, in_force = text_of(found, now)
        shown = _hash_of(text, found)
        if shown != seen_hash:
            raise ReadingRefused(
                _("The text changed while you were reading. Look at it again, then confirm.")
            )
        marked = _check(found, reader, answers)
        if marked is None or marked.passed:
            version = text if isinstance(text, Version) else None
            _write_receipt(found, reader, shown, version, marked, now)
            if in_force and version is not None:
                remembering.note(reader, version, now)
        return marked


def _still_asked(must_read: MustRead, reader: User) -> MustRead:
    """The must-read as it stands now. A text taken back a moment later was still what they read: the hash says so."""
    rows = MustRead.objects.live().for_reader(reader).select_related("change", "document")
    found = rows.filter(pk=must_read.pk).first()
    if found is None:
        raise ReadingRefused(_("This is not to be read any more: it was replaced, taken back or closed."))
    return found


def _hash_of(text: Version | ChangeItem, must_read: MustRead) -> str:
    return text.content_hash if isinstance(text, Version) else must_read.content_hash


def _check(must_read: MustRead, reader: User, answers: Answers | None) -> Marked | None:
    asked = questions.of(must_read)
    if not asked:
        return None
    if answers is None:
        raise ReadingRefused(_("There are questions to answer before this counts as read."))
    marked = questions.mark(asked, answers, questions.pass_mark_of(must_read.change_id))
    Attempt.objects.create(
        must_read=must_read,
        reader=reader,
        right=marked.right,
        asked=marked.asked,
        passed=marked.passed,
        wrong=[question.pk for question in marked.wrong],
    )
    return marked


def _write_receipt(
    must_read: MustRead,
    reader: User,
    shown: str,
    version: Version | None,
    marked: Marked | None,
    now: datetime,
) -> None:
    Receipt.objects.get_or_create(
        must_read=must_read,
        reader=reader,
        defaults={
            "version": version,
            "content_hash": shown,
            "right": marked.right if marked else None,
            "asked": marked.asked if marked else None,
            "tries": Attempt.objects.filter(must_read=must_read, reader=reader).count(),
            "at": now,
        },
    )
