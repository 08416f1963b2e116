"""What was promised, and whether it was kept."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.tickets import Source, Ticket
from metrics.querysets import SlaResultQuerySet
from sopdesk.accounts.zones import validate_time_zone


class Calendar(models.Model):
    """Business hours of one place. An edited calendar is a new version: past results keep the one they were made by.

    `weekly` is seven lists, Monday first, of [opens, closes] as "HH:MM"; a close at or before its opening is on the
    next day. [["00:00", "24:00"]] on every day is round the clock.
    """

    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    weekly = models.JSONField(default=list)
    holidays = models.CharField(_("public holidays of"), max_length=20, blank=True)
    days_off = ArrayField(models.DateField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug", "-version"]
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="calendar_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Interval(models.Model):
    """One stretch of open time, holidays already taken out. `cum_s`: seconds open before it began."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="intervals", db_index=False)
    open_at = models.DateTimeField()
    close_at = models.DateTimeField()
    cum_s = models.BigIntegerField()

    class Meta:
        ordering = ["calendar", "open_at"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "open_at"], name="interval_by_opening"),
            models.UniqueConstraint(fields=["calendar", "cum_s"], name="interval_by_seconds"),
            models.CheckConstraint(
                condition=models.Q(close_at__gt=models.F("open_at")), name="interval_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.open_at:%Y-%m-%d %H:%M}"


class SlaPolicy(models.Model):
    """A set of targets, in versions. One without a source holds for every source that has none of its own."""

    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(_("name"), max_length=80)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="policies")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug", "-version"]
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class SlaTarget(models.Model):
    """How long one thing may take. An empty priority holds for every priority that has no target of its own."""

    class Metric(models.TextChoices):
        FIRST_REPLY = "first_reply", _("first reply")
        NEXT_REPLY = "next_reply", _("next reply")
        RESOLUTION = "resolution", _("resolution")

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=12, choices=Metric.choices)
    priority = models.CharField(max_length=40, blank=True)
    seconds = models.PositiveIntegerField()
    pauses = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    class Meta:
        ordering = ["policy", "metric", "priority"]
        constraints = [models.UniqueConstraint(fields=["policy", "metric", "priority"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.priority} {self.seconds} s"


class SlaResult(models.Model):
    """Whether one promise on one ticket was kept, and which version of the policy says so."""

    class State(models.TextChoices):
        MET = "met", _("met")
        BREACHED = "breached", _("breached")
        RUNNING = "running", _("running")
        OVERDUE = "overdue", _("overdue")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="sla_results", db_constraint=False
    )
    metric = models.CharField(max_length=12, choices=SlaTarget.Metric.choices)
    instance = models.PositiveSmallIntegerField(default=1)
    policy = models.ForeignKey(
        SlaPolicy, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    priority_applied = models.CharField(max_length=40)
    target_s = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    elapsed_s = models.BigIntegerField(null=True, help_text=_("Net business seconds, pauses taken off."))
    state = models.CharField(max_length=10, choices=State.choices)

    objects: ClassVar[SlaResultQuerySet] = SlaResultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["ticket", "metric", "instance"]
        indexes = [
            # Promises whose state changes by the clock alone.
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["running", "overdue"]),
                name="sla_open_by_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.state}"
