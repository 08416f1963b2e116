"""Brings a file of tickets in: received, started, then read chunk by chunk by a job.

    received --start--> open [--> rewrite ...] --> read ... [--> fold ...] --> roll_up ... [--> weeks ...] --> done

A phase is in the job's cursor, and every chunk commits with its cursor (sopdesk/jobs), so that a worker that dies
at any point leaves nothing lost and nothing doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from metrics import (
    containers,
    converting,
    folding,
    import_days,
    later,
    mapping,
    progress,
    reading,
    reading_ahead,
    refusing,
    rewriting,
    service_levels,
    staging,
    storing,
    surveying,
    told_apart,
    unmapped,
    uploads,
)
from metrics.admitting import KeysLost, door_of, open_door
from metrics.chunks import Chunk
from metrics.containers import FileRefused
from metrics.mapping import FileMapping, MappingRefused
from metrics.models import Import, Source, StagedEvent, StaleDay
from metrics.reading import Layout
from metrics.reading_ahead import Place, Ready
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import Actor, System, record
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, JobWaits, Step, on_failed, step
from sopdesk.jobs.running import say_something
from sopdesk.jobs.submitting import submit

KIND: Final = "metrics.import_tickets"
CHUNK_ROWS: Final = 20_000
FIRST_ROWS: Final = 5_000  # soon done, so that the next are read beside them, half as many more each time
CHUNK_BYTES: Final = 16 * 1024**2


class AlreadyImported(Exception):
    """The same file was brought in before, read the same way. `ticket_import` is that one."""

    def __init__(self, ticket_import: Import) -> None:
        super().__init__(str(ticket_import))
        self.ticket_import = ticket_import


def stored_path(ticket_import: Import) -> Path:
    return uploads.folder() / ticket_import.stored


def receive(blocks: Iterable[bytes], *, name: str, source: Source, actor: User | None) -> Import:
    """Keep the bytes of a file under a random name and make the draft of its import. Raises FileRefused.

    `actor` None is the command line, where whoever runs it has the machine anyway.
    """
    if actor is not None:
        require(actor, Permission.TICKETS_IMPORT)
    path, size, digest = uploads.new(".upload"), 0, hashlib.sha256()
    try:
        with path.open("wb") as file:
            for block in blocks:
                size += len(block)
                digest.update(block)
                file.write(block)
        look = surveying.look(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    header = [*look.header, *later.found_before(digest.hexdigest(), look.form, look.header)]
    return Import.objects.create(
        source=source, file_name=name[-255:], stored=path.name, size=size, sha256=digest.hexdigest(),
        time_zone=source.time_zone, header=header, form=look.form, created_by=actor,
    )  # fmt: skip


def start(
    draft: Import, content: dict[str, Any], *, mapping_name: str = "", time_zone: str = "", actor: User | None
) -> Import:
    """Read the file this way, by a job. Raises MappingRefused, or AlreadyImported for the same work."""
    if actor is not None:
        require(actor, Permission.TICKETS_IMPORT)
    mapping.parse(content).fitted(draft.header)
    zone, door = time_zone or draft.time_zone, open_door(draft.source)
    kept = "".join(f" {name}" for name in staging.TEXTS if name not in door.shut)
    same = f"{draft.sha256} {draft.source_id} {mapping.digest(content)} {zone}{kept}{_last_undone(draft)}"
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=draft.pk)
        if locked.job is not None:
            raise AlreadyImported(locked)
        job = submit(
            KIND, key=hashlib.sha256(same.encode()).hexdigest(), payload={"import": draft.pk}, actor=actor
        )
        if job.payload["import"] != draft.pk:
            raise AlreadyImported(Import.objects.get(pk=job.payload["import"]))
        locked.job, locked.mapping, locked.mapping_name, locked.time_zone = job, content, mapping_name, zone
        locked.save(update_fields=["job", "mapping", "mapping_name", "time_zone"])
        facts = {"file": locked.file_name, "sha256": locked.sha256, "source": str(locked.source)}
        record(actor=_actor(actor), event=Event.IMPORT_STARTED, subject=locked, facts=facts)
    return locked


def _last_undone(draft: Import) -> str:
    """What makes it other work after an undo: the same file may then be needed again. Raises MappingRefused."""
    undone = Import.objects.filter(source=draft.source_id, undo_job__isnull=False)
    if undone.exclude(undo_job__state__in=[Job.State.DONE, Job.State.FAILED]).exists():
        raise MappingRefused(
            [_("An import of this source is being undone. Start this one when that has ended.")]
        )
    # An import may be undone once more, when a hold has ended: each time it is other work again.
    last = undone.aggregate(last=Max("undo_job"))["last"]
    return f" undone by {last}" if last else ""


def _actor(person: User | None) -> Actor:
    return person or System("ticket import")


def discard(draft: Import) -> None:
    """Take away a draft that was never started, with its file."""
    if draft.job is None:
        stored_path(draft).unlink(missing_ok=True)
        draft.delete()


@step(KIND)
def advance(job: Job) -> Step:
    """One chunk of the import (see the phases at the top)."""
    ticket_import = Import.objects.select_related("source").get(pk=job.payload["import"])
    phase = job.cursor.get("phase", "open")
    with connection.cursor() as database:
        # Compiling statements so wide takes longer than running them.
        database.execute("SELECT set_config('jit', 'off', true)")
    try:
        cursor = _PHASES[phase](ticket_import, job.cursor)
    except KeysLost as lost:
        raise JobWaits(str(lost)) from lost
    except (FileRefused, MappingRefused) as refusal:
        raise JobRefused(str(refusal)) from refusal
    except FileNotFoundError as gone:
        raise JobRefused("The uploaded file is no longer there. Upload it again.") from gone
    finished = cursor["phase"] == "done"
    if finished:
        _finish(ticket_import, job)
    return Step(cursor, progress.done(ticket_import, cursor), 1000, finished, {"phase": cursor["phase"]})


def _open(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """Make the file readable from any point, and see that its columns are those the mapping names."""
    path = stored_path(ticket_import)
    if ticket_import.form and path.suffix == ".upload":
        return {"phase": "rewrite"}
    if not containers.is_seekable_text(path):
        plain = path.with_suffix(".csv")
        # A transaction that says nothing for long is ended (sopdesk/jobs/running.py).
        containers.unpack(path, plain, still_here=say_something)
        ticket_import.stored = plain.name
    layout = reading.layout_of(stored_path(ticket_import), "," if ticket_import.form else "")
    fitted = mapping.parse(ticket_import.mapping).fitted(layout.header)
    ticket_import.header = layout.header
    later = (cursor.get("left_out") or {}).get("later") or {}
    ticket_import.ignored_columns = [name for name in (*layout.header, *later) if name not in fitted.headers]
    ticket_import.save(update_fields=["stored", "header", "ignored_columns"])
    provides = {*fitted.provides, *(folding.WORKED_OUT if fitted.shape == "events" else ())}
    source = Source.objects.select_for_update().get(pk=ticket_import.source_id)
    source.provides = sorted({*source.provides, *provides})
    source.save(update_fields=["provides"])
    service_levels.policy_for(source)
    size = stored_path(ticket_import).stat().st_size
    customers = told_apart.compared(
        ticket_import, told_apart.in_file(stored_path(ticket_import), layout, fitted)
    )
    return {
        "phase": "read",
        "offset": layout.start,
        "line": layout.line - (ticket_import.form not in surveying.BY_LINES),
        "delimiter": layout.delimiter,
        "size": size,
        "left_out": cursor.get("left_out", {}),
        "customers": customers,
    }


def _rewrite(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """The next records of a file that is no delimited text, as CSV."""
    wanted = mapping.parse(ticket_import.mapping).headers
    after = rewriting.advance(
        stored_path(ticket_import), ticket_import.form, ticket_import.header, cursor, say_something, wanted
    )
    if "rewritten" in after:
        ticket_import.stored = after["rewritten"]
        # Lines that stand in the CSV as UTF-8.
        ticket_import.other_encoding = after.get("other_encoding", 0)
        ticket_import.save(update_fields=["stored", "other_encoding"])
        return {"phase": "open", "left_out": after.get("left_out", {})}
    return {**after, "phase": "rewrite"}


def _read(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """The next rows of the file. A chunk that fails for the data of one row is read again without that row."""
    place = _place(ticket_import, cursor)
    try:
        with transaction.atomic():
            return _read_chunk(ticket_import, place, cursor)
    except refusing.OF_A_ROW:
        after = refusing.narrowed(ticket_import, place, cursor)
        if after is None:
            raise
        return after


def _read_chunk(ticket_import: Import, place: Place, cursor: dict[str, Any]) -> dict[str, Any]:
    """As far as into the tickets or, of an event log, into the staged events."""
    ready = reading_ahead.take(place, say_something)
    chunk, fitted = ready.chunk, place.mapping
    chunk.reject(_converted(ready, place), place.door.masked)
    if ready.at_end and import_days.is_much(ticket_import):
        reading_ahead.begin_statistics(ticket_import.pk)
    found = unmapped.of_chunk(fitted) if ready.unmapped is None else ready.unmapped
    odd = unmapped.counted(fitted, cursor.get("unmapped", {}), found, place.door.masked)
    stored = storing.Stored(0, 0, 0, 0)
    if fitted.shape == "events":
        folding.stage(ticket_import.pk)
    else:
        stored = _store(ticket_import, fitted, ready.known)
    if ready.table:
        converting.release(ready.table)
    kept = refusing.count(ticket_import, place.path, chunk, cursor, stored, ready.other_encoding)
    after_reading = "fold" if fitted.shape == "events" else "roll_up"
    after = {name: getattr(ready.after, name) for name in ("offset", "line", "rows")} | {
        "unmapped": odd,
        **kept,
    }
    return {**cursor, **after, "phase": after_reading if ready.at_end else "read"}


def _converted(ready: Ready, place: Place) -> Iterable[converting.Fault]:
    """Have the chunk as `converted`, and the next one begun beside what is done with it."""
    if ready.table:
        converting.adopt(ready.table)
    else:
        staging.create_incoming()
        staging.copy_in(ready.columns, ready.blocks)
    if not ready.at_end:
        reading_ahead.begin(ready.after)
    return ready.faults if ready.table else converting.convert(place.mapping, place.zone)


def _place(ticket_import: Import, cursor: dict[str, Any]) -> Place:
    return Place(
        import_id=ticket_import.pk,
        path=stored_path(ticket_import),
        end=cursor["size"],
        zone=ticket_import.time_zone,
        layout=Layout(cursor["delimiter"], ticket_import.header, 0, 0),
        mapping=mapping.parse(ticket_import.mapping).fitted(ticket_import.header),
        door=open_door(ticket_import.source),
        rows=min(CHUNK_ROWS, cursor.get("rows", FIRST_ROWS)),
        most=CHUNK_ROWS,
        size=CHUNK_BYTES,
        offset=cursor["offset"],
        line=cursor["line"],
    )


def _store(ticket_import: Import, fitted: FileMapping, known: storing.Known | None = None) -> storing.Stored:
    """`converted` into the tickets, with their promises measured."""
    source = ticket_import.source
    basis = fitted.vendor_basis
    stored = storing.store(source.pk, ticket_import.pk, vendor_basis=basis, told=known)
    if fitted.shape == "tickets" and stored.added + stored.changed:
        service_levels.measure(source, provides={*source.provides})
    return stored


def _fold(ticket_import: Import, cursor: dict[str, Any]) -> dict[str, Any]:
    """The next tickets of an event log, out of its staged events."""
    tickets = cursor.get("tickets", folding.BATCH_TICKETS)
    try:
        with transaction.atomic():
            return _fold_batch(ticket_import, tickets, cursor)
    except refusing.OF_A_ROW:
        after = refusing.narrowed_fold(ticket_import, stored_path(ticket_import), tickets, cursor)
        if after is None:
            raise
        return after


def _fold_batch(ticket_import: Import, tickets: int, cursor: dict[str, Any]) -> dict[str, Any]:
    fitted = mapping.parse(ticket_import.mapping).fitted(ticket_import.header)
    staging.create_incoming()
    last = folding.fold(ticket_import.pk, cursor.get("after", ""), tickets)
    if last is None:
        StagedEvent.objects.filter(ticket_import=ticket_import).delete()
        return {**cursor, "phase": "roll_up"}
    chunk = Chunk()
    chunk.reject_whole(
        converting.convert(folding.as_tickets(fitted), ticket_import.time_zone),
        door_of(ticket_import.source).masked,
    )
    stored = _store(ticket_import, fitted)
    folding.store_spans()
    service_levels.measure(ticket_import.source, provides={*ticket_import.source.provides})
    kept = refusing.count(ticket_import, stored_path(ticket_import), chunk, cursor, stored)
    return {
        **cursor,
        **kept,
        "after": last,
        "tickets": min(folding.BATCH_TICKETS, 2 * tickets),
        "folded": cursor.get("folded", 0) + stored.added + stored.changed + stored.same,
    }


_PHASES: Final[dict[str, Callable[[Import, dict[str, Any]], dict[str, Any]]]] = {
    "open": _open,
    "rewrite": _rewrite,
    "read": _read,
    "fold": _fold,
    "roll_up": import_days.days,
    "weeks": import_days.weeks,
}


def _finish(ticket_import: Import, job: Job) -> None:
    ticket_import.refresh_from_db()
    reading_ahead.forget(ticket_import.pk)
    counts = {
        name: getattr(ticket_import, name) for name in ("added", "changed", "same", "rejected", "flagged")
    }
    record(actor=_actor(job.created_by), event=Event.IMPORT_FINISHED, subject=ticket_import, facts=counts)


@on_failed(KIND)
def tidy(job: Job) -> None:
    """What was read stays; events that will not be folded go, and its days are left to the next catching up."""
    import_id = job.payload["import"]
    StagedEvent.objects.filter(ticket_import=import_id).delete()
    reading_ahead.forget(import_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_staleday (ticket_import_id, day) SELECT NULL, day FROM metrics_staleday"
            " WHERE ticket_import_id = %s"
            " ON CONFLICT (ticket_import_id, day) DO UPDATE SET day = excluded.day",
            [import_id],
        )
    StaleDay.objects.filter(ticket_import_id=import_id).delete()
