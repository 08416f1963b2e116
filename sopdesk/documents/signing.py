"""Signatures: who approved exactly what, meaning what, for which functions, when, and how they proved who they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents.models import Approval, Change, ChangeItem, OutsideReviewer, Version
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User
    from sopdesk.documents.querysets import VersionQuerySet

SHOWN = ("title", "body", "audience", "audience_teams", "data", "retires")


@dataclass(frozen=True)
class Signature:
    """One approval as it is shown on a version, in its history and in exports."""

    name: str
    meaning: str
    functions: tuple[str, ...]
    """The functions in words."""
    at: datetime
    signed_with: str
    """How the signer proved who they are, in words; "" for approvals from before signatures."""
    content_hash: str
    is_outside: bool
    note: str = ""


def signatures(version: Version) -> list[Signature]:
    """The signatures under a version, oldest first: the approvals that stood when its change was released."""
    return [signature(each) for each in standing(version.change_id)]


def with_signatures(versions: VersionQuerySet) -> VersionQuerySet:
    """Each version with `change.signed`: the approvals that stood under its change, oldest first."""
    approvals = Approval.objects.filter(voided_at=None).select_related("reviewer", "outside").defer("seen")
    return versions.prefetch_related(Prefetch("change__approvals", approvals.order_by("at", "pk"), "signed"))


@worded
def standing(change_id: int) -> QuerySet[Approval]:
    """The approvals of a change that no edit has voided, oldest first."""
    approvals = Approval.objects.filter(change=change_id, voided_at=None)
    return approvals.select_related("reviewer", "outside").defer("seen").order_by("at", "pk")


def signature(approval: Approval) -> Signature:
    signer = approval.reviewer or approval.outside
    return Signature(
        name=approval.name or (signer.name if signer else ""),
        meaning=approval.meaning,
        functions=in_words(approval.functions),
        at=approval.at,
        signed_with=str(approval.get_signed_with_display()) if approval.signed_with else "",
        content_hash=approval.content_hash,
        is_outside=approval.outside_id is not None,
        note=approval.note,
    )


def in_words(functions: Iterable[str]) -> tuple[str, ...]:
    """The names of functions, in their order."""
    held = set(functions)
    return tuple(str(function.label) for function in ReviewFunction if function.value in held)


def meaning(change: Change, functions: Iterable[str]) -> str:
    """What a signature says, in a sentence each: read, approved for whom, and how big the change is."""
    named = " & ".join(in_words(functions))
    read = (
        _("I read exactly this and approve it for %(functions)s.") % {"functions": named}
        if named
        else _("I read exactly this and approve it.")
    )
    size = (
        _("I confirm that it is material: its readers have to read it again.")
        if change.material
        else _("I confirm that it is editorial: nobody has to read it again.")
    )
    return f"{read} {size}"


def sign(
    change: Change,
    items: Sequence[ChangeItem],
    *,
    signer: User | OutsideReviewer,
    functions: Iterable[str],
    content_hash: str,
    proof: str,
    note: str,
) -> Approval:
    """Write down a signature of a locked change. Who may give one is decided by the verbs that call this."""
    outside = signer if isinstance(signer, OutsideReviewer) else None
    return Approval.objects.create(
        change=change,
        reviewer=None if isinstance(signer, OutsideReviewer) else signer,
        outside=outside,
        name=signer.name,
        meaning=meaning(change, functions),
        functions=sorted(functions),
        signed_with=proof,
        content_hash=content_hash,
        seen=snapshot(change, items),
        note=note,
    )


def refuse(change: Change, *, signer: User) -> None:
    """Write down that somebody tried to sign and was not proven to be who is signed in."""
    with transaction.atomic():
        record(actor=signer, event=Event.CHANGE_SIGNATURE_REFUSED, subject=change)


def snapshot(change: Change, items: Iterable[ChangeItem]) -> dict[str, Any]:
    """The change as it is signed, whole, so that what was approved can be shown when it has been edited since."""
    return {
        "title": change.title,
        "why": change.why,
        "material": change.material,
        "items": [
            {"document": item.document_id, **{name: getattr(item, name) for name in SHOWN}} for item in items
        ],
    }


def as_signed(approval: Approval) -> dict[int, ChangeItem]:
    """Document -> the draft as the signer saw it, not stored anywhere else; empty for approvals without a snapshot."""
    found = {}
    for kept in approval.seen.get("items", ()):
        content = {name: kept[name] for name in SHOWN if name in kept}
        found[kept["document"]] = ChangeItem(document_id=kept["document"], **content)
    return found
