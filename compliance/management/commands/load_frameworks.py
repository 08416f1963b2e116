"""`manage.py load_frameworks`: bring the duties in step with the catalogue that this release ships."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.loading import SHIPPED, CatalogueRefused, load


class Command(BaseCommand):
    help = "Load the catalogue of duties. Loading the same one again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", type=Path, default=SHIPPED, help="another catalogue than the shipped one"
        )

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        try:
            report = load(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except CatalogueRefused as refused:
            raise CommandError("Nothing was loaded:\n" + "\n".join(refused.reasons)) from refused
        if report.already_loaded:
            if verbosity > 1:
                self.stdout.write(f"Catalogue {report.version} is loaded already.")
            return
        counts = ", ".join(f"{number} {what}" for what, number in report.counts.items())
        self.stdout.write(f"Catalogue {report.version}: {counts}.")
        for what in ("changed", "superseded", "restored"):
            for key in getattr(report, what):
                self.stdout.write(f"  {what} {key}")
