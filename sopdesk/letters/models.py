"""Mail that waits to leave, and mail that left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Letter(models.Model):
    """One plain-text mail to one address. `key` names what it tells of: the same thing is told once."""

    key = models.CharField(max_length=160, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="letter_waiting"),
        ]

    def __str__(self) -> str:
        return self.key
