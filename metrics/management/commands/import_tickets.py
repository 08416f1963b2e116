"""manage.py import_tickets FILE --source NAME [--mapping FILE_OR_NAME] [--timezone ZONE] [--strict]

Ends with 0 when the file is in (also when it was before), 1 when it was refused or its import failed, and, with
--strict, 3 when single rows were rejected: for nightly runs.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from metrics import importing, left_out, mapping, previewing, rejecting, told_apart
from metrics.containers import FileRefused
from metrics.guessing import guess
from metrics.importing import AlreadyImported
from metrics.mapping import MappingRefused
from metrics.models import Import, Mapping, Source
from sopdesk.accounts.zones import zone_names
from sopdesk.jobs import running
from sopdesk.jobs.models import Job

ANY_TABLE: Final = {"external_id", "status", "created_at", "updated_at", "type"}


class Command(BaseCommand):
    help = "Import a file of tickets, in the foreground. Stopped half way, the same command goes on where it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", required=True, help="The helpdesk the tickets come from, by a name you choose."
        )
        parser.add_argument(
            "--mapping", default="", help="A JSON file, or the name of a mapping. Guessed without it."
        )
        parser.add_argument(
            "--timezone", default="", help="Of stamps that carry none, such as Europe/Dublin."
        )

        parser.add_argument("--strict", action="store_true", help="End with 3 when a row was rejected.")

    def handle(self, *args: Any, **options: Any) -> None:
        zone = options["timezone"]
        if zone and zone not in zone_names():
            raise CommandError(f"“{zone}” is not a time zone. Use a name such as Europe/Dublin.")
        source, _made = Source.objects.get_or_create(name=options["source"])
        try:
            with options["file"].open("rb") as file:
                draft = importing.receive(_blocks(file), name=options["file"].name, source=source, actor=None)
            ticket_import = self.start(draft, options["mapping"], zone)
        except (FileRefused, MappingRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        self.follow(ticket_import)
        if options["strict"] and ticket_import.rejected:
            raise CommandError(f"{ticket_import.rejected:,} rows were rejected.", returncode=3)

    def start(self, draft: Import, wanted: str, zone: str) -> Import:
        try:
            name, content = named(wanted, draft)
            zone = zone or content.get("zone", "")
            return importing.start(draft, content, mapping_name=name, time_zone=zone, actor=None)
        except AlreadyImported as already:
            importing.discard(draft)
            self.stdout.write("This file was imported before, read the same way; going on with that import.")
            return already.ticket_import
        except MappingRefused:
            importing.discard(draft)
            raise

    def follow(self, ticket_import: Import) -> None:
        """Do the job's chunks here; a worker may do some of them meanwhile. What waits for a key ends here:
        this process knows no other keys than it began with."""
        job_id = ticket_import.job_id
        began = time.monotonic()
        assert job_id is not None  # noqa: S101 - started imports have a job
        tried = Job.objects.get(pk=job_id).lease_until
        while not (job := Job.objects.get(pk=job_id)).is_finished:
            if job.put_off and job.lease_until != tried:  # since then it was tried once more
                raise CommandError(f"\n{job.put_off}")
            if not running.run(job_id):
                time.sleep(0.1)
            ticket_import.refresh_from_db()
            share = job.progress_done / 10
            self.stdout.write(f"\r{share:5.1f} %  {ticket_import.rows_read:,} rows", ending="")
            self.stdout.flush()
        self.report(ticket_import, job, time.monotonic() - began)

    def report(self, ticket_import: Import, job: Job, seconds: float) -> None:
        if job.state == Job.State.FAILED:
            raise CommandError(f"\n{job.error}")
        rate = ticket_import.rows_read / max(seconds, 0.001)
        self.stdout.write(
            f"\r100.0 %  {ticket_import.rows_read:,} rows in {seconds:.1f} s ({rate:,.0f} rows/s)"
        )
        for name in ("added", "changed", "same", "rejected", "flagged"):
            self.stdout.write(f"{name:>9}: {getattr(ticket_import, name):,}")
        if unlike := told_apart.warning(job.cursor.get("customers") or {}):
            self.stdout.write(f"   {unlike}")
        for sentence in left_out.sentences(job.cursor):
            self.stdout.write(f"   {sentence}")
        for called, value, why, rows in rejecting.grouped(ticket_import, 5):
            self.stdout.write(f"   {rows:,} × {called or 'row'} {value[:60]}: {why}")
        for row in ticket_import.rejected_rows.all()[:5]:
            self.stdout.write(f"   line {row.line}, {row.column or 'row'}: {row.reason} {row.value[:60]}")


def named(wanted: str, draft: Import) -> tuple[str, dict[str, Any]]:
    """A mapping by name or file; the best guess for this file when none is wanted. Raises MappingRefused."""
    shipped = mapping.shipped()
    if not wanted:
        return guessed(draft)
    if wanted in shipped:
        return wanted, shipped[wanted]
    saved = Mapping.objects.filter(name=wanted).first()
    if saved is not None:
        return wanted, saved.content
    try:
        return Path(wanted).stem, json.loads(Path(wanted).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise MappingRefused(
            [f"There is no mapping “{wanted}”, by name or as a readable JSON file."]
        ) from error


def guessed(draft: Import) -> tuple[str, dict[str, Any]]:
    """The best guess. Raises MappingRefused for a made up one that finds no more than any table has."""
    name, content = guess(draft.header, draft.form, previewing.sampled(draft))
    found = {*content["columns"]}
    if not name and {"external_id", "status", "created_at"} <= found <= ANY_TABLE:
        said = "The file has numbers, statuses and days, which could be of anything. Say with --mapping how it is read."
        raise MappingRefused([said])
    return name, content


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(1024 * 1024):
        yield block
