"""Opening must-reads: which texts of a change have to be read, as the change stands now.

Asking twice changes nothing, so it is asked whenever a change took a step, and by beat for steps that were missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.documents.hashing import content_hash
from sopdesk.documents.locking import database_now, locked_change
from sopdesk.documents.models import Change, Content, Document, Version
from sopdesk.readership.days import day_of, today
from sopdesk.readership.models import Gate, MustRead, ReadPlan
from sopdesk.text import diff

ASKED_KINDS = ("article", "macro", "sop")
"""Kinds that people follow. A label is chosen from a list that always shows it as it is."""
WORDS_A_MINUTE = 200
DESK = System("must-reads")


@dataclass(frozen=True)
class Asked:
    """One text to be read: what it says, its hash, and what stood there before."""

    document: Document
    content: Content
    hash: str
    before: Content | None


def open_for(change: Change) -> list[MustRead]:
    """Make what stands open for reading match the change: its texts in force, or those that may be read ahead.

    Returns the must-reads that are new. Rows of texts that are no longer asked are kept as replaced.
    """
    with transaction.atomic():
        change = locked_change(change)
        plan = ReadPlan.objects.filter(change=change).first() or ReadPlan(change=change)
        plan.change = change
        begun = change.state_at(database_now()) == Change.State.PUBLISHED
        asked = list(_asked(change, begun)) if plan.is_asked and (begun or plan.early) else []
        standing = {(row.document_id, row.content_hash): row for row in change.must_reads.all()}
        keep = {(each.document.pk, each.hash) for each in asked}
        _replace([row for key, row in standing.items() if key not in keep])
        opened = [
            row
            for each in asked
            if (row := _stand(each, plan, begun, standing.get((each.document.pk, each.hash))))
        ]
        if opened:
            documents = [
                {"document": row.document.key, "due": row.due_on, "hash": row.content_hash} for row in opened
            ]
            facts = {"early": not begun, "documents": documents}
            record(actor=DESK, event=Event.MUST_READ_OPENED, subject=change, facts=facts)
        return opened


def minutes_for(words: int) -> int:
    """How long so many words take to read, in whole minutes and at least one."""
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def words_to_read(before: Content | None, content: Content) -> int:
    """How many words stand in the sections that changed; all of them in a new document."""
    if before is None:
        return len(content.body.split())
    sections = diff.documents(before.body, content.body)
    return sum(_words(section) for section in sections if section.kind != diff.SectionKind.same)


def _words(section: diff.SectionDiff) -> int:
    return sum(len(op.text.split()) for op in section.ops)


def _asked(change: Change, begun: bool) -> Iterator[Asked]:
    """The texts of the change: its versions once it has a time, its drafts while it is approved."""
    if begun or change.state == Change.State.SCHEDULED:
        versions = change.versions.filter(in_force__isempty=False, document__kind__in=ASKED_KINDS)
        for version in versions.select_related("document").order_by("document_id"):
            yield Asked(version.document, version, version.content_hash, _before(version))
    elif change.state == Change.State.APPROVED:
        items = change.items.filter(retires=False, document__kind__in=ASKED_KINDS)
        for item in items.select_related("document", "base_version").order_by("document_id"):
            yield Asked(item.document, item, content_hash(item), item.base_version)


def _before(version: Version) -> Version | None:
    earlier = Version.objects.filter(document=version.document_id, number__lt=version.number)
    return earlier.filter(in_force__isempty=False).order_by("-number").first()


def _replace(rows: list[MustRead]) -> None:
    MustRead.objects.filter(pk__in=[row.pk for row in rows], replaced=False).update(replaced=True)


def _stand(asked: Asked, plan: ReadPlan, begun: bool, row: MustRead | None) -> MustRead | None:
    """Make sure that this text's row stands; gives it back when it is new."""
    if row is not None:
        changes: dict[str, Any] = {"replaced": False}
        if not begun and not row.early:
            changes["early"] = True
        if row.replaced or len(changes) > 1:
            MustRead.objects.filter(pk=row.pk).update(**changes)
        return None
    return MustRead.objects.create(
        change=plan.change,
        document=asked.document,
        content_hash=asked.hash,
        audience=asked.content.audience,
        audience_teams=sorted(asked.content.audience_teams),
        early=not begun,
        minutes=minutes_for(words_to_read(asked.before, asked.content)),
        due_on=due_on(plan, begun=begun),
    )


def due_on(plan: ReadPlan, *, begun: bool) -> date:
    """By when: the day that was planned; ahead of its time, the day on which it comes in force; else so many days."""
    if plan.due_on is not None:
        return max(plan.due_on, today())
    change = plan.change
    if not begun and change.effective_at is not None:
        return max(day_of(change.effective_at), today())
    gate = Gate.objects.filter(change=change).first()
    if not begun and gate is not None:
        return max(day_of(gate.latest), today())
    start = change.effective_at if begun and change.effective_at else None
    return (day_of(start) if start else today()) + timedelta(days=plan.due_days)
