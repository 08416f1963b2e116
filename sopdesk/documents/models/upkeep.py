"""What handing over leaves behind, so that it can be handed back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class HandOver(models.Model):
    """All that one person held, given to others in one step. `moved` lists each thing with whom it went to."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hand_overs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    moved = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[HandOver]]

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.person} handed over"
