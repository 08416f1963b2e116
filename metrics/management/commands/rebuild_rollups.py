"""manage.py rebuild_rollups [--from DAY] [--to DAY] [--workers N]"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Sum

from metrics import rebuilding
from sopdesk.jobs import running
from sopdesk.jobs.models import Job

WAIT_S: Final = 0.2


class Command(BaseCommand):
    help = (
        "Add all figures up anew from the tickets, month by month. The workers that run help; stopped half way, they"
        " go on without this command."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=date.fromisoformat, help="YYYY-MM-DD; else the first ticket."
        )
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="YYYY-MM-DD; else the last.")
        parser.add_argument(
            "--workers", type=int, default=1, help="How many months this command does at once."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = rebuilding.span()
        if found is None:
            self.stdout.write("There are no tickets.")
            return
        first, last = options["first"] or found[0], options["last"] or found[1]
        if first > last:
            raise CommandError("The first day is after the last.")
        jobs = [job.pk for job in rebuilding.start(first, last)]
        began = time.monotonic()
        if options["workers"] == 1:
            self.work(jobs, jobs)
        else:
            with ThreadPoolExecutor(options["workers"]) as threads:
                for done in [threads.submit(self.work_apart, [job], jobs) for job in jobs]:
                    done.result()
        self.finish(jobs, time.monotonic() - began)

    def work_apart(self, mine: list[int], jobs: list[int]) -> None:
        """In a thread, with a connection of its own that ends with it."""
        try:
            self.work(mine, jobs)
        finally:
            connection.close()

    def work(self, mine: list[int], jobs: list[int]) -> None:
        """Do these jobs, or see a worker do them."""
        for pk in mine:
            while not Job.objects.get(pk=pk).is_finished:
                if not running.run(pk):
                    time.sleep(WAIT_S)
                self.say(jobs)

    def say(self, jobs: list[int]) -> None:
        found = Job.objects.filter(pk__in=jobs).aggregate(done=Sum("progress_done"))
        self.stdout.write(f"\r{found['done']:,} days", ending="")
        self.stdout.flush()

    def finish(self, jobs: list[int], seconds: float) -> None:
        failed = Job.objects.filter(pk__in=jobs, state=Job.State.FAILED)
        if failed:
            raise CommandError("\n" + "\n".join(f"{job.payload['first']}: {job.error}" for job in failed))
        days = Job.objects.filter(pk__in=jobs).aggregate(done=Sum("progress_done"))["done"]
        self.stdout.write(f"\r{days:,} days in {seconds:.1f} s")
