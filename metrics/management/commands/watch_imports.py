"""manage.py watch_imports [--once] [--folder PATH]"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics import collecting

PAUSE_SECONDS = 10


class Command(BaseCommand):
    help = "Start the import of every finished file in the watched folder; workers do the reading."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, for a timer of your own.")
        parser.add_argument("--folder", type=Path, help="Instead of the setting IMPORT_FOLDER.")

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["folder"] or (Path(settings.IMPORT_FOLDER) if settings.IMPORT_FOLDER else None)
        if root is None or not root.is_dir():
            raise CommandError(
                f"There is no folder to watch: {root or 'set IMPORT_FOLDER, or give --folder'}."
            )
        refused = self.round(root)
        while not options["once"]:
            time.sleep(PAUSE_SECONDS)
            self.round(root)
        if refused:
            raise CommandError(f"{refused} refused; the reasons are beside them.", returncode=3)

    def round(self, root: Path) -> int:
        """One round; returns how many files were refused."""
        found = collecting.collect(root)
        for each in found:
            said = f"import {each.ticket_import.pk}" if each.ticket_import else f"refused: {each.reason}"
            self.stdout.write(f"{each.path.parent.parent.name}/{each.path.name}: {said}")
        return sum(not each.ticket_import for each in found)
