"""/healthz and /readyz tell the truth, and tell it quickly, whatever is down."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from sopdesk import heartbeat
from sopdesk.accounts.models import User
from sopdesk.embedded.redis import binary
from sopdesk.jobs.models import Job

# The checks ask over connections of their own, which see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


class Redis:
    """A redis-server of the test's own, which it may stop."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process = subprocess.Popen(
            [binary(), "--port", str(port), "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis_server(settings: Settings) -> Iterator[Redis]:
    folder = Path(tempfile.mkdtemp())
    server = Redis(folder)
    settings.REDIS_URL = server.url
    deadline = time.monotonic() + 10
    while heartbeat_missing() and time.monotonic() < deadline:
        time.sleep(0.02)
    yield server
    server.kill()
    shutil.rmtree(folder)


def heartbeat_missing() -> bool:
    heartbeat.beat()
    try:
        return heartbeat.age() is None
    except redis.RedisError:
        return True


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    client.get("/healthz")  # the first request of a process also loads every view
    begin = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - begin < 3
    return answer.status_code, answer.json()


def wait_for_job(minutes: int, actor: User | None) -> None:
    job = Job.objects.create(kind="test", key=str(minutes), created_by=actor)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_all_well(client: Client, redis_server: Redis, gia: User) -> None:
    wait_for_job(minutes=1, actor=gia)
    status, body = ask(client)
    assert (status, body["status"], body["off"]) == (200, "ready", [])
    assert body["checks"]["oldest_job"]["detail"].startswith("the oldest job has waited for 6")


def test_redis_down(client: Client, redis_server: Redis) -> None:
    redis_server.kill()
    status, body = ask(client)
    assert (status, body["off"]) == (503, ["redis", "worker"])
    assert client.get("/healthz").status_code == 200


def test_no_worker(client: Client, redis_server: Redis, settings: Settings) -> None:
    settings.WORKER_SILENT_SECONDS = -1
    assert ask(client)[1]["off"] == ["worker"]
    with heartbeat.client() as remembered:
        remembered.delete(heartbeat.KEY)
    status, body = ask(client)
    assert (status, body["checks"]["worker"]["detail"]) == (503, "no worker has been heard of")


def test_a_job_that_waits_too_long(client: Client, redis_server: Redis, gia: User) -> None:
    """One that nobody asked for may: what somebody waits for comes before it."""
    wait_for_job(minutes=7, actor=None)
    assert client.get("/readyz").status_code == 200
    wait_for_job(minutes=6, actor=gia)
    status, body = ask(client)
    assert (status, body["off"]) == (503, ["oldest_job"])
    assert "420 s" in body["checks"]["oldest_job"]["detail"]
    Job.objects.filter(created_by=gia).delete()
    wait_for_job(minutes=61, actor=None)
    assert ask(client)[1]["off"] == ["oldest_job"]


def test_database_down(client: Client, redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = connection.get_connection_params() | {"host": "/nonexistent", "port": "5432"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: nowhere)
    status, body = ask(client)
    assert (status, body["off"]) == (503, ["database", "oldest_job"])


def test_a_database_that_never_answers(
    client: Client, redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = {"host": "127.0.0.1", "port": str(silent.getsockname()[1])}
        nowhere = connection.get_connection_params() | address
        monkeypatch.setattr(connection, "get_connection_params", lambda: nowhere)
        status, body = ask(client)
    assert (status, body["off"]) == (503, ["database", "oldest_job"])


def test_being_alive_needs_no_database(client: Client, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.block():
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


def test_details_hold_no_address(client: Client, redis_server: Redis) -> None:
    redis_server.kill()
    assert "127.0.0.1" not in client.get("/readyz").content.decode()
