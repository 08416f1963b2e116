"""What a row of QA results says, or why it cannot be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from metrics import held, rejecting
from metrics.admitting import door_of
from metrics.models import Suppression, Ticket
from metrics.quality.assigning import is_own
from metrics.quality.models import Review
from metrics.quality.models.reviews import NOTE_MAX
from metrics.quality.sampling import about
from sopdesk.accounts.models import User

if TYPE_CHECKING:
    from metrics.quality.models import Criterion, QualityImport
    from metrics.reading import Row

NOT_APPLICABLE: Final = {"", "-", "–", "n/a", "na", "not applicable"}
YES: Final = {"yes", "y", "true", "met", "pass", "passed", "ok"}
NO: Final = {"no", "n", "false", "not met", "fail", "failed"}
FIRST_YEAR, LAST_YEAR = 1990, 2099
VALUE_MAX: Final = 200
NEEDED: Final = ("ticket", "reviewer", "done_at")


@dataclass(frozen=True)
class Judged:
    """A row that can be taken: `scores` by the id of the criterion, None for what did not apply. `note` None: it may be
    about somebody who was erased, and is left out."""

    line: int
    number: str
    about: dict[str, Any]
    reviewer: User | None
    reviewer_name: str
    done_at: datetime
    note: str | None
    scores: dict[int, int | None]

    @property
    def review(self) -> tuple[str, str]:
        """Which review it is: that of this ticket by this reviewer."""
        return self.number, self.reviewer_name.casefold()

    @property
    def mark(self) -> str:
        """Short, and the same for the same ticket and reviewer."""
        return hashlib.blake2b("\n".join(self.review).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Bad:
    """A row that cannot, with the column and value that are wrong, and what to do. `cells`: of the chosen columns, as
    they may be kept; none of a row whose cells cannot be told apart."""

    line: int
    column: str
    value: str
    reason: str
    cells: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        return {
            "line": self.line, "column": self.column, "value": self.value, "reason": self.reason,
            "cells": list(self.cells),
        }  # fmt: skip


class _Wrong(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value = column, value


@dataclass(frozen=True)
class _World:
    """What the rows are looked up in."""

    mapping: dict[str, str]
    header: list[str]
    criteria: list[Criterion]
    tickets: dict[str, Ticket]
    people: dict[str, User]
    masked: Callable[[str], str]
    tells_erased: bool
    kept: dict[tuple[str, str], Review]

    def may_note(self, ticket: Ticket | None) -> bool:
        """Whether a note about this ticket may come in. Of who was erased it is known only that their tickets name no
        customer: so where somebody was, none comes in with such a ticket (decision 44)."""
        return not self.tells_erased or (ticket is not None and ticket.requester_key is not None)


def chosen_columns(draft: QualityImport) -> list[str]:
    """The columns of the file that are read, in its order. No other is kept."""
    chosen = {*draft.mapping.values()}
    return [name for name in draft.header if name in chosen]


def judge(
    draft: QualityImport, viewer: User, rows: Sequence[Row], seen: set[str], *, locks: bool = False
) -> list[Judged | Bad]:
    """Each of these rows of the file, in its order; a fixed number of queries. A ticket twice by one reviewer is taken
    once: `seen` are the marks of those taken before, and gets those of these. `locks`: for who writes what comes of
    it."""
    world, columns = _world(draft, viewer, rows, locks=locks), chosen_columns(draft)
    found: list[Judged | Bad] = []
    for row in rows:
        cells = dict(zip(world.header, row.cells, strict=False))
        try:
            if row.reason:
                raise _Wrong("", "", rejecting.reason("", row.reason))
            one = _judged(row.line, cells, world)
            if one.mark in seen:
                said = _("An earlier row has the same ticket and reviewer. Take one of them out.")
                raise _Wrong(world.mapping["ticket"], one.number, said)
            seen.add(one.mark)
            found.append(one)
        except _Wrong as wrong:
            kept = tuple(_kept(name, cells[name], wrong.column, cells, world) for name in columns if cells)
            value = world.masked(wrong.value)[:VALUE_MAX]
            found.append(Bad(row.line, wrong.column, value, str(wrong), kept))
    return found


def _kept(name: str, cell: str, wrong: str, cells: dict[str, str], world: _World) -> str:
    """A cell of a rejected row as it may be kept: masked but for number, reviewer and day, by which the row is brought
    in when it is mended, and no note of who may have been erased."""
    if name == world.mapping.get("note"):
        ticket = world.tickets.get(cells[world.mapping["ticket"]].strip())
        return world.masked(cell)[:NOTE_MAX] if world.may_note(ticket) else ""
    facts = {world.mapping.get(fact) for fact in NEEDED}
    return (cell if name in facts and name != wrong else world.masked(cell))[:VALUE_MAX]


def _world(draft: QualityImport, viewer: User, rows: Sequence[Row], *, locks: bool) -> _World:
    column = draft.mapping.get("ticket", "")
    at = draft.header.index(column) if column in draft.header else -1
    numbers = {row.cells[at].strip() for row in rows if 0 <= at < len(row.cells)}
    tickets = Ticket.objects.visible_to(viewer).filter(source=draft.source_id, external_id__in=numbers)
    if locks:
        # Who erases meanwhile does it before this or after it, and in the same order (metrics/privacy/erasing.py).
        tickets = tickets.order_by("pk").select_for_update(of=("self",), no_key=True)
    by_number = {ticket.external_id: ticket for ticket in tickets.select_related("team")}
    kept = held.among([ticket.pk for ticket in by_number.values()])
    people = {key: person for person in User.objects.all()
              for key in (person.name.casefold(), person.email.casefold())}  # fmt: skip
    return _World(
        draft.mapping, draft.header, list(draft.version.criteria.all()),
        by_number, people, door_of(draft.source).masked,
        "requester" in draft.source.provides and Suppression.objects.exists(),
        known(draft, [number for number, ticket in by_number.items() if ticket.pk in kept]) if kept else {},
    )  # fmt: skip


def _judged(line: int, cells: dict[str, str], world: _World) -> Judged:
    number, name = (_needed(cells, world.mapping[fact]) for fact in ("ticket", "reviewer"))
    ticket = world.tickets.get(number)
    if ticket is None:
        said = _("This source has no ticket of this number that you may see. Bring the tickets in first.")
        raise _Wrong(world.mapping["ticket"], number, said)
    person = world.people.get(name.casefold())
    if is_own(ticket, name) or (
        person is not None and (is_own(ticket, person.name) or is_own(ticket, person.email))
    ):
        raise _Wrong(world.mapping["reviewer"], name, _("Nobody reviews their own ticket."))
    scores = {one.pk: _score(cells, one, world.mapping) for one in world.criteria}
    note = world.masked(cells.get(world.mapping.get("note") or "", "").strip())[:NOTE_MAX]
    one = Judged(
        line, number, about(ticket), person, person.name if person else name[:120],
        _moment(cells, world.mapping["done_at"]), note if not note or world.may_note(ticket) else None, scores,
    )  # fmt: skip
    old = world.kept.get(one.review)
    if old is not None and not is_same(old, one, world.criteria):
        said = _(
            "A legal hold keeps this ticket, so its review stays as it is. Bring this row in when the hold has ended."
        )
        raise _Wrong(world.mapping["ticket"], number, said)
    return one


def known(draft: QualityImport, numbers: Sequence[str]) -> dict[tuple[str, str], Review]:
    """The reviews of these tickets that were brought in by the same scorecard, with their marks. Two queries."""
    rows = Review.objects.filter(
        source=draft.source_id,
        version__scorecard=draft.version.scorecard_id,
        brought_by__isnull=False,
        external_id__in=numbers,
    ).prefetch_related("marks")
    return {(row.external_id, row.reviewer_name.casefold()): row for row in rows}


def is_same(old: Review, row: Judged, criteria: list[Criterion]) -> bool:
    """Whether the row says what the review says already, by the version of its scorecard in use."""
    marks = {mark.criterion_id: mark.score for mark in old.marks.all()}
    is_current = old.version_id == criteria[0].version_id
    is_noted = row.note is None or old.note == row.note
    return is_current and marks == row.scores and old.done_at == row.done_at and is_noted


def _needed(cells: dict[str, str], column: str) -> str:
    value = cells.get(column, "").strip()
    if not value:
        raise _Wrong(column, "", _("The cell is empty, and every review needs it."))
    return value


def _moment(cells: dict[str, str], column: str) -> datetime:
    """A moment with its zone, or a day or moment in the reporting zone; not in the future."""
    value, zone = _needed(cells, column), ZoneInfo(settings.REPORTING_TIME_ZONE)
    said = _("This is no day or time up to now. Write it as 2026-10-31 or 2026-10-31 14:05.")
    try:
        found: date | datetime | None = parse_datetime(value) or parse_date(value)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _Wrong(column, value, said)
    moment = found if isinstance(found, datetime) else datetime.combine(found, time(12), zone)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment.date() > timezone.localdate():
        raise _Wrong(column, value, said)
    return moment


def _score(cells: dict[str, str], one: Criterion, mapping: dict[str, str]) -> int | None:
    column = mapping.get(f"criterion:{one.key}") or ""
    value = cells.get(column, "").strip()
    word = value.casefold()
    if word in NOT_APPLICABLE:
        if one.may_skip:
            return None
        raise _Wrong(column or one.name, value, _("This criterion always applies: give a score."))
    if one.top == 1 and word in YES | NO:
        return int(word in YES)
    if word.isascii() and word.isdecimal() and len(word) < 4 and int(word) <= one.top:
        return int(word)
    raise _Wrong(
        column, value, _("This is no whole score from 0 to %(top)s, and not N/A.") % {"top": one.top}
    )
