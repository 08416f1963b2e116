"""What came in and what went out: intakes with a row for each file, and exports."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.exchange.querysets import ExportQuerySet, IntakeQuerySet
from sopdesk.jobs.models import Job

KEPT = timedelta(days=7)
"""How long uploaded files stay when nothing is imported of them."""
OFFERED = timedelta(hours=24)
"""How long a finished export can be downloaded."""


class Intake(models.Model):
    """Files that somebody brought, looked at before anything is imported of them."""

    name = models.CharField(_("files"), max_length=200)
    kind = models.CharField(
        _("become"), max_length=20, help_text=_("For files that do not say it themselves.")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stored = models.CharField(max_length=40, unique=True)
    size = models.PositiveBigIntegerField(help_text=_("in bytes"))
    sha256 = models.CharField(max_length=64)
    reading = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    importing = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    changes = models.ManyToManyField(Change, related_name="intakes")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True, help_text=_("When the uploaded files were removed."))

    objects: ClassVar[IntakeQuerySet] = IntakeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """Where its files lie, under names of our own."""
        return Path(settings.MEDIA_ROOT) / "intakes" / self.stored

    @property
    def kept_until(self) -> datetime:
        """When its files are removed, unless that was done already."""
        return self.created_at + KEPT


class IntakeFile(models.Model):
    """One file of an intake: what it would become, and what became of it."""

    class What(models.TextChoices):
        WAITING = "waiting", _("not read yet")
        NEW = "new", _("new document")
        DRAFT = "draft", _("new draft")
        SAME = "same", _("nothing new")
        REFUSED = "refused", _("refused")
        PICTURE = "picture", _("picture")

    class Outcome(models.TextChoices):
        NONE = "", _("not imported")
        DRAFTED = "drafted", _("draft written")
        SAME = "same", _("nothing new")
        REFUSED = "refused", _("refused")

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    what = models.CharField(max_length=10, choices=What.choices, default=What.WAITING)
    kind = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=200, blank=True)
    sections = models.PositiveIntegerField(default=0)
    pictures = ArrayField(
        models.CharField(max_length=64), default=list, help_text=_("Hashes of those it shows.")
    )
    said = models.JSONField(default=dict, help_text=_("What the file says, as it was read."))
    content_hash = models.CharField(max_length=64, blank=True)
    reasons = ArrayField(
        models.TextField(), default=list, help_text=_("Why it is refused, and how to mend it.")
    )
    notes = ArrayField(models.TextField(), default=list, help_text=_("What was noticed."))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey(ChangeItem, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.NONE)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["intake", "number"], name="intake_file_number_unique")]
        indexes = [
            models.Index(fields=["intake", "what"], name="intake_file_what"),
            models.Index(fields=["content_hash"], name="intake_file_content"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def look(self) -> str:
        """The state whose look its badge has (sopdesk/text/states.py)."""
        looks = {self.What.NEW: "draft", self.What.DRAFT: "draft", self.What.REFUSED: "failed"}
        outcomes = {self.Outcome.DRAFTED: "done", self.Outcome.REFUSED: "failed", self.Outcome.SAME: "open"}
        return outcomes.get(self.outcome) or looks.get(self.what, "open")  # type: ignore[call-overload, no-any-return]

    @property
    def word(self) -> str:
        """What became of it, else what it would become."""
        return str(self.get_outcome_display() if self.outcome else self.get_what_display())

    @property
    def stored_path(self) -> Path:
        return self.intake.folder / f"{self.number}.file"


class Export(models.Model):
    """Documents on their way out, in one file. It holds what its maker may read, and is theirs alone."""

    kind = models.CharField(max_length=20)
    form = models.CharField(max_length=10)
    query = models.TextField(blank=True, help_text=_("The list’s filters, as they stood in the address."))
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    documents = ArrayField(models.BigIntegerField(), default=list)
    stored = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.form} {self.pk}"

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "exports" / self.stored

    @property
    def is_over(self) -> bool:
        """Whether it can no longer be downloaded."""
        return self.finished_at is not None and self.finished_at + OFFERED < timezone.now()
