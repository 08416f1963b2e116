"""Takes an import back: what it added goes, what it changed is as it was before, and its days are added up anew.

A ticket that a newer import changed since stays as it is, and the report says how many those are. When that newer
import is undone too, what it leaves behind of the older one goes as well. What a legal hold keeps stays as it is, too;
when the hold has ended, the import can be undone once more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import folding, held, mapping, rating_days, rollups, touched
from metrics.models import Import, Source, Ticket, TicketBefore
from metrics.storing import HANGING, SOURCE_LOCKS, TEAMS
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.undo_import"
CHUNK_TICKETS: Final = 4_000
_COUNTS: Final = ("removed", "restored", "held")
_COLUMNS: Final = ", ".join(
    str(field.column) for field in Ticket._meta.concrete_fields if field.column != "id"
)


class UndoRefused(Exception):
    """The import cannot be undone now. The message says why."""


@dataclass(frozen=True)
class Undone:
    """What became of the tickets of one chunk."""

    removed: int
    restored: int
    held: int


def undo(ticket_import: Import, *, actor: User) -> Import:
    """Start to take an import back, by a job. Raises UndoRefused."""
    require(actor, Permission.TICKETS_IMPORT)
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=ticket_import.pk)
        if locked.job is None or not locked.job.is_finished:
            raise UndoRefused(_("The import has not ended yet. Wait until it has; then it can be undone."))
        before = locked.undo_job
        if before is not None and before.state != Job.State.FAILED and not before.report.get("held"):
            raise UndoRefused(_("This import was undone already."))
        again = f" after {before.pk}" if before else ""
        key = hashlib.sha256(f"undo {locked.pk}{again}".encode()).hexdigest()
        locked.undo_job = submit(KIND, key=key, payload={"import": locked.pk}, actor=actor)
        locked.save(update_fields=["undo_job"])
        record(
            actor=actor, event=Event.IMPORT_UNDO_STARTED, subject=locked, facts={"source": str(locked.source)}
        )
    return locked


@step(KIND)
def advance(job: Job) -> Step:
    """One chunk: tickets first, then days."""
    ticket_import = Import.objects.select_related("source").get(pk=job.payload["import"])
    cursor = {"after": 0, **dict.fromkeys(_COUNTS, 0), **job.cursor}
    if "days" in cursor:
        return _roll_up(ticket_import, cursor, job)
    ids = _next_tickets(ticket_import, cursor["after"])
    if not ids:
        cursor["days"] = rollups.stale_days(ticket_import.pk)
        return Step(cursor, 500, 1000, False, _report(ticket_import, cursor))
    done = _take_back(ticket_import, ids)
    cursor.update(after=ids[-1], **{name: cursor[name] + getattr(done, name) for name in _COUNTS})
    known = max(1, ticket_import.added + ticket_import.changed)
    share = min(1.0, (cursor["removed"] + cursor["restored"]) / known)
    return Step(cursor, int(500 * share), 1000, False, _report(ticket_import, cursor))


def _roll_up(ticket_import: Import, cursor: dict[str, Any], job: Job) -> Step:
    rollups.catch_up(ticket_import.pk)
    left = rollups.stale_days(ticket_import.pk)
    report = _report(ticket_import, cursor)
    if not left:
        report["left"] = max(0, _left(ticket_import) - cursor["held"])
        _finish(ticket_import, report, job)
    done = 1000 - 500 * left // max(1, cursor["days"])
    return Step(cursor, done, 1000, not left, report)


def _report(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    report = {"removed": cursor["removed"], "restored": cursor["restored"]}
    return {**report, "held": cursor["held"]} if cursor["held"] else report


def _targets(ticket_import: Import) -> list[int]:
    """This import, and those of its source that were undone before: what they wrote goes wherever it shows again."""
    undone = Import.objects.filter(source_id=ticket_import.source_id, undo_job__isnull=False)
    return sorted({ticket_import.pk, *undone.values_list("pk", flat=True)})


def _next_tickets(ticket_import: Import, after: int) -> list[int]:
    tickets = Ticket.objects.filter(
        source_id=ticket_import.source_id, last_import__in=_targets(ticket_import), pk__gt=after
    )
    return [*tickets.order_by("pk").values_list("pk", flat=True)[:CHUNK_TICKETS]]


# Each ticket that shows what an undone import wrote, with its row before that import; none where it was added by it.
_UNDONE: Final = """
CREATE TEMP TABLE undone ON COMMIT DROP AS
SELECT t.id, t.last_import AS import, b.ticket AS was, b.hanging
FROM metrics_ticket AS t
LEFT JOIN metrics_ticketbefore AS b ON b.ticket_import_id = t.last_import AND b.ticket_number = t.id
WHERE t.id = ANY(%(ids)s) AND t.last_import = ANY(%(targets)s)
  AND (b.id IS NOT NULL OR t.first_import = t.last_import)
