"""What `manage.py up` leaves under var/: one desk a checkout, its address, and the processes it answers for."""

import fcntl
import json
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from sopdesk.embedded import layout
from sopdesk.embedded.errors import EmbeddedError

LOCK = layout.VAR / "up.lock"
NOTE = layout.VAR / "up.json"
PORTS_TO_TRY = 50


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise EmbeddedError(
        f"No free port from {wanted} to {wanted + PORTS_TO_TRY - 1} on {host}; name one with --port."
    )


@dataclass
class Desk:
    """The one running desk of this checkout. Entering it fails while another runs."""

    url: str = ""
    children: dict[int, float] = field(default_factory=dict)
    _descriptor: int = -1

    def __enter__(self) -> "Desk":
        layout.VAR.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            other = _note()
            raise EmbeddedError(
                f"The desk of this folder runs already: {other.get('url', 'it is just starting')} "
                f"(process {other.get('pid', 'unknown')}). End that one first."
            ) from None
        _end_leftovers(_note())
        self._write()
        return self

    def __exit__(self, *_: object) -> None:
        NOTE.unlink(missing_ok=True)
        os.close(self._descriptor)

    def add_child(self, pid: int) -> None:
        """Remember a process group, so that the next start can end it should we be killed."""
        with suppress(psutil.NoSuchProcess):
            self.children = {each: born for each, born in self.children.items() if psutil.pid_exists(each)}
            self.children[pid] = psutil.Process(pid).create_time()
            self._write()

    def _write(self) -> None:
        NOTE.write_text(json.dumps({"pid": os.getpid(), "url": self.url, "children": self.children}))


def _note() -> dict[str, Any]:
    try:
        note: dict[str, Any] = json.loads(NOTE.read_text())
    except (OSError, ValueError):
        return {}
    return note


def _end_leftovers(note: dict[str, Any]) -> None:
    """A desk that was killed could not end its programs: they still hold the port and take jobs."""
    for pid, born in note.get("children", {}).items():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if psutil.Process(int(pid)).create_time() == born:
                os.killpg(int(pid), signal.SIGKILL)
