"""Processes of the desk that do not each read it anew: one reads it, and the others are forked off that one.

To read the desk takes two seconds of a processor, and tests that kill workers start many. What is forked is in all
other respects a process as any: with connections, children and signals of its own, in a session of its own.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

import django
import psutil
from django.utils.module_loading import autodiscover_modules

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 180
# What `celery worker` and `celery beat` read when they begin, beside the desk itself.
READ_AS_WELL = (
    "celery.bin.celery", "celery.apps.worker", "celery.apps.beat", "celery.concurrency.prefork",
    "celery.worker.consumer", "celery.worker.strategy", "kombu.transport.redis", "django.core.management",
)  # fmt: skip


class Nursery:
    """`python ARGUMENTS`, forked off a process that has read the desk under `environment`. Ends with its block."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.forking"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """What was started and still runs goes on."""
        assert self.mother.stdin is not None
        self.mother.stdin.close()
        self.mother.wait(PATIENCE_SECONDS)

    def start(self, arguments: list[str], out: Path, err: Path) -> psutil.Process:
        """A process that runs; what it says is added to the two files, which may be the same."""
        number = self._asked(start=arguments, out=str(out), err=str(err))
        try:
            return psutil.Process(number)
        except psutil.NoSuchProcess:
            raise AssertionError(f"{arguments} ended at once: {err.read_text()[-2000:]}") from None

    def run(self, arguments: list[str], out: Path, err: Path) -> int:
        """Run it to its end; returns its exit code."""
        return self._asked(wait=self._asked(start=arguments, out=str(out), err=str(err)))

    def _asked(self, **order: Any) -> int:
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(f"{json.dumps(order)}\n")
        self.mother.stdin.flush()
        return int(self.mother.stdout.readline())


class _Mother:
    """The side that forks: an order a line in, a number a line out, which is a process or an exit code."""

    def __init__(self) -> None:
        self.codes: dict[int, int] = {}

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, self._reap)
        for line in sys.stdin:
            order = json.loads(line)
            if "wait" in order:
                print(self._code_of(order["wait"]), flush=True)
                continue
            child = os.fork()
            if not child:
                _become(order)
                return
            print(child, flush=True)

    def _reap(self, *_: object) -> None:
        """None may stay a zombie: to those who wait for it, that would still be a process."""
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self.codes[ended[0]] = os.waitstatus_to_exitcode(ended[1])

    def _code_of(self, child: int) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while child not in self.codes:
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.01)
        return self.codes.pop(child)


def _become(order: dict[str, Any]) -> None:
    """This process is a child: from here on it is what was ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    for descriptor, path, mode in ((0, os.devnull, os.O_RDONLY), (1, order["out"], 0), (2, order["err"], 0)):
        opened = os.open(path, mode or os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    first, *rest = order["start"]
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = [first, *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  # of our own tests
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


def _read_the_desk() -> None:
    django.setup()
    for module in READ_AS_WELL:
        import_module(module)
    import_module("sopdesk.celery")
    autodiscover_modules("tasks")
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _read_the_desk()
    _Mother().serve()
