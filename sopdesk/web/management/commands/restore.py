"""`manage.py restore FILE`: a backup back into an empty database, verified."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from sopdesk.web import archiving


class Command(BaseCommand):
    help = "Read a backup into an empty database and media folder, then verify rows and the audit chain."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force", action="store_true", help="replace what the database and media folder hold"
        )

    def handle(self, *, file: Path, force: bool, **_: Any) -> None:
        try:
            manifest = archiving.read_back(file.absolute(), self.stdout.write, force=force)
        except (archiving.ArchiveRefused, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest.rows.values())
        self.stdout.write(
            f"Restored {rows:,} rows of {len(manifest.rows)} tables, as they were at {manifest.made_at}."
        )
        if "audit_verify" in get_commands():
            call_command("audit_verify", stdout=self.stdout, stderr=self.stderr)
