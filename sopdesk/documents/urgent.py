"""Publishing at once what cannot wait for its review, and the review that follows. Marked everywhere until it is done.

All that approvals guard is asked for afterwards, by the same rules and the same signatures; what the checks guard is
asked for before, as of any other publication.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import checks, releasing, reviewing, signing, states, urgent_letters
from sopdesk.documents.drafts import CONTENT_FIELDS, add_draft, new_change, newest
from sopdesk.documents.errors import ChangeRefused, PublishRefused
from sopdesk.documents.locking import database_now, locked_change
from sopdesk.documents.models import Change, Retirement, Version
from sopdesk.documents.requirements import requirements

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

WORKING_DAYS = 2
"""How long the review may take afterwards."""


def publish_urgently(change: Change, *, actor: User, reason: str, proof: str = "") -> Change:
    """Bring a change in force now, before it is approved, because it cannot wait; say why.

    The checks hold as ever, but approvals are asked for afterwards, within two working days. `proof` says how the
    person showed who they are (accounts/proving.py). Raises PublishRefused with every reason, and then nothing has
    changed.
    """
    require(actor, Permission.CHANGE_PUBLISH_URGENTLY, change)
    if not reason.strip():
        raise PublishRefused(
            [_("Say why it cannot wait for its review. Everybody who reads it here will see that.")]
        )
    with transaction.atomic():
        change, items = releasing.locked(change, "publish_urgently")
        if reasons := checks.blocking(change, proposing=True):
            raise PublishRefused(reasons)
        ready = releasing.ready(change, items)
        change.effective_at = at = database_now()
        change.urgent_reason, change.due_on = reason.strip(), due_on(timezone.localdate(at))
        change.confirmed_at = at if requirements(change, items).is_met else None
        change.save(update_fields=["effective_at", "urgent_reason", "due_on", "confirmed_at"])
        released = releasing.release(ready, at=at, actor=actor)
        releasing.set_review_dates(released, at, actor)
        states.move(change, "publish_urgently", actor=actor, note=change.urgent_reason)
        said = {"reason": change.urgent_reason, "signed_with": proof, "hash": reviewing.current_hash(change)}
        releasing.record_release(Event.CHANGE_PUBLISHED_URGENTLY, change, released, actor, **said)
        if change.is_unreviewed:
            urgent_letters.to_be_reviewed(change, requirements(change, items).open_functions, actor=actor)
        releasing.call_after_commit(change)
        return change


def confirm(
    change: Change,
    *,
    actor: User,
    seen_hash: str,
    note: str = "",
    functions: Iterable[str] | None = None,
    proof: str = "",
) -> Change:
    """Sign afterwards what was published at once: the same signature as before a publication, by the same rules.

    Raises ChangeRefused for what needs no such review, for one's own work, and for what `approve` refuses but the
    checks: it is in force already. With all the signatures it needs the change counts as reviewed.
    """
    require(actor, Permission.CHANGE_APPROVE, change)
    with transaction.atomic():
        change = _locked_unreviewed(change)
        reviewing.refuse_own_work(change, actor)
        items = reviewing.drafts_of(change)
        present = reviewing.refuse_unseen(change, items, seen_hash)
        held = reviewing.functions_to_sign(change, items, actor, functions)
        reviewing.replace_narrower(change, actor, held)
        approval = signing.sign(
            change, items, signer=actor, functions=held, content_hash=present, proof=proof, note=note
        )
        facts = {"hash": present, "functions": approval.functions, "signed_with": proof}
        record(actor=actor, event=Event.CHANGE_CONFIRMED, subject=change, facts=facts)
        if requirements(change, items).is_met:
            change.confirmed_at = timezone.now()
            change.save(update_fields=["confirmed_at"])
            states.move(change, "confirm", actor=actor, note=note)
            urgent_letters.reviewed(change, actor=actor)
        return change


def undo(change: Change, *, actor: User, note: str) -> Change:
    """Propose the way back from an urgent change one does not agree with: what was in force before, in a change of its
    own, for somebody else to approve. Raises ChangeRefused without a reason, where nothing of it stands any more, and
    while another way back is open.
    """
    require(actor, Permission.CHANGE_APPROVE, change)
    reviewing.refuse_without_words(note)
    with transaction.atomic():
        change = _locked_unreviewed(change)
        if (other := way_back(change)) is not None:
            reason = _("The way back is proposed already: %(title)s. Take part in that one.")
            raise ChangeRefused([reason % {"title": other.title}])
        title = _("Take back: %(title)s") % {"title": change.title}
        back = new_change(title, actor, why=note.strip())
        back.takes_back = change
        back.save(update_fields=["takes_back"])
        for version in change.versions.select_related("document"):
            _add_way_back(back, version, actor)
        for retirement in change.retirements.select_related("document", "version"):
            _add_return(back, retirement, actor)
        if not back.items.exists():
            raise ChangeRefused(
                [_("Nothing of this change is in force any more, so nothing has to be taken back.")]
            )
        states.move(back, "propose", actor=actor, note=note)
        facts = {"hash": reviewing.current_hash(back)}
        record(actor=actor, event=Event.CHANGE_PROPOSED, subject=back, facts=facts)
        record(actor=actor, event=Event.CHANGE_UNDONE, subject=change, facts={"by": back.pk})
        urgent_letters.disputed(change, back, actor=actor)
        return back


def unreviewed() -> QuerySet[Change]:
    """The changes in force that nobody has reviewed yet, the most pressing first."""
    waiting = Change.objects.filter(state=Change.State.PUBLISHED, confirmed_at=None).exclude(urgent_reason="")
    return waiting.order_by("due_on", "pk")


def way_back(change: Change) -> Change | None:
    """The open change that takes back this one."""
    return Change.objects.open().filter(takes_back=change).first()


def due_on(day: date) -> date:
    """The last day for the review of what was published on a day: two working days on, Monday to Friday."""
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _locked_unreviewed(change: Change) -> Change:
    change = locked_change(change)
    states.check(change, "confirm")
    if not change.is_unreviewed:
        raise ChangeRefused([_("This change has been reviewed already.")])
    return change


def _add_way_back(back: Change, version: Version, actor: User) -> None:
    """The version before, unless another came since; a document that was new is to be retired again."""
    standing = newest(version.document)
    if standing is None or standing.pk != version.pk:
        return
    earlier = version.document.versions.filter(in_force__endswith=version.since).first()
    if earlier is not None:
        _restore(back, earlier, actor)
        return
    content = {name: getattr(version, name) for name in CONTENT_FIELDS}
    add_draft(back, version.document, actor=actor, base_version=version, retires=True, **content)


def _add_return(back: Change, retirement: Retirement, actor: User) -> None:
    """What was retired, unless something came since or it was retired once more."""
    last = retirement.document.retirements.order_by("-at", "-pk").first()
    if last == retirement and newest(retirement.document) is None:
        _restore(back, retirement.version, actor)


def _restore(back: Change, version: Version, actor: User) -> None:
    content = {name: getattr(version, name) for name in CONTENT_FIELDS}
    add_draft(back, version.document, actor=actor, base_version=newest(version.document), **content)
