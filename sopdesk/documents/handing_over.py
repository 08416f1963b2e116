"""Handing over: all that somebody holds goes to others in one step, and can be handed back in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.documents import holdings
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.holdings import Held
from sopdesk.documents.locking import lock_documents
from sopdesk.documents.models import Change, Document, HandOver

if TYPE_CHECKING:
    from django.db.models import QuerySet

BYS = ("kind", "topic")


@dataclass
class Group:
    """What goes to one successor together."""

    name: str
    label: str
    sort: str
    held: list[Held] = field(default_factory=list)
    successors: list[User] = field(default_factory=list)


def owned(person: User) -> QuerySet[Document]:
    """The documents somebody owns."""
    return Document.objects.filter(owner=person)


def waiting_for(person: User) -> int:
    """How much waits for somebody beside documents: open changes, reviews and what other apps have."""
    others = (sort for sort in holdings.sorts() if sort.name != "document")
    return sum(1 for sort in others for _held in sort.find(person, BYS[0]))


def orphans() -> QuerySet[Document]:
    """Documents whose owner may no longer sign in: nobody answers for them."""
    return Document.objects.filter(owner__is_active=False)


def preview(person: User, *, by: str = "kind") -> list[Group]:
    """All that the person holds, in groups, each with who could take it over."""
    groups: dict[str, Group] = {}
    possible = _possible(person)
    for sort in holdings.sorts():
        for held in sort.find(person, by):
            group = groups.setdefault(held.group, Group(held.group, held.group_label, sort.name))
            group.held.append(held)
            group.successors = possible[sort.name]
    return list(groups.values())


def hand_over(
    person: User, *, to: Mapping[str, User], actor: User, by: str = "kind", note: str = ""
) -> tuple[HandOver, list[Held]]:
    """Give each group to the successor named for it; a group without one stays. Returns what was written down, and
    the things that could not go: their successor wrote the change, say.

    Raises ChangeRefused when nothing was chosen or somebody cannot take what they were chosen for.
    """
    require(actor, Permission.DOCUMENT_HAND_OVER, person)
    with transaction.atomic():
        _lock(person)
        chosen = [(group, to[group.name]) for group in preview(person, by=by) if group.name in to]
        if not chosen:
            raise ChangeRefused([_("Choose who takes over at least one of them.")])
        _check(person, chosen)
        moved, left = _give(person, chosen, actor)
        written = HandOver.objects.create(person=person, by=actor, note=note.strip(), moved=moved)
        _record(Event.DOCUMENT_HANDED_OVER, person, moved, actor, written)
        return written, left


def hand_back(given: HandOver, *, actor: User) -> tuple[int, int]:
    """Give back what is still with whom it went to. Returns how many went back, and how many had moved on since.

    Raises ChangeRefused when it was handed back before.
    """
    require(actor, Permission.DOCUMENT_HAND_OVER, given.person)
    with transaction.atomic():
        fresh = HandOver.objects.select_for_update(no_key=True).get(pk=given.pk)
        if fresh.undone_at is not None:
            raise ChangeRefused([_("This was handed back already.")])
        _lock_again(fresh)
        back = _back(fresh, actor)
        fresh.undone_at = timezone.now()
        fresh.save(update_fields=["undone_at"])
        _record(Event.DOCUMENT_HANDED_BACK, fresh.person, back, actor, fresh)
        return len(back), len(fresh.moved) - len(back)


def _possible(person: User) -> dict[str, list[User]]:
    """Who can take over each sort of thing, by name."""
    people = list(User.objects.get_queryset().filter(is_active=True).exclude(pk=person.pk).order_by("name"))
    return {sort.name: [other for other in people if sort.may_take(other)] for sort in holdings.sorts()}


def _lock(person: User) -> None:
    """Lock what they hold, changes before documents, as publishing does."""
    held = Q(authors=person) | Q(claimed_by=person) | Q(asked__reviewer=person)
    _lock_changes(Change.objects.open().filter(held).values_list("pk", flat=True))
    lock_documents(owned(person).values_list("pk", flat=True))


def _lock_again(given: HandOver) -> None:
    """Lock what went, in the same order."""
    ids: dict[str, set[int]] = defaultdict(set)
    for thing in given.moved:
        ids[thing["sort"]].add(thing["id"])
    held = Q(pk__in=ids["change"] | ids["claim"]) | Q(asked__in=ids["asked"])
    _lock_changes(Change.objects.filter(held).values_list("pk", flat=True))
    lock_documents(ids["document"])


def _lock_changes(ids: Iterable[int]) -> None:
    changes = Change.objects.select_for_update(no_key=True).filter(pk__in=sorted(set(ids)))
    list(changes.order_by("pk").values_list("pk"))


def _check(person: User, chosen: Iterable[tuple[Group, User]]) -> None:
    reasons = [
        _("%(name)s cannot take over “%(group)s”.") % {"name": successor.name, "group": group.label}
        for group, successor in chosen
        if successor.pk not in {possible.pk for possible in group.successors}
    ]
    if reasons:
        raise ChangeRefused(reasons)


def _give(
    person: User, chosen: Iterable[tuple[Group, User]], actor: User
) -> tuple[list[dict[str, object]], list[Held]]:
    """Move the things, a sort at a time. What went, as it is kept, and what could not go."""
    moves: dict[str, dict[int, tuple[Held, User]]] = defaultdict(dict)
    for group, successor in chosen:
        for held in group.held:
            moves[held.sort][held.id] = (held, successor)
    moved: list[dict[str, object]] = []
    left: list[Held] = []
    for sort in holdings.sorts():
        wanted = moves.get(sort.name, {})
        went = sort.give(person, {pk: to for pk, (_held, to) in wanted.items()}, actor) if wanted else set()
        for pk, (held, successor) in wanted.items():
            if pk in went:
                moved.append({"sort": sort.name, "id": pk, "key": held.key, "to": successor.pk})
            else:
                left.append(held)
    return moved, left


def _back(given: HandOver, actor: User) -> list[dict[str, object]]:
    people = User.objects.get_queryset().in_bulk({thing["to"] for thing in given.moved})
    back: list[dict[str, object]] = []
    for name in dict.fromkeys(thing["sort"] for thing in given.moved):
        sort, things = holdings.sort_of(name), [thing for thing in given.moved if thing["sort"] == name]
        if sort is None:
            continue
        went = sort.back(given.person, {thing["id"]: people[thing["to"]] for thing in things}, actor)
        back += [thing for thing in things if thing["id"] in went]
    return back


def _record(
    event: Event, person: User, moved: Iterable[Mapping[str, object]], actor: User, given: HandOver
) -> None:
    facts = {"hand_over": given.pk, "things": [dict(thing) for thing in moved]}
    record(actor=actor, event=event, subject=person, facts=facts)
