"""Real processes that tests start, kill and start again: a Redis, Celery workers, a beat."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from sopdesk.embedded.redis import binary
from tests.forking import Nursery

CELERY = ["-m", "celery", "--quiet", "-A", "sopdesk.celery"]
WORKER = [
    *CELERY,
    "worker",
    "--concurrency",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--loglevel",
    "INFO",
]


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition answers as soon as that is true. Fails when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """The processes of a module's tests, all of them ended with it. `folder` holds their logs and Redis' data."""

    folder: Path
    port: int = field(default_factory=free_port)
    started: list[psutil.Process] = field(default_factory=list)
    worker: psutil.Process | None = None
    redis: psutil.Process | None = None
    nursery: Nursery | None = None

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, name: str, arguments: list[str]) -> psutil.Process:
        """A process of the desk: `python ARGUMENTS`."""
        log = self.folder / f"{name}.log"
        if self.nursery is None:
            self.nursery = Nursery(self._environment())
        process = self.nursery.start(arguments, log, log)
        self.started.append(process)
        return process

    def start_redis(self) -> psutil.Process:
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        durable = [
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ]
        with (self.folder / "redis.log").open("ab") as log:
            self.redis = psutil.Popen(
                [str(binary()), *settings, *durable], stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(self.redis)
        until(self._redis_answers, 60, "Redis answers")
        return self.redis

    def start_worker(self) -> psutil.Process:
        self.worker = self.start("worker", WORKER)
        return self.worker

    def keep_redis(self) -> None:
        if not is_alive(self.redis):
            self.start_redis()

    def keep_worker(self) -> None:
        """What `manage.py up` and Docker do: start a worker that ended again. Losing Redis in mid-task ends it."""
        if not is_alive(self.worker):
            self.start_worker()

    def start_beat(self) -> psutil.Process:
        schedule = str(self.folder / "schedule")
        return self.start("beat", [*CELERY, "beat", "--pidfile", "", "--schedule", schedule])

    def sender(self) -> Celery:
        """What submitting takes in place of the application, so that hints go to these workers."""
        app = Celery("sender", broker=self.redis_url)
        app.conf.update(broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
        return app

    def end(self) -> None:
        for process in self.started:
            with suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                for member in family:
                    with suppress(psutil.NoSuchProcess):
                        member.kill()
            with suppress(psutil.TimeoutExpired, subprocess.TimeoutExpired):
                process.wait(10)
            assert not is_alive(process), process
        if self.nursery is not None:
            self.nursery.end()

    def _environment(self) -> dict[str, str]:
        told = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
            "SOPDESK_FAULT_DATABASE": connection.settings_dict["NAME"],
            "SOPDESK_FAULT_REDIS": self.redis_url,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }
        return {**os.environ, **told}

    def _redis_answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(redis.Redis.from_url(self.redis_url, socket_timeout=1).ping())
        return False


def is_alive(process: psutil.Process | None) -> bool:
    try:
        return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Processes that end with the block. Workers have the short leases and sweeps of tests/faults/quick.py."""
    started = Machine(folder)
    try:
        yield started
    finally:
        started.end()


def kill(process: psutil.Process) -> None:
    """kill -9, as a machine that is switched off: nothing is said, nothing is tidied."""
    with suppress(psutil.NoSuchProcess):
        process.kill()
    with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired, subprocess.TimeoutExpired):
        process.wait(10)
