"""manage.py reapply_erasures: after a restore, erase again whom the backup brought back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from metrics.privacy import erasing


class Command(BaseCommand):
    help = "Erases again, by the list beside the database, people whom a restored backup brought back."

    def handle(self, *args: Any, **options: Any) -> None:
        count = erasing.reapply()
        self.stdout.write(f"{count} tickets were of people who had been erased; they are bare facts again.")
