"""Uploaded files, which hold all that a source said, and exports of a person: they go when nothing needs them, or after
their time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from metrics import importing
from metrics.models import Import
from metrics.privacy.models import OFFERED, LegalHold, PersonExport


def read() -> QuerySet[Import]:
    """Imports that have ended and whose file is there: it is kept for the download of rejected rows alone.

    A file cannot be told ticket by ticket, so that any hold that might touch its source keeps it.
    """
    return _not_held(Import.objects.filter(job__finished_at__isnull=False, file_removed_at=None))


def over() -> QuerySet[Import]:
    """Imports whose file goes now: nothing of it was rejected, or it is over its time, also where it was never started.
    Not those that a hold keeps."""
    age = timezone.now() - F("source__keep_file_days") * timedelta(days=1)
    unneeded = Q(job__finished_at__isnull=False, rejected=0)
    ended = Q(job__finished_at__lt=age) | Q(job=None, created_at__lt=age)
    return _not_held(Import.objects.filter(unneeded | ended, file_removed_at=None))


def waiting() -> int:
    """How many uploaded files were not read to their end yet."""
    return Import.objects.filter(file_removed_at=None, job__finished_at=None).count()


def _not_held(imports: QuerySet[Import]) -> QuerySet[Import]:
    holds = LegalHold.objects.standing()
    if holds.filter(source=None).exists():
        return imports.none()
    return imports.exclude(source__in=holds.values("source"))


def _files(ticket_import: Import) -> list[Path]:
    """All that there is of it: what was uploaded, the CSV that it was rewritten to, and what a failed job left."""
    stored = importing.stored_path(ticket_import)
    return [*stored.parent.glob(f"{stored.stem}.*")]


def remove(imports: QuerySet[Import]) -> int:
    """Remove their files. A file goes first: when that fails the row still says that it is there. Safe to run twice."""
    removed = 0
    for ticket_import in imports.order_by("pk"):
        for path in _files(ticket_import):
            path.unlink(missing_ok=True)
        Import.objects.filter(pk=ticket_import.pk).update(file_removed_at=timezone.now())
        removed += 1
    return removed


def remove_old() -> int:
    """Remove what is over, and exports of a person that are offered no longer. Returns how many uploads."""
    for export in PersonExport.objects.filter(created_at__lt=timezone.now() - OFFERED):
        export.path.unlink(missing_ok=True)
        export.delete()
    return remove(over())
