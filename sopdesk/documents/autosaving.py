"""Saving while somebody types: what to say of it, and what to ask before the first save."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sopdesk.documents.locking import locked_change
from sopdesk.documents.models import Approval, Change, ChangeItem

if TYPE_CHECKING:
    from sopdesk.accounts.models import User


class NotAgreed(Exception):
    """An edit would void approvals that whoever edits has not been asked about; `approvals` are all that stand."""

    def __init__(self, approvals: Sequence[Approval]) -> None:
        self.approvals = approvals
        super().__init__(_question(_names(approvals)))


def signers(change: Change) -> list[str]:
    """Whose standing approval the next saved word would void, by name."""
    return _names(_standing(change))


@contextmanager
def agreed(change: Change, approvals: Container[str]) -> Iterator[None]:
    """Save inside of this, after somebody agreed to void these approvals (their numbers): none can be added meanwhile.

    Raises NotAgreed when others stand, so that one answer never holds for a signature that came after it.
    """
    with transaction.atomic():
        standing = _standing(locked_change(change))
        if any(str(approval.pk) not in approvals for approval in standing):
            raise NotAgreed(standing)
        yield


def _standing(change: Change) -> list[Approval]:
    if change.state not in (Change.State.IN_REVIEW, Change.State.APPROVED):
        return []
    given = change.approvals.filter(voided_at=None).select_related("reviewer", "outside")
    return list(given.defer("seen").order_by("at"))


def _names(approvals: Sequence[Approval]) -> list[str]:
    return [approval.name or str(approval.reviewer or approval.outside) for approval in approvals]


def _question(names: list[str]) -> str:
    people = get_text_list(names, _("and"))
    return ngettext(
        "Editing voids the approval of %(people)s.", "Editing voids the approvals of %(people)s.", len(names)
    ) % {"people": people}


def saved(item: ChangeItem) -> str:
    """The status line after a save: when, in the viewer's zone, and that readers have not been touched."""
    at = timezone.localtime(item.updated_at)
    words = {"time": date_format(at, "H:i"), "zone": place(at.tzname() or "")}
    said = _("Draft saved %(time)s (%(zone)s).") % words
    return f"{said} {in_force(item)}"


def place(fallback: str) -> str:
    """The viewer's zone as people call it: its city."""
    name = timezone.get_current_timezone_name()
    return name.rsplit("/", 1)[-1].replace("_", " ") if "/" in name else fallback


def in_force(item: ChangeItem) -> str:
    """What readers have meanwhile."""
    if item.base_version is None:
        return _("Not in force yet.")
    return _("In force: v%(n)s, untouched.") % {"n": item.base_version.number}


def overtaken(theirs: ChangeItem, *, viewer: User) -> str:
    """Why typing is not saved any more: somebody else's save came between."""
    who = _("you, in another window") if theirs.updated_by_id == viewer.pk else theirs.updated_by.name
    time = date_format(timezone.localtime(theirs.updated_at), "H:i")
    return _("Saved meanwhile by %(who)s at %(time)s. Yours is kept here, not stored.") % {
        "who": who,
        "time": time,
    }
