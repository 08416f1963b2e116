"""Kinds of job for the tests of the machinery itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections

from sopdesk.jobs import registry
from sopdesk.jobs.models import Job
from sopdesk.jobs.registry import JobRefused, Step


class Work:
    """What the kinds "test.count", "test.poison" and "test.refused" were asked to do, and how often."""

    def __init__(self) -> None:
        self.chunks: list[int] = []
        self.tidied: list[int] = []

    def count(self, job: Job) -> Step:
        at = job.cursor.get("at", 0)
        self.chunks.append(at)
        return Step(
            {"at": at + 10}, at + 10, job.payload["rows"], at + 10 >= job.payload["rows"], {"rows": at + 10}
        )

    def poison(self, job: Job) -> Step:
        self.chunks.append(0)
        raise ValueError("row 7 is poison\nDETAIL: the row says so")

    def refused(self, job: Job) -> Step:
        raise JobRefused("The file is no CSV.")

    def tidy(self, job: Job) -> None:
        self.tidied.append(job.pk)


@pytest.fixture
def work() -> Iterator[Work]:
    kept = dict(registry._steps), dict(registry._failed)
    work = Work()
    registry.step("test.count")(work.count)
    registry.step("test.poison")(work.poison)
    registry.step("test.refused")(work.refused)
    registry.on_failed("test.poison")(work.tidy)
    yield work
    registry._steps.clear()
    registry._steps.update(kept[0])
    registry._failed.clear()
    registry._failed.update(kept[1])


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that a worker would have been told of; no message lies in Redis."""
    sent: list[int] = []

    def remember(task: str, args: list[int], **_: object) -> None:
        sent.append(args[0])

    monkeypatch.setattr("sopdesk.jobs.submitting.app.send_task", remember)
    monkeypatch.setattr("sopdesk.jobs.sweeping.in_line", lambda: 0)
    return sent


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The ids of those jobs, each with the priority of its message; none of them lies in Redis."""
    sent: list[tuple[int, int]] = []

    def remember(task: str, args: list[int], *, priority: int, **_: object) -> None:
        sent.append((args[0], priority))

    monkeypatch.setattr("sopdesk.jobs.submitting.app.send_task", remember)
    monkeypatch.setattr("sopdesk.jobs.sweeping.in_line", lambda: 0)
    return sent


def close_connections() -> None:
    """A test's thread has a connection of its own; the test database cannot go while it is open."""
    connections.close_all()
