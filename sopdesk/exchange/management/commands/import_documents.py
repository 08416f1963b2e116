"""manage.py import_documents PATH --kind sop|article|macro [--history FILE.jsonl.gz] [--owner …] [--actor …]"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from sopdesk.accounts.models import User
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.kinds import Kind, all_kinds, kind_of
from sopdesk.exchange import history, importing, receiving, sources
from sopdesk.exchange.models import Intake, IntakeFile
from sopdesk.jobs import running
from sopdesk.jobs.models import Job

SHOWN = 40


class Command(BaseCommand):
    help = (
        "Import a Markdown or Word file, a folder or a zip as drafts in a change; or, with --history, documents with"
        " all their earlier versions. Stopped half way, the same command goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = [kind.name for kind in all_kinds()]
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--kind", required=True, choices=kinds, help="For files that do not say it themselves."
        )
        parser.add_argument(
            "--history", type=Path, help="Revisions as JSON lines, gzipped or not; see docs/operations.md."
        )
        parser.add_argument(
            "--owner", default="", help="E-mail of the owner of what names none. Without it, the actor."
        )
        parser.add_argument(
            "--actor", default="", help="E-mail of who imports. With --history an administrator."
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="A field for files without it."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would become of each file; change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self.person(options["actor"] or options["owner"], "--actor")
        owner = self.person(options["owner"] or options["actor"], "--owner")
        kind = kind_of(options["kind"])
        given = dict(each.split("=", 1) for each in options["set"] if "=" in each)
        try:
            if options["history"] is not None:
                self.bring(options, kind, owner, actor, given)
            else:
                self.take(options["path"], kind, owner, actor, dry_run=options["dry_run"])
        except (
            sources.SourceRefused,
            history.HistoryRefused,
            importing.ImportRefused,
            ChangeRefused,
        ) as refusal:
            raise CommandError(str(refusal)) from refusal
        except PermissionDenied as refusal:
            raise CommandError(f"{actor.email}: {refusal}") from refusal

    def person(self, address: str, option: str) -> User:
        found = User.objects.filter(email__iexact=address, is_active=True).first() if address else None
        if found is None:
            raise CommandError(f"Name somebody who may sign in, by e-mail: {option} ana@example.com")
        return found

    def take(self, path: Path, kind: Kind, owner: User, actor: User, *, dry_run: bool) -> None:
        """Files as they are now: read, shown, imported as drafts."""
        name = path.resolve().name
        intake = receiving.receive(sources.of_path(path), name=name, kind=kind, owner=owner, actor=actor)
        self.follow(intake.reading)
        self.preview(intake)
        if dry_run:
            receiving.discard(intake, actor=actor)
            self.stdout.write("Dry run: nothing was changed.")
            return
        started = importing.start(intake, actor=actor)
        self.follow(started.importing)
        self.report(intake)

    def follow(self, job: Job | None) -> None:
        """Do the job's chunks here; a worker may do some of them meanwhile."""
        assert job is not None  # noqa: S101 - both have just been submitted
        while not (now := Job.objects.get(pk=job.pk)).is_finished:
            if not running.run(job.pk):
                time.sleep(0.1)
        if now.state == Job.State.FAILED:
            raise CommandError(now.error)

    def preview(self, intake: Intake) -> None:
        files = list(intake.files.exclude(what=IntakeFile.What.PICTURE))
        counts = Counter(file.get_what_display() for file in files)
        self.stdout.write(f"{intake.name}: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
        for file in files[:SHOWN]:
            self.stdout.write(
                f"  {file.get_what_display():14} {file.key or '-':12} {file.name}  {file.title}"
            )
            for each in [*file.reasons, *file.notes][:3]:
                self.stdout.write(f"                 {each}")

    def report(self, intake: Intake) -> None:
        counts = Counter(
            file.get_outcome_display() for file in intake.files.exclude(what=IntakeFile.What.PICTURE)
        )
        self.stdout.write("Done: " + ", ".join(f"{n} {outcome}" for outcome, n in counts.items()))
        for change in intake.changes.order_by("pk"):
            self.stdout.write(f"Change {change.pk}: {change.title}. Review it like any other.")

    def bring(
        self, options: dict[str, Any], kind: Kind, owner: User, actor: User, given: dict[str, Any]
    ) -> None:
        """Documents with their past."""
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"There is no file or folder at {path}.")
        revisions = history.read(options["history"])
        there = [row for row in revisions if not path.is_dir() or (path / row.path).is_file()]
        for gone in sorted({row.path for row in revisions} - {row.path for row in there}):
            self.stdout.write(f"  {gone} is in the history but no longer in {path}: left out.")
        began = time.monotonic()
        made, _documents = history.bring(
            there, history.Usual(kind, owner, actor, given), dry_run=options["dry_run"]
        )
        self.say(made, len(revisions))
        took = time.monotonic() - began
        done = "would be adopted (dry run: nothing was changed)" if options["dry_run"] else "adopted"
        self.stdout.write(
            f"{len(made.adopted)} documents with {made.versions} versions {done} in {took:.1f} s."
        )

    def say(self, made: history.Plan, count: int) -> None:
        self.stdout.write(f"{count} revisions read.")
        for document in made.adopted:
            self.stdout.write(
                f"  {document.key:24} {len(document.past):4} versions  {made.paths[document.key]}"
            )
        for why, number in Counter(each.why for each in made.skipped).most_common():
            self.stdout.write(f"  {number} not a version: {why}")
        for each in made.skipped:
            place = f"revision {each.number} of {each.path}" if each.number else each.path
            self.stdout.write(f"    {place}: {each.why}")
        for each in made.moved:
            place = f"revision {each.number} of {each.path}"
            self.stdout.write(f"    {place} is dated before the one before it: it begins {each.why}")
