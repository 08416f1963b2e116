"""Uploaded files, which hold all that a source said, and exports of a person: they go after their time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from metrics import importing
from metrics.models import Import
from metrics.privacy.models import OFFERED, LegalHold, PersonExport

BATCH = 200


def over() -> QuerySet[Import]:
    """Imports whose file is over its time: their job has ended, or they were never started, and no hold keeps them.

    A file cannot be told ticket by ticket, so that any hold that might touch its source keeps it.
    """
    age = timezone.now() - F("source__keep_file_days") * timedelta(days=1)
    ended = Q(job__finished_at__lt=age) | Q(job=None, created_at__lt=age)
    holds = LegalHold.objects.standing()
    found = Import.objects.filter(ended, file_removed_at=None)
    if holds.filter(source=None).exists():
        return found.none()
    return found.exclude(source__in=holds.values("source"))


def _files(ticket_import: Import) -> list[Path]:
    """All that there is of it: what was uploaded, the CSV that it was rewritten to, and what a failed job left."""
    stored = importing.stored_path(ticket_import)
    return [*stored.parent.glob(f"{stored.stem}.*")]


def remove_old() -> int:
    """Remove them. The file goes first: when that fails the row still says that it is there. Safe to run twice."""
    removed = 0
    for ticket_import in over().order_by("pk")[:BATCH]:
        for path in _files(ticket_import):
            path.unlink(missing_ok=True)
        Import.objects.filter(pk=ticket_import.pk).update(file_removed_at=timezone.now())
        removed += 1
    for export in PersonExport.objects.filter(created_at__lt=timezone.now() - OFFERED):
        export.path.unlink(missing_ok=True)
        export.delete()
    return removed
