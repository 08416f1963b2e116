"""Bringing files in, for tests: text or a path, through the real import, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from metrics import importing, mapping
from metrics.models import Import, Source
from sopdesk.accounts.models import User
from sopdesk.jobs import running

SHIPPED = mapping.shipped()


def source(name: str = "Helpdesk") -> Source:
    return Source.objects.get_or_create(name=name)[0]


def draft(content: str | bytes | Path, *, name: str = "tickets.csv", at: Source | None = None) -> Import:
    return importing.receive(_blocks(content), name=name, source=at or source(), actor=None)


def bring(
    content: str | bytes | Path,
    *,
    read_as: str | dict[str, Any] = "sopdesk",
    zone: str = "UTC",
    at: Source | None = None,
    actor: User | None = None,
) -> Import:
    """Import to the end; the file's text, its bytes, or where it lies."""
    how = SHIPPED[read_as] if isinstance(read_as, str) else read_as
    started = importing.start(draft(content, at=at), how, time_zone=zone, actor=actor)
    return finish(started)


def finish(started: Import) -> Import:
    assert started.job_id is not None
    while running.run(started.job_id):
        pass
    return Import.objects.select_related("job", "source").get(pk=started.pk)


def _blocks(content: str | bytes | Path) -> Iterable[bytes]:
    if isinstance(content, Path):
        yield content.read_bytes()
    else:
        yield content.encode() if isinstance(content, str) else content
