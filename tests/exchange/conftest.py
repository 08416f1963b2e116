"""Files to import, and the desk's own way of reading and importing them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import TestCase

from sopdesk.accounts.models import Team, User
from sopdesk.documents.kinds import kind_of
from sopdesk.exchange import importing, receiving, sources
from sopdesk.exchange.models import Intake
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests import factories

Received = Callable[..., Intake]


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    """Uploads of a test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def damaged(data: bytes, name: str) -> bytes:
    """A zip in which the packed bytes of one file are no longer what they were."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo(name)
    start = entry.header_offset + 30 + len(name)
    return data[:start] + b"\xff" * entry.compress_size + data[start + entry.compress_size :]


def finish(job: Job | None) -> Job:
    """Do a job to its end."""
    assert job is not None
    while running.run(job.pk):
        pass
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job


def offered(files: dict[str, bytes]) -> Iterator[sources.Offered]:
    return sources.of_zip(io.BytesIO(zipped(files)))


@pytest.fixture
def ines(policy: Team) -> User:
    """Another author."""
    return factories.user("Ines Duarte", "author", team=policy)


def taken(
    files: dict[str, bytes], *, kind: str, actor: User, name: str = "files.zip", owner: User | None = None
) -> Intake:
    """An intake of these files, read."""
    intake = receiving.receive(
        offered(files), name=name, kind=kind_of(kind), owner=owner or actor, actor=actor
    )
    finish(intake.reading)
    return intake


@pytest.fixture
def received(ana: User) -> Received:
    """`received({"a.md": b"# A"})`: an intake of these files by Ana, read."""

    def receive(
        files: dict[str, bytes], *, kind: str = "sop", actor: User = ana, name: str = "files.zip"
    ) -> Intake:
        return taken(files, kind=kind, actor=actor, name=name, owner=ana)

    return receive


def imported(intake: Intake, actor: User) -> Intake:
    """The intake after its import."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        finish(importing.start(intake, actor=actor).importing)
    intake.refresh_from_db()
    return intake
