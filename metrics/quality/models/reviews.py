"""What reviewers found in single tickets."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.models import Source
from metrics.quality.models.sampling import Draw
from metrics.quality.models.scorecards import Criterion, ScorecardVersion
from metrics.quality.querysets import CalibrationQuerySet, ImportQuerySet, ReviewQuerySet
from sopdesk.accounts.models import Team
from sopdesk.jobs.models import Job

NOTE_MAX = 4000


class Calibration(models.Model):
    """The same tickets given to several reviewers, each blind to the others, to see how far they agree."""

    name = models.CharField(_("name"), max_length=120)
    version = models.ForeignKey(
        ScorecardVersion, on_delete=models.PROTECT, related_name="calibrations", verbose_name=_("scorecard")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)

    objects: ClassVar[CalibrationQuerySet] = CalibrationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class QualityImport(models.Model):
    """A file of QA results that was brought in, with what became of its rows. `rejected_rows` are kept to be mended,
    masked and without the columns that were not chosen."""

    class State(models.TextChoices):
        DRAFT = "draft", _("to be brought in")
        RUNNING = "running", _("being brought in")
        DONE = "done", _("brought in")

    file_name = models.CharField(_("file"), max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    stored = models.CharField(
        max_length=80, blank=True, help_text=_("Random name of the file, which goes when its rows are in.")
    )
    sha256 = models.CharField(max_length=64)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict, help_text=_("Which column is which, frozen."))
    header = models.JSONField(default=list)
    rows_read = models.PositiveIntegerField(_("rows"), default=0)
    added = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    notes_left = models.PositiveIntegerField(
        _("notes left out"), default=0, help_text=_("Of rows whose ticket may be of somebody who was erased.")
    )
    rejected_rows = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("brought in"), auto_now_add=True)

    objects: ClassVar[ImportQuerySet] = ImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.file_name


class Review(models.Model):
    """One reviewer's look at one ticket. What it keeps of the ticket outlives a purge of tickets."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("to do")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")

    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="reviews")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(_("ticket"), max_length=80)
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("team")
    )
    agent = models.CharField(_("agent"), max_length=120, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    market = models.CharField(_("market"), max_length=40, blank=True, default="")
    priority = models.CharField(_("priority"), max_length=40, blank=True, default="")
    labels = ArrayField(models.CharField(max_length=120), default=list)
    macro_keys = ArrayField(models.CharField(max_length=120), default=list)
    solved_at = models.DateTimeField(_("ticket solved"), null=True)

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="quality_reviews"
    )
    reviewer_name = models.CharField(_("reviewer"), max_length=120)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, null=True, related_name="reviews")
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, null=True, related_name="reviews")
    brought_by = models.ForeignKey(QualityImport, on_delete=models.PROTECT, null=True, related_name="reviews")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASSIGNED)
    assigned_at = models.DateTimeField(_("given"))
    due_on = models.DateField(_("due"), null=True)
    done_at = models.DateTimeField(_("reviewed"), null=True)
    note = models.TextField(_("note to the agent’s lead"), blank=True, max_length=NOTE_MAX)
    revision = models.PositiveIntegerField(default=0)
    score = models.FloatField(_("IQS"), null=True, help_text=_("0 to 1; empty while nothing was scored."))
    has_critical_fail = models.BooleanField(_("critical fail"), default=False)

    objects: ClassVar[ReviewQuerySet] = ReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-assigned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "source", "external_id", "reviewer"], name="review_once_in_draw"
            ),
            models.UniqueConstraint(
                fields=["source", "external_id", "version", "reviewer_name"],
                condition=Q(brought_by__isnull=False),
                name="review_brought_once",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="review_score_is_share"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False), name="review_done_has_its_time"
            ),
        ]
        indexes = [
            models.Index(fields=["reviewer", "state"], name="review_queue"),
            models.Index(fields=["done_at"], name="review_by_day"),
            models.Index(fields=["source", "external_id"], name="review_by_ticket"),
            GinIndex(fields=["labels"], name="review_by_label"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} ({self.reviewer_name})"


class Mark(models.Model):
    """What one review gives for one criterion. `score` None: it did not apply."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="marks")
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    note = models.CharField(_("note"), max_length=600, blank=True)

    class Meta:
        ordering = ["review", "criterion__position"]
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="mark_once_in_review")]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.score}"


class Dispute(models.Model):
    """A lead's word that a review is wrong, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        STANDS = "stands", _("the score stands")
        REOPENED = "reopened", _("reviewed again")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="disputes")
    note = models.TextField(_("what is wrong"), max_length=NOTE_MAX)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("disputed"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True, max_length=NOTE_MAX)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    score_before = models.FloatField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["review"], condition=Q(state="open"), name="dispute_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.state}"
