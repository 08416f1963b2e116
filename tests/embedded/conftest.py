"""Servers and desks of the tests' own: in a folder of their own, so that nothing here touches the checkout's."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import psutil
import pytest
from pytest_django import DjangoDbBlocker

from sopdesk.embedded import postgres
from tests import template_database
from tests.forking import Nursery

PROJECT = Path(__file__).resolve().parent.parent.parent
GONE_WITHIN_SECONDS = 5


class Place:
    """A `var/` of its own, and a way to run the project's commands in it."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.media = self.var / "media"
        self.nursery: Nursery | None = None
        self.environment = {
            **{
                name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
            },
            "SOPDESK_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "sopdesk.settings.development",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py ARGUMENTS` to its end, in a fork of a process that has read the desk."""
        if self.nursery is None:
            self.nursery = Nursery(self.environment)
        out, err = (self.var.parent / f"manage.{name}" for name in ("out", "err"))
        for said in (out, err):
            said.write_text("")
        code = self.nursery.run(["manage.py", *arguments], out, err)
        return subprocess.CompletedProcess([*arguments], code, out.read_text(), err.read_text())

    def run(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run `python ARGUMENTS` to its end; its output is text."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT, env={**self.environment, **changed}, text=True, capture_output=True, timeout=180, check=False,
        )  # fmt: skip

    @cached_property
    def database(self) -> str:
        """The address of this place's Postgres, which is started for it."""
        self.servers("start")
        said = self.servers("urls").stdout
        return next(
            line.split("=", 1)[1].strip("'\"") for line in said.splitlines() if "DATABASE_URL=" in line
        )

    def servers(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "sopdesk.embedded", command, *options)

    def left(self) -> list[psutil.Process]:
        """What still runs here when everything was told to end: the last may take a moment to be gone."""
        until = time.monotonic() + GONE_WITHIN_SECONDS
        while (running := self.processes()) and time.monotonic() < until:
            time.sleep(0.05)
        return running

    def processes(self) -> list[psutil.Process]:
        """Everything alive that was told about this folder, on its command line or in its environment."""
        found = []
        ours = {os.getpid(), self.nursery.mother.pid if self.nursery else None}
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE or process.pid in ours:
                    continue
                told = " ".join(process.cmdline()) + process.environ().get("SOPDESK_VAR", "")
            except psutil.Error:
                continue
            if str(self.var) in told:
                found.append(process)
        return found


@contextmanager
def place_of_its_own() -> Iterator[Place]:
    """Not under pytest's tmp_path: that one is closed to the system user that Postgres runs as under root."""
    folder = Path(tempfile.mkdtemp(prefix="sopdesk-test-"))
    place = Place(folder)
    yield place
    if place.nursery is not None:
        place.nursery.end()
        place.nursery = None
    place.servers("stop", "--force")
    for process in place.processes():
        with suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    with place_of_its_own() as place:
        yield place


@pytest.fixture(scope="module")
def migrated(django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    """A place whose database has the desk's tables, taken from the one that all tests copy."""
    with django_db_blocker.unblock():
        dump = template_database.dump()
    with place_of_its_own() as place:
        psql = [postgres.program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", place.database, "-f", dump]
        subprocess.run(psql, check=True, capture_output=True)
        yield place
