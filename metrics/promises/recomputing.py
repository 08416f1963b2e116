"""Measures results of the past again, by the versions of calendars and policies that hold now.

ask --> preview … preview (nothing is written but the comparison) --> apply … apply --> roll_up … --> done

Both are jobs in chunks that commit with their cursor. A ticket whose results stay as they are is not touched.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases, rollups, service_levels, targets
from metrics.models import Source, StaleDay
from metrics.promises.editing import ServiceLevelRefused
from metrics.promises.models import Recompute
from metrics.storing import SOURCE_LOCKS
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import Step, step
from sopdesk.jobs.submitting import submit

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

PREVIEW: Final = "metrics.recompute_preview"
APPLY: Final = "metrics.recompute_apply"
CHUNK = 5000

_WHICH: Final = """FROM metrics_ticket
WHERE source_id = %(source)s AND created_at >= %(from)s AND created_at < %(until)s"""
_STORED: Final = f"""CREATE TEMP TABLE stored ON COMMIT DROP AS
SELECT id, created_at, status, priority, channel, team_id, labels::text[] AS labels, first_public_reply_at,
    last_solved_at, closed_at, flags::text[] AS flags, asked_at, answered_at,
    merged_into IS NULL AND NOT is_spam AND NOT is_agent_initiated AS is_promised
{_WHICH} AND (created_at, id) > (%(after)s::timestamptz, %(after_id)s) ORDER BY created_at, id
LIMIT %(chunk)s"""
_LOCKED: Final = (
    "SELECT 1 FROM metrics_ticket WHERE id IN (SELECT id FROM stored) ORDER BY id FOR NO KEY UPDATE"
)
_SPANS: Final = """CREATE TEMP TABLE stored_span ON COMMIT DROP AS
SELECT ticket_id, status, from_at, to_at FROM metrics_statusspan WHERE ticket_id IN (SELECT id FROM stored)"""

_COLUMNS: Final = (
    "ticket_id, metric, instance, policy_id, priority_applied, target_s, started_at, due_at, risk_at, fulfilled_at,"
    " elapsed_s, state"
)
_REMEASURED: Final = (
    f"CREATE TEMP TABLE remeasured ON COMMIT DROP AS SELECT {_COLUMNS} FROM metrics_slaresult WHERE false"
)
# A promise that ran out since it was measured is overdue; the due time of one that is paused moves with the clock.
_COMPARED: Final = """CREATE TEMP TABLE compared ON COMMIT DROP AS
SELECT ticket_id, metric, before, new.state AS after, coalesce(old.started_at, new.started_at) AS started_at,
    (old.policy_id, old.target_s, old.started_at, old.fulfilled_at, before)
        IS DISTINCT FROM (new.policy_id, new.target_s, new.started_at, new.fulfilled_at, new.state)
    OR new.state <> 'paused' AND old.due_at IS DISTINCT FROM new.due_at AS differs
