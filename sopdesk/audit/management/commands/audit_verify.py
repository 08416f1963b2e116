"""`manage.py audit_verify`: has anybody altered the record?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sopdesk.audit.models import Entry
from sopdesk.audit.recording import faults


class Command(BaseCommand):
    help = "Walk the whole audit chain and name every entry that was edited, deleted or reordered."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(faults())
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"The audit chain is broken in {len(found)} places.")
        self.stdout.write(f"{Entry.objects.count()} entries, the chain is whole.")
