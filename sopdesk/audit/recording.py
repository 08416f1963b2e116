"""Appending to the record, and checking that nobody has altered it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry, Head

GENESIS = "0" * 64


class Actor(Protocol):
    """Whoever decides: a person, or the desk itself."""

    @property
    def pk(self) -> Any: ...
    def __str__(self) -> str: ...


@dataclass(frozen=True)
class System:
    """The desk acting by itself, under a name that says which part of it."""

    name: str
    pk: None = None

    def __str__(self) -> str:
        return self.name


def record(
    *, actor: Actor, event: Event, subject: models.Model, facts: dict[str, Any] | None = None
) -> Entry:
    """Append one decision inside the caller's transaction, so that it stands if and only if the decision does.

    Raises TransactionManagementError outside a transaction. Appends wait for one another until the transaction ends,
    for the chain has one end: so a verb takes its other locks first and records last.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record belongs inside the verb's transaction")
    Head.objects.get_or_create(id=1, defaults={"hash": GENESIS})
    head = Head.objects.select_for_update().get(id=1)
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        event=event,
        actor_id=actor.pk,
        actor_name=str(actor)[:120],
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=str(subject)[:300],
        facts=json.loads(json.dumps(facts or {}, cls=DjangoJSONEncoder)),
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    head.number, head.hash = entry.number, entry.hash
    head.save(update_fields=["number", "hash"])
    return entry


def entry_hash(entry: Entry) -> str:
    """SHA-256 (hex) of everything the entry says, its place in the chain included."""
    said = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": str(entry.event),
        "actor": [entry.actor_id, entry.actor_name],
        "subject": [entry.subject_type, entry.subject_id, entry.subject_label],
        "facts": entry.facts,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def faults() -> Iterator[str]:
    """What is wrong with the chain, a sentence each; nothing when it stands as it was written."""
    number, previous = 0, GENESIS
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != number + 1:
            yield f"entry {number + 1} is missing: the next one found is {entry.number}"
        if entry.previous_hash != previous:
            yield f"entry {entry.number} does not follow the entry before it"
        if entry.hash != entry_hash(entry):
            yield f"entry {entry.number} was edited: its content does not match its hash"
        number, previous = entry.number, entry.hash
    written = end()
    if (written.number, written.hash) != (number, previous):
        yield f"the chain ends at entry {number}, but it was written up to entry {written.number}"


def end() -> Head:
    """Where the chain ends; number 0 while nothing was recorded. Noted elsewhere, it proves the chain up to there."""
    return Head.objects.filter(id=1).first() or Head(number=0, hash=GENESIS)


def stands(number: int, noted_hash: str) -> bool:
    """Whether the entry of this number still has the hash that was noted when it was the last one."""
    return Entry.objects.filter(number=number, hash=noted_hash).exists()
