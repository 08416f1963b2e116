"""Bringing QA results in from a CSV: read, say which column is which, look at what would become of it, bring it in.

A row is one review of one ticket. The same file again changes nothing; a row that differs replaces what was brought
before. What cannot be taken is kept with line, column, value and reason, and comes back as a CSV to mend. Only columns
that were chosen come in, masked; the file itself goes when its rows are in (metrics/quality/files.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from metrics import rejecting
from metrics.quality import files
from metrics.quality.errors import QualityRefused
from metrics.quality.judging import NEEDED, Bad, Judged, chosen_columns, judge
from metrics.quality.models import QualityImport
from metrics.quality.scorecards import newest_of
from sopdesk.accounts.permissions import Permission, require
from sopdesk.jobs.submitting import submit
from sopdesk.listing import spreadsheet

if TYPE_CHECKING:
    from metrics.models import Source
    from metrics.quality.models import Criterion, Scorecard
    from metrics.reading import Row
    from sopdesk.accounts.models import User

KIND: Final = "quality.bring_results"
FACTS: Final = ("ticket", "reviewer", "done_at", "note")
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
    kept, version = files.keep(blocks), newest_of(scorecard)
    return QualityImport.objects.create(
        file_name=name[:255], stored=kept.stored, sha256=kept.sha256, source=source, version=version,
        header=kept.header, rows_read=kept.rows, mapping=guess(kept.header, list(version.criteria.all())), by=actor,
    )  # fmt: skip


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


def judged(draft: QualityImport, viewer: User, rows: Sequence[Row]) -> list[Judged | Bad]:
    """What would become of each of its rows. A fixed number of queries."""
    return judge(draft, viewer, rows, set())


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
    """Throw a draft away, with its file; what was brought in stays."""
    require(actor, Permission.QUALITY_EDIT, draft)
    with transaction.atomic():
        if QualityImport.objects.filter(pk=draft.pk, state=QualityImport.State.DRAFT).delete()[0]:
            transaction.on_commit(lambda: files.remove(draft))


def as_csv(brought: QualityImport) -> Iterator[str]:
    """The rejected rows, with what was wrong before those of the file's columns that were chosen."""
    rows = (
        [str(row["line"]), row["column"], row["value"], row["reason"], *row["cells"]]
        for row in brought.rejected_rows
    )
    return spreadsheet.lines([[*rejecting.HEAD, *chosen_columns(brought)], *rows])
