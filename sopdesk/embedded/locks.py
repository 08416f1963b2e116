"""File locks: one start at a time, and a count of who uses the servers that ends with the process that held it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sopdesk.embedded.errors import EmbeddedError

START_PATIENCE_SECONDS = 120.0


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive(path: Path, *, patience: float = START_PATIENCE_SECONDS) -> Iterator[None]:
    """Hold `path` alone; raises EmbeddedError when another process keeps it for longer than `patience` seconds."""
    descriptor = _open(path)
    deadline = time.monotonic() + patience
    try:
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Another process has held {path} for {patience:.0f} s. End it, then try again."
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


class SharedHold:
    """This process's share of a lock: any number of processes hold it, and dying lets go of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        if self._descriptor is None:
            descriptor = _open(self._path)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def nobody_else(self) -> bool:
        """True when no other process holds a share; this process's own share is given up by asking."""
        self.release()
        descriptor = _open(self._path)
        try:
            return _try_lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)
