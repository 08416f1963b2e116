"""The states of a change and the verbs between them: this table, whole, and nothing else.

draft ──propose──▶ in review ──approve──▶ approved ──schedule──▶ scheduled ──(its minute)──▶ published
  ▲                  │   ▲                 │  │  ▲                  │
  │           request_changes  revise ─────┘  │  └──unschedule──────┘
  │                  ▼   │                    └──publish──▶ published
  └─(edit)── changes requested                       withdraw: from any state before scheduled
                                                     publish urgently: likewise, and then
                                                     published ──confirm──▶ published, once it is reviewed
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Approval, Change, OutsideReviewer, Transition

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

S = Change.State

TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "propose": (frozenset({S.DRAFT, S.CHANGES_REQUESTED}), S.IN_REVIEW),
    "approve": (frozenset({S.IN_REVIEW, S.APPROVED}), S.APPROVED),
    "request_changes": (frozenset({S.IN_REVIEW, S.APPROVED}), S.CHANGES_REQUESTED),
    "revise": (frozenset({S.IN_REVIEW, S.APPROVED}), S.IN_REVIEW),
    "schedule": (frozenset({S.APPROVED}), S.SCHEDULED),
    "unschedule": (frozenset({S.SCHEDULED}), S.APPROVED),
    "publish": (frozenset({S.APPROVED}), S.PUBLISHED),
    "settle": (frozenset({S.SCHEDULED}), S.PUBLISHED),
    "publish_urgently": (frozenset({S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED}), S.PUBLISHED),
    "confirm": (frozenset({S.PUBLISHED}), S.PUBLISHED),
    "withdraw": (frozenset({S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED}), S.WITHDRAWN),
}
EDITABLE = frozenset({S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED})


def may(change: Change, verb: str) -> bool:
    """Whether the change stands where this verb begins. Who may do it is another question."""
    return change.state in TRANSITIONS[verb][0]


def check(change: Change, verb: str) -> None:
    """Raise ChangeRefused unless the verb begins in the state the change is in."""
    if not may(change, verb):
        reason = _("This change is %(state)s, so it cannot be taken this step.")
        raise ChangeRefused([reason % {"state": change.get_state_display()}])


def move(
    change: Change, verb: str, *, actor: User, note: str = "", outside: OutsideReviewer | None = None
) -> None:
    """Take a locked change along one verb, leaving a row that says so. Raises ChangeRefused.

    `outside` took the step where it was somebody without a log-in; `actor` is then who let them in.
    """
    check(change, verb)
    before, change.state = change.state, TRANSITIONS[verb][1]
    change.save(update_fields=["state", "effective_at", "updated_at"])
    Transition.objects.create(
        change=change,
        verb=verb,
        from_state=before,
        to_state=change.state,
        actor=actor,
        outside=outside,
        note=note,
    )


def void_approvals(
    change: Change, *, actor: User | None = None, of: Iterable[Approval] | None = None
) -> list[Approval]:
    """Mark every standing approval (or those given) as void, since it was for another text. Returns those that stood,
    so that their signers can be told."""
    standing = change.approvals.filter(voided_at=None).select_related("reviewer", "outside").defer("seen")
    if of is not None:
        standing = standing.filter(pk__in=[approval.pk for approval in of])
    void = list(standing)
    change.approvals.filter(pk__in=[each.pk for each in void]).update(
        voided_at=timezone.now(), voided_by=actor
    )
    return void
