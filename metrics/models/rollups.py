"""What a dashboard reads: parts that add up, by day and dimension. Never an average."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from metrics.models.tickets import Source
from metrics.querysets import FacetQuerySet, RollupQuerySet
from sopdesk.accounts.models import Team


def _count() -> models.IntegerField:
    return models.IntegerField(default=0)


def _seconds() -> models.BigIntegerField:
    return models.BigIntegerField(default=0)


def _buckets() -> ArrayField:
    """One log bucket (metrics/histograms.py) per measured contact: two bytes each, and joining lists adds them."""
    return ArrayField(models.SmallIntegerField(), default=list)


class Rollup(models.Model):
    """Counts and sums of one reporting day in one cell. `label` "" is every ticket once; another label, its tickets.

    Each part lies on the day its metric counts on (metrics/definitions.py): a rating on the day it was given,
    a reopening on the day the ticket was first solved, a promise on the day it began.
    """

    day = models.DateField()
    # Made from tickets, whose own source and team are checked: checking again doubles what a row costs.
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    team_name = models.CharField(max_length=120)
    channel = models.CharField(max_length=40)
    priority = models.CharField(max_length=40)
    market = models.CharField(max_length=40)
    label = models.CharField(max_length=120)

    created_n = _count()
    flagged_n = _count()
    measured_n = _count()
    vendor_sla_n = _count()
    vendor_sla_met_n = _count()
    solved_n = _count()
    reopened_n = _count()
    resolution_n = _count()
    resolution_s = _seconds()
    resolution_log = _buckets()
    reply_n = _count()
    reply_s = _seconds()
    reply_log = _buckets()
    sla_reply_met_n = _count()
    sla_reply_breached_n = _count()
    sla_reply_overdue_n = _count()
    sla_reply_running_n = _count()
    sla_resolution_met_n = _count()
    sla_resolution_breached_n = _count()
    sla_resolution_overdue_n = _count()
    sla_resolution_running_n = _count()
    offered_n = _count()
    good_n = _count()
    bad_n = _count()
    stars_n = _count()
    stars_top_n = _count()
    handled_n = _count()
    handle_s = _seconds()
    handle_square = models.FloatField(default=0)
    handle_log = _buckets()

    objects: ClassVar[RollupQuerySet] = RollupQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["label", "day"], name="rollup_by_label_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.team_name} {self.label}"


class Facet(models.Model):
    """What there is to filter by: one row per combination that tickets have, made from the rollups, so that a page
    need not look through all of them to offer its choices."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    created_n = models.BigIntegerField(default=0)
    last_day = models.DateField(null=True)

    objects: ClassVar[FacetQuerySet] = FacetQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.team_id} {self.channel} {self.label}"
