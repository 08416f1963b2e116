"""What a person holds that others may have to take over. An app registers a sort of its own in its handovers.py:

    holdings.register(holdings.Sort(name="thread", find=…, give=…, may_take=…, order=…))

Finding takes a bounded number of queries, however much somebody holds. Whoever gives holds the lock on the changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import assigning
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Approval, AskedReviewer, Change, Document

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Held:
    """One thing: its `sort` and `id`, how it is shown, and the group that gets one successor ("kind:sop")."""

    sort: str
    id: int
    label: str
    url: str
    group: str
    group_label: str
    key: str = ""


Moves = Mapping[int, "User"]
"""Ids of things with who gets each."""


@dataclass(frozen=True)
class Sort:
    """A sort of thing. `give(person, moves, actor)` moves those that the person still holds and returns their ids;
    `back(person, moves, actor)` gives back those that are still with whom they went to."""

    name: str
    find: Callable[[User, str], Iterable[Held]]
    give: Callable[[User, Moves, User], set[int]]
    back: Callable[[User, Moves, User], set[int]]
    may_take: Callable[[User], bool]
    order: int = 50


_sorts: dict[str, Sort] = {}


def register(sort: Sort) -> Sort:
    _sorts[sort.name] = sort
    return sort


def sorts() -> list[Sort]:
    return sorted(_sorts.values(), key=lambda sort: sort.order)


def sort_of(name: str) -> Sort | None:
    """The sort of this name; None for one that no app registers any more."""
    return _sorts.get(name)


def writes(person: User) -> bool:
    return allows(person, Permission.CHANGE_EDIT)


def approves(person: User) -> bool:
    return allows(person, Permission.CHANGE_APPROVE)


def _documents(person: User, by: str) -> Iterable[Held]:
    """What they own, grouped by kind, or by the first topic where it has one."""
    rows = Document.objects.filter(owner=person).with_version_at().with_topics()
    for document in rows.order_by("kind", "key"):
        kind = kind_of(document.kind)
        topics = document.topics or []  # type: ignore[attr-defined]  # an annotation
        topic = topics[0] if by == "topic" and topics else ""
        yield Held(
            "document",
            document.pk,
            document.current_title or document.key,
            kind.url("read", document.key),
            f"topic:{topic}" if topic else f"kind:{kind.name}",
            _("Topic %(topic)s") % {"topic": topic} if topic else str(kind.plural),
            document.key,
        )


def _give_documents(person: User, moves: Moves, actor: User) -> set[int]:
    return _own(Document.objects.filter(owner=person, pk__in=moves), moves, actor)


def _documents_back(person: User, moves: Moves, actor: User) -> set[int]:
    rows = [row for row in Document.objects.filter(pk__in=moves) if row.owner_id == moves[row.pk].pk]
    return _own(rows, dict.fromkeys((row.pk for row in rows), person), actor)


def _own(rows: Iterable[Document], owners: Moves, actor: User) -> set[int]:
    """Write the new owners, each with a row of history."""
    changed = list(rows)
    for row in changed:
        row.owner = owners[row.pk]
    if changed:
        bulk_update_with_history(changed, Document, ["owner"], default_user=actor)
    return {row.pk for row in changed}


def _of_change(sort: str, label: str, changes: Iterable[tuple[int, Change]]) -> Iterable[Held]:
    for number, change in changes:
        yield Held(sort, number, change.title, reverse("changes:read", args=[change.pk]), sort, label)


def _changes(person: User, by: str) -> Iterable[Held]:
    rows = Change.objects.open().filter(authors=person).order_by("-updated_at")
    return _of_change("change", _("Open changes they write"), ((row.pk, row) for row in rows))


def _give_changes(person: User, moves: Moves, actor: User) -> set[int]:
    """The successor writes along. The person stays an author: nobody comes to approve what they wrote themselves. One
    who has approved a change, or invited somebody from outside to approve it, cannot become its author."""
    taken = set()
    rows = Change.objects.open().filter(authors=person, pk__in=moves)
    for change in rows.prefetch_related("authors", "approvals", "outsiders"):
        to = moves[change.pk]
        if to not in change.authors.all() and to.pk not in _answering_for(change):
            change.authors.add(to)
            taken.add(change.pk)
    return taken


def _answering_for(change: Change) -> set[int | None]:
    """Who approved it, or vouches for somebody from outside."""
    approved = {each.reviewer_id for each in change.approvals.all() if each.voided_at is None}
    return approved | {each.asked_by_id for each in change.outsiders.all() if each.revoked_at is None}


def _changes_back(person: User, moves: Moves, actor: User) -> set[int]:
    """They are an author still, so nothing moves; the successor stays one, too: what they wrote meanwhile would
    otherwise be theirs to approve."""
    held = Change.objects.open().filter(pk__in=moves, authors=person)
    return set(held.values_list("pk", flat=True))


def _claims(person: User, by: str) -> Iterable[Held]:
    rows = Change.objects.open().filter(claimed_by=person).order_by("-updated_at")
    return _of_change("claim", _("Reviews they took on"), ((row.pk, row) for row in rows))


def _give_claims(person: User, moves: Moves, actor: User) -> set[int]:
    rows = Change.objects.open().filter(claimed_by=person, pk__in=moves).prefetch_related("authors")
    mine = [row for row in rows if moves[row.pk] not in row.authors.all()]
    return _claim(mine, moves)


def _claims_back(person: User, moves: Moves, actor: User) -> set[int]:
    rows = [
        row
        for row in Change.objects.open().filter(pk__in=moves).exclude(authors=person)
        if row.claimed_by_id == moves[row.pk].pk and approves(person)
    ]
    return _claim(rows, dict.fromkeys((row.pk for row in rows), person))


def _claim(rows: Iterable[Change], to: Moves) -> set[int]:
    changed = list(rows)
    for row in changed:
        row.claimed_by = to[row.pk]
        row.save(update_fields=["claimed_by", "updated_at"])
    return {row.pk for row in changed}


def _asked(person: User, by: str) -> Iterable[Held]:
    rows = _asked_rows(person).select_related("change").order_by("-at")
    return _of_change("asked", _("Reviews they were asked for"), ((row.pk, row.change) for row in rows))


def _asked_rows(person: User) -> QuerySet[AskedReviewer]:
    """What they still have to answer: an answer is part of what made a change approved, and is not taken from it."""
    answers = Approval.objects.filter(
        change=OuterRef("change"), reviewer=OuterRef("reviewer"), voided_at=None
    )
    open_ones = AskedReviewer.objects.filter(reviewer=person, change__in=Change.objects.open())
    return open_ones.exclude(Exists(answers))


def _give_asked(person: User, moves: Moves, actor: User) -> set[int]:
    return _ask(_asked_rows(person).filter(pk__in=moves), moves, actor)


def _asked_back(person: User, moves: Moves, actor: User) -> set[int]:
    """They are asked again, but for what was answered meanwhile, and unless they may approve no more."""
    if not approves(person):
        return set()
    taken = set()
    for to in set(moves.values()):
        held = _asked_rows(to).filter(pk__in=[pk for pk in moves if moves[pk] == to])
        taken |= _ask(held, dict.fromkeys(moves, person), actor)
    return taken


def _ask(rows: QuerySet[AskedReviewer], to: Moves, actor: User) -> set[int]:
    """Ask others in their place, unless they wrote the change or were asked as well; they are told."""
    taken = set()
    for row in rows.prefetch_related("change__authors", "change__asked"):
        person, change = to[row.pk], row.change
        if person in change.authors.all() or person.pk in {each.reviewer_id for each in change.asked.all()}:
            continue
        row.reviewer = person
        row.save(update_fields=["reviewer"])
        fresh = Change.objects.get(pk=change.pk)
        note = _("%(name)s was asked to review it instead.") % {"name": person.name}
        assigning.reopen_if_unmet(fresh, actor, note)
        assigning.approve_if_met(fresh, actor)
        assigning.tell_asked(fresh)
        taken.add(row.pk)
    return taken


def _verifies(person: User) -> bool:
    return allows(person, Permission.DOCUMENT_VERIFY)


register(Sort("document", _documents, _give_documents, _documents_back, _verifies, order=10))
register(Sort("change", _changes, _give_changes, _changes_back, writes, order=20))
register(Sort("claim", _claims, _give_claims, _claims_back, approves, order=30))
register(Sort("asked", _asked, _give_asked, _asked_back, approves, order=40))
