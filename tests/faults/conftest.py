"""Real processes around the tests' database, started once for a module: a worker takes seconds to read the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import Machine, machine


@pytest.fixture(scope="module")
def _machine(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine(tmp_path_factory.mktemp("machine")) as started, pytest.MonkeyPatch.context() as patched:
        started.start_redis()
        started.start_worker()
        started.start_beat()
        patched.setattr("sopdesk.jobs.submitting.app", started.sender())
        yield started


@pytest.fixture
def workers(_machine: Machine, transactional_db: None) -> Machine:
    """Redis, a worker and a beat with the times of tests/faults/quick.py; what the test before ended runs again."""
    _machine.keep_redis()
    _machine.keep_worker()
    return _machine


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Machine]:
    """For processes of a test's own."""
    with machine(tmp_path) as started:
        yield started
