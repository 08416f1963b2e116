"""Which entries a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from sopdesk.audit.models import Entry  # noqa: F401


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, subject: models.Model) -> EntryQuerySet:
        """The entries of one subject, newest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
