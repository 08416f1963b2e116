"""Holds against deletion, what was deleted, what a person was given, and who read which text."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from metrics.models import Source
from metrics.privacy.querysets import (
    LegalHoldQuerySet,
    PersonExportQuerySet,
    PurgeQuerySet,
    TextViewQuerySet,
)
from sopdesk.jobs.models import Job

OFFERED = timedelta(days=7)
"""How long what is held of a person can be downloaded."""


class LegalHold(models.Model):
    """Tickets that may not be deleted and people who may not be erased, until somebody ends it.

    What is set narrows: a source and a label are that source's tickets with that label.
    """

    reason = models.CharField(_("reason"), max_length=300)
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
        verbose_name=_("source"),
    )
    label = models.CharField(_("label"), max_length=120, blank=True)
    external_id = models.CharField(_("ticket number"), max_length=80, blank=True)
    created_from = models.DateField(_("created from"), null=True, blank=True)
    created_to = models.DateField(_("created to"), null=True, blank=True)
    people = ArrayField(
        models.CharField(max_length=32), default=list, blank=True,
        help_text=_("One person, hashed by each of our keys."),
    )  # fmt: skip
    people_keys = ArrayField(
        models.CharField(max_length=16), default=list, blank=True,
        help_text=_("Which key each of these was hashed by; empty where it was not noted yet."),
    )  # fmt: skip
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("placed"), auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    objects: ClassVar[LegalHoldQuerySet] = LegalHoldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-placed_at", "-id"]

    def __str__(self) -> str:
        return _now("Hold %(number)s") % {"number": self.pk}

    @property
    def may_lose_grip(self) -> bool:
        """Whether it goes by what a later file can change: a ticket keeps its source and its number alone."""
        return bool(self.label or self.people or self.created_from or self.created_to)

    def clean(self) -> None:
        if not any(
            (self.source, self.label, self.external_id, self.created_from, self.created_to, self.people)
        ):
            raise ValidationError(_("Say what is held: a source, a label, a ticket, a period or a person."))
        if self.created_from and self.created_to and self.created_from > self.created_to:
            raise ValidationError(_("The period ends before it begins."))


class HeldTicket(models.Model):
    """A ticket that a hold kept when a file was about to change it: it stays held whatever became of it since."""

    hold = models.ForeignKey(LegalHold, on_delete=models.CASCADE, related_name="noted")
    ticket_number = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "ticket_number"], name="ticket_noted_once_by_a_hold")
        ]

    def __str__(self) -> str:
        return f"{self.hold} {self.ticket_number}"


class Purge(models.Model):
    """One deletion of tickets that a source keeps no longer, and what it came to."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="purges")
    before = models.DateTimeField(help_text=_("Tickets last updated before it go."))
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="purge")
    counts = models.JSONField(default=dict, help_text=_("How many rows went, by table."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PurgeQuerySet] = PurgeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.source} {self.before:%Y-%m-%d}"


class PersonExport(models.Model):
    """All that is held of one person, in a file that is offered for some days. It does not say who it is."""

    stored = models.CharField(max_length=80)
    tickets = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonExportQuerySet] = PersonExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "persons" / self.stored

    @property
    def is_over(self) -> bool:
        return self.created_at + OFFERED < timezone.now()


class TextView(models.Model):
    """Somebody had the text of a ticket shown. It outlives the ticket."""

    ticket_number = models.BigIntegerField()
    ticket_label = models.CharField(_("ticket"), max_length=170)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(_("why"), max_length=200)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects: ClassVar[TextViewQuerySet] = TextViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="text_view_says_why")]

    def __str__(self) -> str:
        return self.ticket_label
