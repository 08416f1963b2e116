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

from tests.embedded.conftest import GONE_WITHIN_SECONDS, PROJECT, Place

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
        """What /readyz says; where nobody answers in time, nothing is known yet."""
        try:
            with urllib.request.urlopen(f"{self.url()}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (urllib.error.URLError, TimeoutError):
            return {"status": "no answer", "off": []}

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


def test_a_desk_serves_survives_and_leaves_nothing(migrated: Place) -> None:
    """Two desks in turn, for each takes long to start: the first is killed, the second told to end."""
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", 0))
        taker.listen()
        port = taker.getsockname()[1]
        with desk_up(migrated, "--port", str(port)) as desk:
            the_taken_port_is_moved(desk, port)
            a_second_desk_is_refused(migrated, desk)
            orphans = [*desk.programs("granian"), *desk.programs("worker"), *desk.programs("beat")]
            assert len(orphans) == 3
            desk.process.kill()
            desk.process.wait()
    with desk_up(migrated, "--port", "8400") as desk:
        _, alive = psutil.wait_procs(orphans, timeout=GONE_WITHIN_SECONDS)
        assert alive == []
        wait_until(lambda: desk.ready()["status"] == "ready", 60, desk.output)
        a_killed_worker_comes_back(desk)
        a_killed_redis_comes_back(migrated, desk)
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(60) == 0
    assert migrated.left() == []


def the_taken_port_is_moved(desk: Desk, port: int) -> None:
    # To the next one, as a rule; yet others on this machine take ports as well.
    moved = re.search(rf"Port {port} is taken; using (\d+)\.", desk.output())
    assert moved, desk.output()
    assert desk.url().endswith(f":{moved[1]}")


def a_second_desk_is_refused(place: Place, desk: Desk) -> None:
    second = place.run("manage.py", "up")
    assert second.returncode != 0
    assert f"runs already: {desk.url()} (process {desk.process.pid})" in second.stderr


def a_killed_worker_comes_back(desk: Desk) -> None:
    [worker] = desk.programs("worker")
    worker.kill()
    wait_until(lambda: "worker ended (signal SIGKILL)" in desk.output(), 10, desk.output)
    wait_until(lambda: [each for each in desk.programs("worker") if each != worker], 15, desk.output)


def a_killed_redis_comes_back(place: Place, desk: Desk) -> None:
    redis_pid = int((place.var / "redis" / "pid").read_text())
    os.kill(redis_pid, signal.SIGKILL)
    wait_until(lambda: "redis" in desk.ready()["off"], 10, desk.output)
    wait_until(lambda: "Redis had stopped; started again." in desk.output(), 20, desk.output)
    wait_until(lambda: desk.ready()["status"] == "ready", 60, desk.output)
