"""`manage.py up`: the whole desk, web, worker and beat, as one supervised command."""

import asyncio
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sopdesk import embedded
from sopdesk.embedded.running import Desk, free_port
from sopdesk.embedded.supervising import Program, Supervisor
from sopdesk.web.probe import answers

WATCH_SECONDS = 5.0
START_SECONDS = 60.0
NAME_WIDTH = 6


def programs(host: str, port: int) -> list[Program]:
    """The three programs of a desk on one machine; docker-compose.yml runs the same ones apart."""
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "-A", "sopdesk.celery"]
    web = [
        python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws", "--http", "1",
        "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "sopdesk.wsgi:application",
    ]  # fmt: skip
    worker = [
        *celery,
        "worker",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]
    return [
        Program("web", web),
        Program("worker", worker, grace_seconds=30),
        Program("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"]),
    ]


class Command(BaseCommand):
    help = "Run web, worker and beat together, and the embedded servers they need. Ctrl-C ends all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        try:
            with Desk() as desk:
                self._run(desk, host, port)
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _run(self, desk: Desk, host: str, wanted: int) -> None:
        port = free_port(host, wanted)
        if port != wanted:
            self.say("up", f"Port {wanted} is taken; using {port}.")
        desk.url = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"  # noqa: S104
        Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).parent.mkdir(parents=True, exist_ok=True)
        try:
            asyncio.run(self._supervise(desk, host, port))
        finally:
            self._stop_servers()

    async def _supervise(self, desk: Desk, host: str, port: int) -> None:
        supervisor = Supervisor(programs(host, port), _environment(), self.say, desk.add_child)
        await supervisor.run(self._welcome(desk.url), self._watch_servers())

    async def _welcome(self, url: str) -> None:
        """Say where the desk is, once it answers."""
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(answers, f"{url}/healthz", "localhost"):
            if time.monotonic() > deadline:
                self.say(
                    "up", f"The web process has not answered for {START_SECONDS:.0f} s; its output says why."
                )
                return
            await asyncio.sleep(0.2)
        await asyncio.to_thread(call_command, "demo", "--logins", stdout=self.stdout)
        self.say("up", f"SOPDesk is at {url}  (Ctrl-C stops it)")

    async def _watch_servers(self) -> None:
        """An embedded server that died comes back; the programs find it by themselves."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                started = await asyncio.to_thread(embedded.ensure)
            except embedded.EmbeddedError as error:
                self.say("up", str(error))
            else:
                if started:
                    self.say("up", f"{' and '.join(started)} had stopped; started again.")

    def _stop_servers(self) -> None:
        if embedded.wanted() and not embedded.stop():
            self.say("up", "The embedded servers stay up: another process of this folder uses them.")

    def say(self, name: str, line: str) -> None:
        self.stdout.write(f"{name:<{NAME_WIDTH}} | {line}")
        self.stdout.flush()


def _environment() -> dict[str, str]:
    """The programs' environment: ours, with the addresses spelled out."""
    urls = embedded.urls()
    return {
        **os.environ,
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis,
        "PYTHONUNBUFFERED": "1",
        # Celery's ten lines about root are for servers; docker-compose.yml runs as nobody special.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
