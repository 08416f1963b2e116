"""Measuring the past again: asked for, looked at, then done or left."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models import Source
from metrics.promises.querysets import RecomputeQuerySet
from sopdesk.jobs.models import Job


class Recompute(models.Model):
    """Results of the tickets of a source, created on the days first to last, by the versions that hold now.

    `preview` works out what would change and writes nothing but `comparison`; `job` then does it.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", verbose_name=_("source"))
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    versions = ArrayField(models.BigIntegerField(), default=list)
    comparison = models.JSONField(default=dict)
    preview = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[RecomputeQuerySet] = RecomputeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="recompute_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.first} – {self.last}"
