"""`manage.py up` with real processes: it serves, survives what is killed, and leaves nothing running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest

from tests.embedded.conftest import PROJECT, Place

pytestmark = pytest.mark.faults


class Desk:
    """A running `manage.py up`."""

    def __init__(self, process: subprocess.Popen[str], log: Any) -> None:
        self.process = process
        self._log = log

    def output(self) -> str:
        return str(self._log.read_text())

    def url(self) -> str:
        found = re.search(r"SOPDesk is at (http://\S+)", self.output())
        assert found, self.output()
        return found[1]

    def ready(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.url()}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))

    def programs(self, word: str) -> list[psutil.Process]:
        """The supervised program (not its own children) whose command line has this word; empty in a pause."""
        found = []
        for each in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # ended between being listed and being asked
                if word in each.cmdline():
                    found.append(each)
        return found


def wait_until(true: Callable[[], object], seconds: float, why: Callable[[], object]) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)


@contextmanager
def desk_up(place: Place, *options: str) -> Iterator[Desk]:
    log = place.var.parent / f"up-{time.monotonic_ns()}.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *options],
            cwd=PROJECT, env=place.environment, stdout=stream, stderr=stream, text=True,
        )  # fmt: skip
    desk = Desk(process, log)
    try:
        wait_until(lambda: "SOPDesk is at" in desk.output() or process.poll() is not None, 60, desk.output)
        yield desk
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def test_a_desk_serves_survives_and_ends_cleanly(migrated: Place) -> None:
    with desk_up(migrated, "--port", "8400") as desk:
        wait_until(lambda: desk.ready()["status"] == "ready", 30, desk.output)
        [worker] = desk.programs("worker")
        worker.kill()
        wait_until(lambda: "worker ended (signal SIGKILL)" in desk.output(), 10, desk.output)
        wait_until(lambda: [each for each in desk.programs("worker") if each != worker], 15, desk.output)
        redis_pid = int((migrated.var / "redis" / "pid").read_text())
        os.kill(redis_pid, signal.SIGKILL)
        wait_until(lambda: "redis" in desk.ready()["off"], 10, desk.output)
        wait_until(lambda: "Redis had stopped; started again." in desk.output(), 20, desk.output)
        wait_until(lambda: desk.ready()["status"] == "ready", 60, desk.output)
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(60) == 0
    assert migrated.left() == []


def test_a_taken_port_is_moved_and_a_second_desk_is_refused(migrated: Place) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = taker.getsockname()[1]
        with desk_up(migrated, "--port", str(port)) as desk:
            # The next one, as a rule; yet others on this machine take ports as well.
            moved = re.search(rf"Port {port} is taken; using (\d+)\.", desk.output())
            assert moved, desk.output()
            assert desk.url().endswith(f":{moved[1]}")
            second = migrated.run("manage.py", "up")
            assert second.returncode != 0
            assert f"runs already: {desk.url()} (process {desk.process.pid})" in second.stderr


def test_what_a_killed_desk_left_is_ended_by_the_next(migrated: Place) -> None:
    with desk_up(migrated, "--port", "8400") as desk:
        orphans = [*desk.programs("granian"), *desk.programs("worker"), *desk.programs("beat")]
        assert len(orphans) == 3
        desk.process.kill()
        desk.process.wait()
    with desk_up(migrated, "--port", "8400"):
        _, alive = psutil.wait_procs(orphans, timeout=5)
        assert alive == []
