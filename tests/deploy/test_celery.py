"""Celery keeps what it was given: a message lost or doubled is the sweeper's to mend, a page never waits for Redis."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from sopdesk.celery import app

PROJECT = Path(__file__).resolve().parent.parent.parent
# docs/operations.md, "Jobs", says what each of these was measured to prevent.
PROMISED = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "task_soft_time_limit": 90,
    "task_time_limit": 120,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "worker_prefetch_multiplier": 1,
    "worker_soft_shutdown_timeout": 30,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
}


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_settings_are_as_promised(name: str) -> None:
    assert app.conf[name] == PROMISED[name]


def test_the_broker_is_asked_as_promised() -> None:
    options = app.conf.broker_transport_options
    wanted = {
        "visibility_timeout": 300,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_keepalive": True,
    }
    assert options.items() >= wanted.items()


def test_every_task_is_retried_when_its_worker_dies_but_not_for_ever() -> None:
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert ours
    for task in ours:
        assert (task.retry_on_worker_lost, task.acks_late) == (True, True), task.name
        assert (task.max_retries, task.default_retry_delay) == (3, 10), task.name


def test_beat_sends_only_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert app.conf.beat_schedule["jobs.sweep"]["schedule"] <= 60


def publishing_takes(url: str) -> float:
    """Seconds until a web process's publish to `url` gives up, with the project's own settings."""
    other = Celery("other", broker=url)
    other.conf.update(
        broker_transport_options={**app.conf.broker_transport_options, **settings.WEB_BROKER_OPTIONS},
        task_publish_retry_policy=app.conf.task_publish_retry_policy,
    )
    begin = time.monotonic()
    with pytest.raises(OperationalError):
        other.send_task("anything", args=[1], retry=False)
    return time.monotonic() - begin


def test_without_redis_a_publish_gives_up_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert publishing_takes(f"redis://127.0.0.1:{port}/0") < 0.5


def test_with_a_redis_that_never_answers_a_publish_gives_up_soon() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert publishing_takes(f"redis://127.0.0.1:{silent.getsockname()[1]}/0") < 0.6


def test_web_processes_are_the_ones_that_are_brief() -> None:
    code = (
        "from sopdesk.wsgi import application; from sopdesk.celery import app; "
        "print(app.conf.broker_transport_options['socket_timeout'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "0.2", done.stderr
    assert app.conf.broker_transport_options["socket_timeout"] == 30


def test_a_program_started_by_hand_finds_the_application() -> None:
    command = [sys.executable, "-m", "celery", "-A", "sopdesk.celery", "report"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "sopdesk.settings.test" in done.stdout
