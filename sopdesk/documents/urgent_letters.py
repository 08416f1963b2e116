"""Letters about changes that were published before their review. Each commits with its step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, Role
from sopdesk.letters.linking import absolute
from sopdesk.letters.posting import post

if TYPE_CHECKING:
    from sopdesk.documents.models import Change


def to_be_reviewed(change: Change, functions: Sequence[ReviewFunction], *, actor: User) -> None:
    """Those whose approval it lacks are asked for it, administrators are told, and so are the authors."""
    words = {
        "who": actor.name,
        "title": change.title,
        "why": change.urgent_reason,
        "until": f"{change.due_on}",
    }
    subject = _("Published before its review: %(title)s") % words
    body = _("%(who)s published “%(title)s” at once, before anybody reviewed it.\n\nWhy: %(why)s") % words
    asked = _("Please review it by %(until)s: confirm it, or propose the way back.") % words
    reviewers = set(_reviewers(change, functions))
    told = User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR])
    for person in reviewers | set(told) | set(change.authors.all()):
        if person.pk != actor.pk:
            text = f"{body}\n\n{asked}" if person in reviewers else body
            _post(person, subject, text, change, key=f"urgent:{change.pk}:{person.pk}")


def reviewed(change: Change, *, actor: User) -> None:
    """The authors and whoever published it hear that the review is done."""
    words = {"who": actor.name, "title": change.title}
    subject = _("Reviewed afterwards: %(title)s") % words
    body = _("“%(title)s” has every approval it needs now; the last was %(who)s’s.") % words
    for person in _concerned(change):
        if person.pk != actor.pk:
            _post(person, subject, body, change, key=f"urgent-reviewed:{change.pk}:{person.pk}")


def disputed(change: Change, back: Change, *, actor: User) -> None:
    """The authors and whoever published it hear that somebody proposes the way back."""
    words = {"who": actor.name, "title": change.title, "why": back.why}
    subject = _("The way back is proposed: %(title)s") % words
    body = _("%(who)s does not agree with “%(title)s” and proposes to take it back.\n\nWhy: %(why)s") % words
    for person in _concerned(change):
        if person.pk != actor.pk:
            _post(person, subject, body, back, key=f"urgent-disputed:{back.pk}:{person.pk}")


def _reviewers(change: Change, functions: Sequence[ReviewFunction]) -> Iterable[User]:
    """Who may approve it and holds a function that it lacks; anybody who may approve, when it lacks none."""
    approving = [role for role, grants in GRANTS.items() if Permission.CHANGE_APPROVE in grants]
    people = User.objects.filter(is_active=True, roles__overlap=approving).exclude(changes=change)
    if functions:
        people = people.filter(Q(functions__overlap=[function.value for function in functions]))
    return people.distinct()


def _concerned(change: Change) -> set[User]:
    published = change.transitions.filter(verb="publish_urgently").select_related("actor")
    return {*change.authors.all(), *(step.actor for step in published)}


def _post(to: User, subject: str, body: str, change: Change, *, key: str) -> None:
    url = absolute(reverse("changes:read", args=[change.pk]))
    post(to=to, subject=subject, body=f"{body}\n\n{url}\n", key=key)
