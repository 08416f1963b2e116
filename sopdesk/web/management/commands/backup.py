"""`manage.py backup [FILE]`: database and media in one file with checksums."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sopdesk.web import archiving


class Command(BaseCommand):
    help = "Write database and media to one file with checksums. The desk may be running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="by default a new file under var/backups/")

    def handle(self, *, file: Path | None, **_: Any) -> None:
        name = f"sopdesk-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
        target = (file or settings.VAR_DIR / "backups" / name).absolute()
        try:
            manifest = archiving.write(target, self.stdout.write)
        except (archiving.ArchiveRefused, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest.rows.values())
        self.stdout.write(
            f"{target}: {rows:,} rows of {len(manifest.rows)} tables, {target.stat().st_size:,} bytes."
        )
