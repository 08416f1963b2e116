"""What was promised, and whether it was kept.

A version of a calendar or a policy never changes (the database refuses it): an edit is a new version, which holds
from a day on for the tickets created from then. So a result that names its policy says by which hours and targets.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models.tickets import Source, Ticket, numbered
from metrics.querysets import CalendarQuerySet, SlaPolicyQuerySet, SlaResultQuerySet
from sopdesk.accounts.models import Site, Team
from sopdesk.accounts.zones import validate_time_zone


def _never_changed() -> pgtrigger.Trigger:
    return pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)


class Version(models.Model):
    """What a version of a calendar and one of a policy have in common."""

    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(_("name"), max_length=80)
    holds_from = models.DateField(
        _("holds from"),
        null=True,
        help_text=_("For tickets created from this day on; empty: for all of them."),
    )
    note = models.CharField(_("why"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Calendar(Version):
    """Business hours of one place.

    `weekly` is seven lists, Monday first, of [opens, closes] as "HH:MM"; a close at or before its opening is on the
    next day. [["00:00", "24:00"]] on every day is round the clock. `extra_open`: [day, opens, closes], open whatever
    the weekday or the holiday says; hours of the weekday do not hold on such a day.
    """

    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    weekly = models.JSONField(default=list)
    holidays = models.CharField(_("public holidays of"), max_length=20, blank=True)
    days_off = ArrayField(models.DateField(), default=list, blank=True)
    extra_open = models.JSONField(default=list, blank=True)

    objects: ClassVar[CalendarQuerySet] = CalendarQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["slug", "-version"]
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="calendar_version_once")]
        triggers = [_never_changed()]


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


class SlaPolicy(Version):
    """A set of targets, in versions. One without a source holds for every source that has none of its own.

    Hours are those of `calendar`, or of the site of the ticket's team where `site_hours` names some.
    """

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="policies"
    )
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="policies")

    objects: ClassVar[SlaPolicyQuerySet] = SlaPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["slug", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="policy_version_once"),
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(version=1),
                nulls_distinct=False,
                name="policy_once_per_source",
            ),
        ]
        triggers = [_never_changed()]


_NEWEST_ONLY = """
    IF EXISTS (SELECT 1 FROM metrics_slapolicy AS own JOIN metrics_slapolicy AS later
        ON later.slug = own.slug AND later.version > own.version WHERE own.id = NEW.policy_id)
    THEN RAISE EXCEPTION 'An older version of a policy never changes.'; END IF;
    RETURN NEW;"""


def _only_while_newest() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="older_stays", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_NEWEST_ONLY
    )


class SiteHours(models.Model):
    """Under this policy, tickets of this site's teams are measured by this calendar."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="site_hours")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["policy", "site__name"]
        constraints = [models.UniqueConstraint(fields=["policy", "site"], name="hours_once_per_site")]
        triggers = [_never_changed(), _only_while_newest()]

    def __str__(self) -> str:
        return f"{self.site}: {self.calendar}"


class SlaTarget(models.Model):
    """How long one thing may take, of the tickets it is for. What is left empty is not asked about.

    Of those that fit a ticket the most specific holds: one with a label before one with a team, before one with a
    channel, before one with a priority. Of two as specific, the shorter (metrics/targets.py).
    """

    class Metric(models.TextChoices):
        FIRST_REPLY = "first_reply", _("first reply")
        NEXT_REPLY = "next_reply", _("next reply")
        RESOLUTION = "resolution", _("resolution")

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(_("promise"), max_length=12, choices=Metric.choices)
    priority = models.CharField(_("priority"), max_length=40, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True, default="")
    label = models.CharField(_("label"), max_length=120, blank=True, default="")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    seconds = models.PositiveIntegerField()
    pauses = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    class Meta:
        ordering = ["policy", "metric", "priority", "channel", "label", "team"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "metric", "priority", "channel", "label", "team"],
                nulls_distinct=False,
                name="target_once",
            ),
            models.CheckConstraint(condition=models.Q(seconds__gt=0), name="target_takes_time"),
        ]
        triggers = [_never_changed(), _only_while_newest()]

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
        Ticket, on_delete=models.CASCADE, related_name="sla_results", db_index=False, db_constraint=False
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
    risk_at = models.DateTimeField(
        null=True,
        help_text=_("When what remains is a fifth of the target, or half an hour; of what still runs."),
    )
    fulfilled_at = models.DateTimeField(null=True)
    elapsed_s = models.BigIntegerField(null=True, help_text=_("Net business seconds, pauses taken off."))
    state = models.CharField(max_length=10, choices=State.choices)

    objects: ClassVar[SlaResultQuerySet] = SlaResultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["ticket", "metric", "instance"]
        constraints = [numbered("sla_of_ticket")]
        indexes = [
            # Promises whose state changes by the clock alone.
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["running", "overdue"]),
                name="sla_open_by_due",
            ),
            # Days are added up by ranges of it, and promises come in order of time.
            BrinIndex(fields=["started_at"], pages_per_range=32, name="sla_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.state}"
