"""`manage.py demo`: fill an empty desk with Lumio's people, documents and tickets."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from metrics.effects import looking
from metrics.watching import nightly
from sopdesk.accounts.models import User
from sopdesk.demo import discussion, documents, initiatives, people, quality, reading, ticket_loading
from sopdesk.documents.models import Document


class Command(BaseCommand):
    help = "Load the demo: a fictional company's support desk. Only an empty desk is filled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do nothing on a desk that has people already"
        )
        parser.add_argument("--fresh", action="store_true", help="empty the database first (a laptop's only)")
        parser.add_argument("--logins", action="store_true", help="only say who may log in to the demo")
        parser.add_argument("--tickets", type=int, default=50_000, help="how many tickets to generate")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["logins"]:
            self._say_logins()
            return
        if options["fresh"]:
            self._empty()
        if User.objects.exists() and not self._is_demo():
            if options["once"]:
                return
            raise CommandError(
                "This desk has people already, so the demo was not loaded. Begin again with --fresh."
            )
        self._load(options["tickets"])

    def _is_demo(self) -> bool:
        """A demo that was interrupted is finished; each part knows whether it is there."""
        return bool(User.objects.filter(email=people.LOGINS[0].email).exists())

    def _load(self, tickets: int) -> None:
        began = time.monotonic()
        call_command("load_frameworks", stdout=self.stdout)
        with transaction.atomic():
            if not User.objects.exists():
                everybody = people.load()
                documents.load(everybody)
                documents.load_work(everybody)
                reading.load(everybody)
                discussion.load(everybody)
                self.stdout.write(f"{len(everybody)} people with {Document.objects.count()} documents.")
        if not ticket_loading.is_loaded():
            brought = ticket_loading.load(count=tickets)
            self.stdout.write(f"{brought.added} tickets.")
            self._measure()
            self.stdout.write(f"The demo is loaded, in {time.monotonic() - began:.0f} s.")

    def _measure(self) -> None:
        """What people made of the tickets."""
        with transaction.atomic():
            if not quality.is_loaded():
                self.stdout.write(f"{quality.load()} reviews of tickets.")
            if not initiatives.is_loaded():
                initiatives.load()
        # The worker takes these when it starts: a year's spikes, and what each change did. Beat would, an hour on.
        nightly.submit_due()
        looking.submit_due()

    def _say_logins(self) -> None:
        if not self._is_demo():
            return
        self.stdout.write(f"Log in as one of these, with the password {people.PASSWORD}")
        for login in people.LOGINS:
            self.stdout.write(f"  {login.email:<28} {login.role}: {login.purpose}")

    def _empty(self) -> None:
        """Versions and audit entries cannot be deleted, so the whole schema goes and is built anew."""
        if not settings.DEMO_MAY_EMPTY:
            raise CommandError("--fresh is for a laptop's own database; this one is not.")
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        call_command("migrate", verbosity=0)