FROM (SELECT *, CASE WHEN state = 'running' AND due_at < %(now)s THEN 'overdue' ELSE state END AS before
      FROM metrics_slaresult WHERE ticket_id IN (SELECT id FROM stored)) AS old
    FULL JOIN remeasured AS new USING (ticket_id, metric, instance)"""
_COUNTS: Final = """SELECT metric, coalesce(team.name, ''), before, after, count(*), count(*) FILTER (WHERE differs)
FROM compared JOIN stored ON stored.id = ticket_id LEFT JOIN accounts_team AS team ON team.id = stored.team_id
GROUP BY 1, 2, 3, 4"""

_CHANGED: Final = "SELECT ticket_id FROM compared WHERE differs"
_WRITE: Final = (
    f"DELETE FROM metrics_slaresult WHERE ticket_id IN ({_CHANGED})",
    f"INSERT INTO metrics_slaresult ({_COLUMNS}) SELECT {_COLUMNS} FROM remeasured WHERE ticket_id IN ({_CHANGED})",
    f"""INSERT INTO metrics_staleday (ticket_import_id, day)
    SELECT DISTINCT NULL::bigint, (started_at AT TIME ZONE %(zone)s)::date FROM compared WHERE ticket_id IN ({_CHANGED})
    ORDER BY 2
    ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day""",
)


def ask(source: Source, first: date, last: date, *, actor: User) -> Recompute:
    """Begin to work out what measuring again would change."""
    require(actor, Permission.SERVICE_LEVELS_EDIT)
    with transaction.atomic():
        made = Recompute.objects.create(
            source=source, first=first, last=last, versions=_versions(source), created_by=actor
        )
        made.preview = submit(PREVIEW, key=_key(made, PREVIEW), payload={"recompute": made.pk}, actor=actor)
        made.save(update_fields=["preview"])
        record(actor=actor, event=Event.RECOMPUTE_ASKED, subject=made, facts=_facts(made))
        return made


def apply(asked: Recompute, *, actor: User) -> Recompute:
    """Do what the preview shows. Raises ServiceLevelRefused when it is not ready, done already, or out of date."""
    require(actor, Permission.SERVICE_LEVELS_EDIT, asked)
    with transaction.atomic():
        locked = (
            Recompute.objects.select_for_update(of=("self",))
            .select_related("preview", "source")
            .get(pk=asked.pk)
        )
        if locked.job_id is not None:
            raise ServiceLevelRefused(_("These results are being measured again already."))
        if locked.preview is None or locked.preview.state != Job.State.DONE:
            raise ServiceLevelRefused(_("The preview is not ready. Wait until it is."))
        if locked.versions != _versions(locked.source):
            raise ServiceLevelRefused(
                _(
                    "The policy was changed since this preview. Nothing was measured again; ask for a new preview."
                )
            )
        locked.job = submit(APPLY, key=_key(locked, APPLY), payload={"recompute": locked.pk}, actor=actor)
        locked.save(update_fields=["job"])
        record(actor=actor, event=Event.RECOMPUTE_APPLIED, subject=locked, facts=_facts(locked))
        return locked


def _versions(source: Source) -> list[int]:
    return [version.pk for version in targets.versions_for(source)]


def _key(asked: Recompute, kind: str) -> str:
    return hashlib.sha256(f"{kind} {asked.pk}".encode()).hexdigest()


def _facts(asked: Recompute) -> dict[str, Any]:
    facts = {"source": str(asked.source), "first": str(asked.first), "last": str(asked.last)}
    return {**facts, "changed": asked.comparison.get("changed", 0)}


@step(PREVIEW)
def preview_chunk(job: Job) -> Step:
    asked = Recompute.objects.select_related("source").get(pk=job.payload["recompute"])
    return _chunk(asked, job.cursor, writes=False)


@step(APPLY)
def apply_chunk(job: Job) -> Step:
    asked = Recompute.objects.select_related("source").get(pk=job.payload["recompute"])
    if job.cursor.get("phase") == "roll_up":
        left = rollups.catch_up(None) and StaleDay.objects.filter(ticket_import=None).count()
        return Step(job.cursor, job.progress_done, job.progress_total, not left)
    moved = _chunk(asked, job.cursor, writes=True)
    if not moved.finished:
        return moved
    return Step({**moved.cursor, "phase": "roll_up"}, moved.done, moved.total, False)


def _chunk(asked: Recompute, cursor: dict[str, Any], *, writes: bool) -> Step:
    """The next tickets: measured beside, compared, and written where they differ. The last chunk is one without any."""
    now = timezone.now()
    names: dict[str, Any] = {
        "source": asked.source_id, "from": targets.begin_of(asked.first),
        "until": targets.begin_of(asked.last + timedelta(days=1)), "now": now, "zone": settings.REPORTING_TIME_ZONE,
        "after": cursor.get("after", "-infinity"), "after_id": cursor.get("after_id", 0), "chunk": CHUNK,
    }  # fmt: skip
    with connection.cursor() as database:
        database.execute("SELECT set_config('jit', 'off', true)")
        if writes:  # An import stores tickets of the source before this chunk or after it, never meanwhile.
            database.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCKS, asked.source_id])
        total = cursor.get("total")
        if total is None:
            aliases.forget()  # names that hold since a moment ago are meant too
            database.execute(f"SELECT count(*) {_WHICH}", names)
            total = database.fetchone()[0]
        database.execute("DROP TABLE IF EXISTS stored, stored_span, remeasured, compared")
        database.execute(_STORED, names)
        database.execute("SELECT created_at::text, id FROM stored ORDER BY created_at DESC, id DESC LIMIT 1")
        last = database.fetchone()
        if last is None:
            return Step(cursor, cursor.get("done", 0), total, True)
        for statement in ((_LOCKED,) if writes else ()) + (_SPANS, _REMEASURED):
            database.execute(statement, names)
        service_levels.measure(asked.source, provides={*asked.source.provides}, now=now, into="remeasured")
        database.execute(_COMPARED, names)
        done = _count(asked, database, cursor, writes=writes)
        for statement in _WRITE if writes else ():
            database.execute(statement, names)
    return Step({"after": last[0], "after_id": last[1], "done": done, "total": total}, done, total, False)


def _count(asked: Recompute, database: Any, cursor: dict[str, Any], *, writes: bool) -> int:
    """Add this chunk to the comparison. Returns how many tickets were looked at so far."""
    database.execute("SELECT count(*) FROM stored")
    done = int(cursor.get("done", 0) + database.fetchone()[0])
    if writes:
        return done
    database.execute(_COUNTS)
    kept = asked.comparison or {"changed": 0, "cells": {}}
    for metric, team, before, after, n, differs in database.fetchall():
        cell = kept["cells"].setdefault(f"{metric}|{team}", {"before": {}, "after": {}, "moved": 0})
        for side, state in (("before", before), ("after", after)):
            if state is not None:
                cell[side][state] = cell[side].get(state, 0) + n
        cell["moved"] += n if before != after else 0
        kept["changed"] += differs
    asked.comparison = {**kept, "tickets": done}
    asked.save(update_fields=["comparison"])
    return done
