"""The knowledge check of a change: its questions are written with it, and approved and locked with its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.documents import drafts
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.hashing import also_hashed
from sopdesk.documents.items import is_read
from sopdesk.documents.models import Change, Document
from sopdesk.readership.models import Question, ReadPlan

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.readership.models import MustRead

MOST, FEWEST = 5, 2
"""How many questions a check has; one alone is guessed too easily, which a check before publication says."""


@dataclass(frozen=True)
class Marked:
    """What became of one try: how many of how many were right, whether that is enough, and what was wrong."""

    right: int
    asked: int
    passed: bool
    wrong: tuple[Question, ...]


@also_hashed("questions")
def said(change: Change) -> list[Any]:
    """What an approval is bound to of a change with questions: each of them, and the pass mark."""
    questions = [question.said for question in of_change(change)]
    return [pass_mark_of(change.pk), *questions] if questions else []


def of_change(change: Change) -> list[Question]:
    """All of its questions, with their documents. One query; a page that reads a change once reads them once."""
    if is_read(change):
        prefetch_related_objects([change], Prefetch("questions", Question.objects.select_related("document")))
        return list(change.questions.all())
    return list(change.questions.select_related("document"))


def pass_mark_of(change_id: int) -> int:
    """The share of right answers that is enough, in percent."""
    default: int = ReadPlan._meta.get_field("pass_mark").default
    stored = ReadPlan.objects.filter(change=change_id).values_list("pass_mark", flat=True).first()
    return default if stored is None else stored


def of(must_read: MustRead) -> list[Question]:
    """The questions that somebody who reads this document has to answer."""
    return list(Question.objects.filter(change=must_read.change_id, document=must_read.document_id))


def write(
    change: Change, *, actor: User, document: Document, question: Question | None = None, **values: Any
) -> Question:
    """Add a question on one of the change's documents, or alter one: words, choices, several, anchor, explanation.

    Approvals are voided. Raises ChangeRefused for a closed change, for a document that is not in it, for a sixth
    question on one document, and for choices that cannot be answered.
    """
    require(actor, Permission.CHANGE_EDIT, change)
    _refuse_unanswerable(values["choices"], several=values["several"])
    with transaction.atomic():
        change = drafts.editable(change)
        if not change.items.filter(document=document).exists():
            raise ChangeRefused([_("This document is not in the change any more.")])
        others = change.questions.filter(document=document).exclude(pk=question.pk if question else 0)
        if others.count() >= MOST:
            raise ChangeRefused([_("A check has at most %(n)d questions a document.") % {"n": MOST}])
        found = change.questions.filter(pk=question.pk).first() if question else Question(change=change)
        if found is None:
            raise ChangeRefused([_("Somebody took this question out meanwhile.")])
        drafts.void_approvals(change, actor)
        found.document = document
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
        change.authors.add(actor)
        return found


def remove(question: Question, *, actor: User) -> None:
    """Take a question out of its change; approvals are voided."""
    require(actor, Permission.CHANGE_EDIT, question.change)
    with transaction.atomic():
        change = drafts.editable(question.change)
        if change.questions.filter(pk=question.pk).delete()[0]:
            drafts.void_approvals(change, actor)
            change.authors.add(actor)


def mark(questions: Sequence[Question], answers: Mapping[int, frozenset[int]], pass_mark: int) -> Marked:
    """Compare what was ticked, by question, with what is right. A question counts when exactly the right ones are."""
    wrong = tuple(each for each in questions if answers.get(each.pk, frozenset()) != each.right)
    asked = len(questions)
    right = asked - len(wrong)
    return Marked(right, asked, right * 100 >= pass_mark * asked, wrong)


def _refuse_unanswerable(choices: Sequence[Mapping[str, Any]], *, several: bool) -> None:
    right = sum(bool(choice["right"]) for choice in choices)
    reasons = []
    if len(choices) < 2:
        reasons.append(_("Give at least two answers to choose from."))
    if len({choice["text"] for choice in choices}) < len(choices):
        reasons.append(_("Two answers are the same."))
    if not right:
        reasons.append(_("Say which answer is right."))
    if right > 1 and not several:
        reasons.append(_("Only one answer can be right, unless you say that several may be."))
    if reasons:
        raise ChangeRefused(reasons)
