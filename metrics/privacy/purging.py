"""Deleting tickets that their source keeps no longer: first told, then done by a job, chunk by chunk.

A ticket's time is counted from its last update. What a hold keeps stays. The daily sums stay as they were: they hold no
ticket and no person, and a trend should not end where retention does (docs/decisions/0034-what-goes-and-what-stays.md).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import touched
from metrics.models import RejectedRow, Source, Ticket, TicketBefore, TicketText
from metrics.privacy import forgetting, holding
from metrics.privacy.models import LegalHold, Purge
from metrics.querysets import TicketQuerySet
from metrics.storing import SOURCE_LOCKS
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.purge"
CHUNK: Final = 2000


class PurgeRefused(Exception):
    """Nothing was deleted; the message says why."""


@dataclass(frozen=True)
class Plan:
    """What a purge of a source would delete now, and what holds keep of it."""

    source: Source
    before: datetime
    months: list[dict[str, Any]]
    texts: int
    rejected: int
    kept: list[tuple[LegalHold, int]]

    @property
    def tickets(self) -> int:
        return sum(month["going"] for month in self.months)

    @property
    def held(self) -> int:
        return sum(month["held"] for month in self.months)


def horizon(source: Source) -> datetime | None:
    """Tickets last updated before it are over their time; None where they are kept for ever."""
    return timezone.now() - relativedelta(months=source.keep_months) if source.keep_months else None


def over(source_id: int, before: datetime) -> TicketQuerySet:
    return Ticket.objects.filter(source_id=source_id, updated_at__lt=before)


def plan(source: Source) -> Plan | None:
    """Tell what would go, by month of creation, and delete nothing. None where tickets are kept for ever."""
    before = horizon(source)
    if before is None:
        return None
    tickets, held = over(source.pk, before), holding.held()
    months = (
        tickets.annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(going=Count("pk", filter=~held), held=Count("pk", filter=held))
        .order_by("month")
    )
    going = tickets.exclude(held)
    kept = [(hold, tickets.filter(holding.kept_by(hold)).count()) for hold in LegalHold.objects.standing()]
    return Plan(
        source, before, [dict(month) for month in months], TicketText.objects.filter(ticket__in=going).count(),
        _rejected(source.pk, before).count(), [(hold, count) for hold, count in kept if count],
    )  # fmt: skip


def _rejected(source_id: int, before: datetime) -> Any:
    """Rejected rows of files that came in before it, of a source of which nothing is held as a whole."""
    rows = RejectedRow.objects.filter(ticket_import__source=source_id, ticket_import__created_at__lt=before)
    is_held = LegalHold.objects.standing().filter(Q(source=source_id) | Q(source=None)).exists()
    return rows.none() if is_held else rows


def start(source: Source, *, actor: User | None) -> Purge:
    """Delete, by a job, what is over its time now; once a day. `actor` None is the nightly run. Raises PurgeRefused."""
    if actor is not None:
        require(actor, Permission.PRIVACY_EDIT, source)
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        before = horizon(locked)
        if before is None:
            raise PurgeRefused(_("Tickets of this source are kept for ever. Set a number of months first."))
        running = Purge.objects.filter(source=locked, job__state__in=("queued", "running")).first()
        if running is not None:
            return running
        purge = Purge.objects.create(source=locked, before=before, created_by=actor)
        key = hashlib.sha256(f"purge {purge.pk}".encode()).hexdigest()
        purge.job = submit(KIND, key=key, payload={"purge": purge.pk}, actor=actor)
        purge.save(update_fields=["job"])
        facts = {"before": before, "months": locked.keep_months, "nightly": actor is None}
        record(actor=actor or System("retention"), event=Event.PURGE_STARTED, subject=locked, facts=facts)
    return purge


@step(KIND)
def advance(job: Job) -> Step:
    """The next tickets. What a hold placed meanwhile keeps is not among them."""
    purge = Purge.objects.select_related("source").get(pk=job.payload["purge"])
    alone_with(purge.source_id)
    going = over(purge.source_id, purge.before).exclude(holding.held())
    done: int = job.cursor.get("done", 0)
    total = job.cursor.get("total")
    total = going.count() if total is None else total
    ids = list(going.order_by("created_at", "pk").values_list("pk", flat=True)[:CHUNK])
    counts = Counter(purge.counts)
    if ids:
        _freeze_or_mark(purge.source, ids)
        counts.update(delete(ids))
    else:
        rejected = _rejected(purge.source_id, purge.before).delete()[0]
        counts.update({"rejected rows": rejected} if rejected else {})
        _finish(purge, counts, job)
    Purge.objects.filter(pk=purge.pk).update(counts=dict(counts))
    done += len(ids)
    return Step({"done": done, "total": total}, done, max(total, done), not ids)


def alone_with(source_id: int) -> None:
    """Whoever writes what hangs on tickets of a source does it before this transaction or after it: what an import or a
    recompute had written of a ticket that is deleted meanwhile would be left without it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, source_id])


def delete(ids: list[int]) -> dict[str, int]:
    """Delete these tickets, all that hangs on them, and how they were before an import. Returns rows by table."""
    forgetting.forget(ids)
    before, _by_model = TicketBefore.objects.filter(ticket_number__in=ids).delete()
    _rows, by_model = Ticket.objects.filter(pk__in=ids).delete()
    counts = {name.split(".")[-1]: count for name, count in by_model.items() if count}
    return {**counts, **({"TicketBefore": before} if before else {})}


def _freeze_or_mark(source: Source, ids: list[int]) -> None:
    """Let the days of these tickets be added up without them, or never again, as the source says."""
    if source.figures_follow:
        touched.mark(ids)
    else:
        touched.freeze(source.pk, ids)


def _finish(purge: Purge, counts: Counter[str], job: Job) -> None:
    actor = job.created_by or System("retention")
    facts = {"before": purge.before, "rows": dict(counts)}
    record(actor=actor, event=Event.PURGE_FINISHED, subject=purge.source, facts=facts)


def nightly() -> int:
    """Start what is due, and take away the texts of sources that keep none any more. Safe to run twice."""
    started = 0
    for source in Source.objects.exclude(keep_months=None):
        before = horizon(source)
        if before and over(source.pk, before).exclude(holding.held()).exists():
            start(source, actor=None)
            started += 1
    for source in Source.objects.filter(Q(keeps_subject=False) | Q(keeps_body=False)):
        _drop_texts(source)
    return started


def _drop_texts(source: Source) -> None:
    """Of a source that keeps subjects or texts no longer, those kept so far; held ones stay."""
    held = Ticket.objects.filter(holding.held(), source=source)
    texts = TicketText.objects.filter(ticket__source=source).exclude(ticket__in=held)
    if not source.keeps_subject and not source.keeps_body:
        texts.delete()
        return
    if not source.keeps_subject:
        texts.exclude(subject=None).update(subject=None)
    if not source.keeps_body:
        texts.exclude(body=None).update(body=None)
    texts.filter(subject=None, body=None).delete()
