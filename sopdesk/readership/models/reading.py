"""What has to be read, who confirmed what, what was opened last, and who watches what.

Who has to read follows from a must-read's audience and from the people there are now; it is stored nowhere.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.audience import Audience
from sopdesk.audit.triggers import no_truncate
from sopdesk.documents.models import Change, Document, Transition, Version
from sopdesk.readership.querysets import MustReadQuerySet

PERSON = settings.AUTH_USER_MODEL


class MustRead(models.Model):
    """One text that its audience has to read: a document's text in a change, known by its hash.

    Opened when the change comes in force, or ahead of it (`early`). When the text is edited and approved anew, the
    row of the earlier text is `replaced`: a receipt for that one says nothing of this one.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="must_reads")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="must_reads")
    content_hash = models.CharField(max_length=64)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    audience_teams = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    early = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=1)
    due_on = models.DateField(_("due"))
    opened_at = models.DateTimeField(auto_now_add=True)
    replaced = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    closed_why = models.TextField(blank=True)

    title: str | None
    """What readers know it by: only on rows of live() and standing()."""

    objects: ClassVar[MustReadQuerySet] = MustReadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "document", "content_hash"], name="must_read_once_for_a_text"
            ),
            models.UniqueConstraint(
                fields=["change", "document"], condition=Q(replaced=False), name="must_read_one_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.key} ({self.change})"

    def standing_on(self, today: date) -> str:
        """ "due" or "overdue", for somebody who has not read it."""
        return "overdue" if self.due_on < today else "due"


class Receipt(models.Model):
    """Somebody's word that they have read one text, and how often they took its knowledge check. Never altered."""

    must_read = models.ForeignKey(MustRead, on_delete=models.PROTECT, related_name="receipts")
    reader = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="receipts")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="+")
    content_hash = models.CharField(max_length=64)
    right = models.PositiveSmallIntegerField(null=True)
    asked = models.PositiveSmallIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["must_read", "reader"], name="receipt_once_per_reader"),
        ]
        triggers = [
            pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: {self.must_read}"


class Attempt(models.Model):
    """One try at a knowledge check: how many were right and which questions were not, never what was answered."""

    must_read = models.ForeignKey(MustRead, on_delete=models.PROTECT, related_name="attempts")
    reader = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    right = models.PositiveSmallIntegerField()
    asked = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    wrong = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["must_read", "reader"], name="attempt_of_reader")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.right}/{self.asked}"


class Followed(models.Model):
    """A step of a change after which everything that follows for its readers was done. Its absence is found by beat."""

    transition = models.OneToOneField(
        Transition, on_delete=models.CASCADE, primary_key=True, related_name="followed"
    )
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.transition)


class Reminded(models.Model):
    """A day on which somebody was reminded, by their own calendar: never twice on one day."""

    reader = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "day"], name="reminded_once_a_day")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.day}"


class LastRead(models.Model):
    """The version of a document that somebody opened last, and the one they had read before it."""

    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(Version, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="last_read_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.version}"


class Watch(models.Model):
    """Somebody's wish to hear of a document, or not to: owners hear of theirs unless they said no."""

    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="watches")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="watches")
    wanted = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.document}"
