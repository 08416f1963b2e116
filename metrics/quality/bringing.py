"""Bringing QA results in from a CSV: read, say which column is which, look at what would become of it, bring it in.

A row is one review of one ticket. The same file again changes nothing; a row that differs replaces what was brought
before. What cannot be taken is kept with line, column, value and reason, and comes back as a CSV to mend.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from metrics import containers, reading, rejecting
from metrics.containers import FileRefused
from metrics.quality.errors import QualityRefused
from metrics.quality.judging import Bad, Judged, judge
from metrics.quality.models import QualityImport
from metrics.quality.scorecards import newest_of
from sopdesk.accounts.permissions import Permission, require
from sopdesk.jobs.submitting import submit
from sopdesk.listing import spreadsheet

if TYPE_CHECKING:
    from metrics.models import Source
    from metrics.quality.models import Criterion, Scorecard
    from sopdesk.accounts.models import User

KIND: Final = "quality.bring_results"
ROWS_MAX: Final = 20_000
BYTES_MAX: Final = 8 * 1024 * 1024
COLUMNS_MAX: Final = 200
FACTS: Final = ("ticket", "reviewer", "done_at", "note")
NEEDED: Final = ("ticket", "reviewer", "done_at")
ALSO: Final = {
    "ticket": {"ticket", "ticket id", "ticket number", "external_id", "ticket_id", "number"},
    "reviewer": {"reviewer", "evaluator", "qa", "reviewed by", "auditor"},
    "done_at": {"reviewed", "reviewed at", "reviewed_at", "date", "review date", "evaluated at"},
    "note": {"note", "comment", "comments", "feedback"},
}


def receive(
    blocks: Iterable[bytes], *, name: str, source: Source, scorecard: Scorecard, actor: User
) -> QualityImport:
    """Keep an uploaded file as a draft. Nothing is brought in yet. Raises FileRefused."""
    require(actor, Permission.QUALITY_EDIT)
    with tempfile.TemporaryDirectory() as folder:
        path, digest, size = Path(folder) / "upload", hashlib.sha256(), 0
        with path.open("wb") as file:
            for block in blocks:
                size += len(block)
                if size > BYTES_MAX:
                    raise FileRefused(_("Results of more than 8 MB are not read at once. Divide the file."))
                digest.update(block)
                file.write(block)
        header, rows = _rows(path, Path(folder) / "text")
    version = newest_of(scorecard)
    return QualityImport.objects.create(
        file_name=name[:255], sha256=digest.hexdigest(), source=source, version=version, header=header,
        waiting=rows, rows_read=len(rows), mapping=guess(header, list(version.criteria.all())), by=actor,
    )  # fmt: skip


def _rows(path: Path, text: Path) -> tuple[list[str], list[dict[str, Any]]]:
    containers.check_not_empty(path)
    containers.unpack(path, text)
    layout = reading.layout_of(text)
    if len(layout.header) > COLUMNS_MAX:
        raise FileRefused(_("The file has more than %(most)s columns.") % {"most": COLUMNS_MAX})
    with text.open("rb") as file:
        reader = reading.Reader(file, layout, layout.start, layout.line)
        found = list(reader.rows(rows=ROWS_MAX + 1, size=containers.UNPACKED_MAX))
    if len(found) > ROWS_MAX:
        raise FileRefused(_("Results of more than %(most)s rows are not read at once.") % {"most": ROWS_MAX})
    mended = layout.header[0] == reading.FIRST_REJECTED
    return layout.header, [
        {"line": row.line, "cells": [_clean(cell, mended=mended) for cell in row.cells], "reason": row.reason}
        for row in found
    ]


def _clean(cell: str, *, mended: bool) -> str:
    """Without NUL, which Postgres does not keep; of our own download without the apostrophe that it put there."""
    plain = cell.replace("\0", "")[:2000]
    return plain[1:] if mended and plain[:1] == "'" and plain[1:].startswith(spreadsheet.FORMULA) else plain


def guess(header: list[str], criteria: list[Criterion]) -> dict[str, str]:
    """Which column is likely which: by name."""
    by_name = {name.strip().casefold(): name for name in reversed(header)}
    found = {fact: next((by_name[name] for name in ALSO[fact] if name in by_name), "") for fact in FACTS}
    for one in criteria:
        names = (one.name.casefold(), one.key.casefold())
        found[f"criterion:{one.key}"] = next((by_name[name] for name in names if name in by_name), "")
    return found


def say(draft: QualityImport, mapping: dict[str, str], *, actor: User) -> QualityImport:
    """Say which column is which. Raises QualityRefused."""
    require(actor, Permission.QUALITY_EDIT, draft)
    wrong = [name for name in mapping.values() if name and name not in draft.header]
    if wrong:
        raise QualityRefused(_("The file has no column “%(name)s”.") % {"name": wrong[0]})
    if any(not mapping.get(name) for name in NEEDED):
        raise QualityRefused(_("Say which columns hold the ticket, the reviewer and the day."))
    if not any(name and key.startswith("criterion:") for key, name in mapping.items()):
        raise QualityRefused(_("Say which column holds at least one criterion."))
    with transaction.atomic():
        locked = QualityImport.objects.select_for_update().get(pk=draft.pk, state=QualityImport.State.DRAFT)
        locked.mapping = mapping
        locked.save(update_fields=["mapping"])
        return locked


def judged(draft: QualityImport, viewer: User) -> list[Judged | Bad]:
    """What would become of each row. A fixed number of queries."""
    return judge(draft, viewer, draft.waiting, set())


def bring(draft: QualityImport, *, actor: User) -> QualityImport:
    """Bring it in, by a job. Raises QualityRefused for one that was, or is being, brought in."""
    require(actor, Permission.QUALITY_EDIT, draft)
    with transaction.atomic():
        locked = QualityImport.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if locked.state != QualityImport.State.DRAFT:
            raise QualityRefused(_("This file was brought in already. Nothing was changed."))
        key = hashlib.sha256(f"{KIND} {locked.pk} after {locked.job_id}".encode()).hexdigest()
        locked.job = submit(KIND, key=key, payload={"results": locked.pk}, actor=actor)
        locked.state = QualityImport.State.RUNNING
        locked.save(update_fields=["job", "state"])
        return locked


def discard(draft: QualityImport, *, actor: User) -> None:
    """Throw a draft away; what was brought in stays."""
    require(actor, Permission.QUALITY_EDIT, draft)
    QualityImport.objects.filter(pk=draft.pk, state=QualityImport.State.DRAFT).delete()


def as_csv(brought: QualityImport) -> Iterator[str]:
    """The rejected rows, with what was wrong before the file's own columns."""
    skip = len(rejecting.HEAD) if brought.header[:1] == [reading.FIRST_REJECTED] else 0
    rows = (
        [str(row["line"]), row["column"], row["value"], row["reason"], *row["cells"][skip:]]
        for row in brought.rejected_rows
    )
    return spreadsheet.lines([[*rejecting.HEAD, *brought.header[skip:]], *rows])
