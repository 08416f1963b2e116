"""Single people: where each stands with one must-read, and what is asked of each over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import F, FilteredRelation, Q

from sopdesk.accounts.models import User
from sopdesk.readership.days import end_of, today
from sopdesk.readership.models import MustRead, Receipt
from sopdesk.readership.people import in_audience
from sopdesk.readership.readiness import Tally, is_for

if TYPE_CHECKING:
    from sopdesk.accounts.querysets import UserQuerySet


def of(must_read: MustRead, people: UserQuerySet) -> UserQuerySet:
    """Those of `people` that a must-read is asked of, each with `read_at`, `tries`, `right` and `asked`, or None."""
    mine = FilteredRelation("receipts", condition=Q(receipts__must_read=must_read))
    asked = people.filter(in_audience(must_read.now_audience, must_read.now_teams, must_read.due_on))  # type: ignore[attr-defined]
    found: UserQuerySet = asked.select_related("team__site").annotate(
        mine=mine,
        read_at=F("mine__at"),
        tries=F("mine__tries"),
        right=F("mine__right"),
        asked=F("mine__asked"),
    )
    return found


def standing(must_read: MustRead) -> Callable[[User], str]:
    """Says of somebody of `of` where they stand: "read", "due" or "overdue"."""
    unread = must_read.standing_on(today())
    return lambda person: "read" if getattr(person, "read_at", None) else unread


def tallies(people: Sequence[User], must_reads: Sequence[MustRead]) -> list[tuple[User, Tally]]:
    """What is asked of each person over all of these, and what of it they have read. One query."""
    read = _read(people, must_reads)
    return [(person, _tally(person, must_reads, read[person.pk])) for person in people]


def unread(people: Sequence[User], must_reads: Sequence[MustRead]) -> Mapping[int, list[MustRead]]:
    """What each person still has to read of these (rows of `live`), by the person's id. One query."""
    read = _read(people, must_reads)
    return {
        person.pk: [row for row in must_reads if _is_asked(person, row) and row.pk not in read[person.pk]]
        for person in people
    }


def _read(people: Sequence[User], must_reads: Sequence[MustRead]) -> Mapping[int, set[int]]:
    """The must-reads that each person has confirmed."""
    rows = [row.pk for row in must_reads]
    receipts = Receipt.objects.filter(must_read__in=rows, reader__in=[person.pk for person in people])
    read: dict[int, set[int]] = defaultdict(set)
    for pk, reader in receipts.values_list("must_read_id", "reader_id"):
        read[reader].add(pk)
    return read


def _is_asked(person: User, row: MustRead) -> bool:
    team = person.team.slug if person.team else None
    return is_for(row, team) and person.created_at < end_of(row.due_on)


def _tally(person: User, must_reads: Sequence[MustRead], read: set[int]) -> Tally:
    now, found = today(), Tally()
    for row in must_reads:
        if _is_asked(person, row):
            found.n += 1
            found.read += row.pk in read
            found.overdue += row.pk not in read and row.due_on < now
    return found
