"""What writers work on: changes, the drafts in them, and their way from state to state."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from sopdesk.documents.models.content import TITLE_MAX, Content, Document, Version
from sopdesk.documents.querysets import ChangeQuerySet

SOON = timedelta(days=2)


class Change(models.Model):
    """One reviewable proposal: reviewed, approved, scheduled and published as a whole."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        CHANGES_REQUESTED = "changes_requested", _("changes requested")
        APPROVED = "approved", _("approved")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    title = models.CharField(_("title"), max_length=TITLE_MAX)
    why = models.TextField(_("why"), blank=True)
    material = models.BooleanField(_("material"), default=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    effective_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    revision = models.PositiveIntegerField(
        default=1, help_text=_("Counts what is said of the change itself.")
    )
    planned_at = models.DateTimeField(
        _("planned to come in force"),
        null=True,
        blank=True,
        help_text=_("What its authors propose; `effective_at` is what was decided."),
    )
    planned_zone = models.CharField(_("time zone of the plan"), max_length=64, blank=True)
    due_on = models.DateField(_("review due"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claimed_changes",
        verbose_name=_("reviewed by"),
    )
    urgent_reason = models.TextField(
        _("why it could not wait"), blank=True, help_text=_("Not empty: published before it was approved.")
    )
    confirmed_at = models.DateTimeField(
        _("reviewed afterwards"),
        null=True,
        help_text=_("Of an urgent one: when it had all approvals it needs."),
    )
    takes_back = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="ways_back",
        verbose_name=_("takes back"),
        help_text=_("The urgent change that this one is the way back from."),
    )
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="changes", verbose_name=_("authors")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[ChangeQuerySet] = ChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["state", "-updated_at"], name="change_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["scheduled", "published"]) | Q(effective_at__isnull=False),
                name="change_published_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unreviewed(self) -> bool:
        """Whether it was published at once and nobody has reviewed it yet."""
        return bool(self.urgent_reason) and self.confirmed_at is None

    def state_at(self, now: datetime) -> str:
        """The state as a reader meets it: what was scheduled is published from its minute on, without a job."""
        if self.state == self.State.SCHEDULED and self.effective_at is not None and self.effective_at <= now:
            return self.State.PUBLISHED
        return self.state

    def due_state(self, today: date) -> str:
        """ "overdue", "due" (within two days) or "" for a review that has time, no date, or is over."""
        if self.due_on is None or self.state != self.State.IN_REVIEW:
            return ""
        if self.due_on < today:
            return "overdue"
        return "due" if self.due_on <= today + SOON else ""


class ChangeItem(Content):
    """The draft of one document in one change, based on the version it was opened from (None: a new document)."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="items")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="drafts")
    base_version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="+")
    retires = models.BooleanField(
        _("retires the document"),
        default=False,
        help_text=_("It ends what is in force and puts nothing after it."),
    )
    superseded_by = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    parting_note = models.TextField(
        _("note to readers"), blank=True, help_text=_("What readers of a retired document are told.")
    )
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    history = HistoricalRecords()
    objects: ClassVar[models.Manager[ChangeItem]]

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["change", "document"], name="item_once_in_change")]

    def __str__(self) -> str:
        return f"{self.document.key} in “{self.change}”"


class Transition(models.Model):
    """A change's way from state to state, a row each."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="transitions")
    verb = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, choices=Change.State.choices)
    to_state = models.CharField(max_length=20, choices=Change.State.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outside = models.ForeignKey(
        "documents.OutsideReviewer",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Who took the step, where that was an outside reviewer; `actor` let them in."),
    )
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.change}: {self.from_state} → {self.to_state}"


class Presence(models.Model):
    """Who had a draft open in the editor, and when that was last heard. Old rows mean nothing."""

    item = models.ForeignKey(ChangeItem, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="presence_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.item_id}"