FOR UPDATE OF t"""

_CLEAR: Final = [
    f"DELETE FROM metrics_{table} WHERE ticket_id IN (SELECT id FROM undone)" for table in HANGING
]
_REMOVE: Final = "DELETE FROM metrics_ticket WHERE id IN (SELECT id FROM undone WHERE was IS NULL)"
# A column that the row before did not have yet keeps what it has now.
_RESTORE: Final = f"""
UPDATE metrics_ticket AS t SET ({_COLUMNS}) = (SELECT {_COLUMNS} FROM jsonb_populate_record(t, u.was))
FROM undone AS u WHERE u.id = t.id AND u.was IS NOT NULL"""
# Nor a team that came to be since: nothing gives it another time (metrics/late_teams.py).
_TEAM: Final = f"""
WITH team AS MATERIALIZED ({TEAMS})
UPDATE metrics_ticket AS t SET team_id = team.id FROM undone AS u, team
WHERE t.id = u.id AND u.was IS NOT NULL AND t.team_id IS NULL AND team.name = lower(t.team_name)"""
_HANG: Final = [
    f"INSERT INTO metrics_{table} SELECT h.* FROM undone AS u,"
    f" jsonb_populate_recordset(NULL::metrics_{table}, u.hanging -> '{table}') AS h"
    f" WHERE u.was IS NOT NULL AND u.hanging ? '{table}'"
    for table in HANGING
]
_USED: Final = """DELETE FROM metrics_ticketbefore AS b USING undone AS u
    WHERE b.ticket_import_id = u.import AND b.ticket_number = u.id"""


def _take_back(ticket_import: Import, ids: list[int]) -> Undone:
    """Again and again, while what comes to light was written by an import that is undone as well."""
    names: dict[str, Any] = {"targets": _targets(ticket_import)}
    removed, restored, kept = 0, set[int](), set[int]()
    with connection.cursor() as database:
        database.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, ticket_import.source_id])
        while True:
            # How a ticket was before may be what a hold keeps.
            kept |= held.among(ids)
            names["ids"] = [number for number in ids if number not in kept]
            database.execute("DROP TABLE IF EXISTS undone")
            database.execute(_UNDONE, names)
            database.execute("SELECT array_agg(id), array_agg(id) FILTER (WHERE was IS NOT NULL) FROM undone")
            found, changed = (some or [] for some in database.fetchone())
            touched.mark(found, import_id=ticket_import.pk)
            for statement in _CLEAR:
                database.execute(statement)
            database.execute(_REMOVE)
            removed += database.rowcount
            for statement in [_RESTORE, _TEAM, *_HANG, _USED]:
                database.execute(statement, names)
            touched.mark(changed, import_id=ticket_import.pk)
            rating_days.move(database, changed, import_id=ticket_import.pk)
            restored |= {*changed}
            if not changed:
                break
    still = set(Ticket.objects.filter(pk__in=restored).values_list("pk", flat=True))
    return Undone(removed, len(still), len(kept - still))


def _left(ticket_import: Import) -> int:
    """Tickets that stay: a hold keeps them, a newer import changed them since, or what they were before is no longer
    kept."""
    changed = TicketBefore.objects.filter(ticket_import=ticket_import).order_by().values("ticket_number")
    of_it = Q(first_import=ticket_import.pk) | Q(last_import=ticket_import.pk)
    tickets = Ticket.objects.filter(of_it, source=ticket_import.source_id).order_by().values("pk")
    return changed.union(tickets).count()


def _finish(ticket_import: Import, report: dict[str, Any], job: Job) -> None:
    """What the source is said to tell of is what the files say that are still in it."""
    source = Source.objects.select_for_update().get(pk=ticket_import.source_id)
    others = source.imports.filter(job__isnull=False, undo_job__isnull=True).only("mapping", "header")
    provided: set[str] = set()
    for other in others:
        fitted = mapping.parse(other.mapping).fitted(other.header)
        provided |= {*fitted.provides, *(folding.WORKED_OUT if fitted.shape == "events" else ())}
    if not report["left"] and not report.get("held"):
        source.provides = sorted(provided)
        source.save(update_fields=["provides"])
    record(
        actor=job.created_by or System("ticket import"),
        event=Event.IMPORT_UNDONE,
        subject=ticket_import,
        facts={name: count for name, count in report.items() if count},
    )


def forget_befores() -> int:
    """Let go of what older imports replaced: after IMPORT_UNDO_DAYS a change can no longer be taken back."""
    before = timezone.now() - timedelta(days=settings.IMPORT_UNDO_DAYS)
    number, _by_model = TicketBefore.objects.filter(ticket_import__created_at__lt=before).delete()
    return number
