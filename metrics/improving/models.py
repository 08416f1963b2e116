"""What is stored of initiatives: what is aimed at, the frozen baseline, linked changes, what happened."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.improving.definitions import LEVERS
from metrics.improving.querysets import InitiativeQuerySet
from metrics.improving.states import State
from sopdesk.accounts.models import Site
from sopdesk.documents.models import Change

TITLE_MAX, NOTE_MAX = 160, 4000


class Initiative(models.Model):
    """Somebody sets out to better one figure of one label. `site` None: at every site."""

    class Direction(models.TextChoices):
        UP = "up", _("raise it to")
        DOWN = "down", _("lower it to")

    title = models.CharField(_("title"), max_length=TITLE_MAX)
    why = models.TextField(_("why"), blank=True, max_length=NOTE_MAX)
    label = models.CharField(_("label"), max_length=120)
    lever = models.CharField(
        _("what could help"), max_length=20, choices=[(lever.key, lever.label) for lever in LEVERS]
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("site")
    )
    scope: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict,
        help_text=_("What narrows its tickets beside label and site (metrics/improving/scopes.py)."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="initiatives",
        verbose_name=_("owner"),
    )
    metric = models.CharField(_("figure"), max_length=20)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    target = models.FloatField(_("target"), help_text=_("A share from 0 to 1, seconds, or tickets a week."))
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    changes = models.ManyToManyField(Change, through="LinkedChange", related_name="initiatives")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    objects: ClassVar[InitiativeQuerySet] = InitiativeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class Baseline(models.Model):
    """A figure of the label as it was when the initiative was proposed. Never changed: it is what success is
    measured against. `value`, `low`, `high` None: not measured, or too few."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="baselines")
    metric = models.CharField(max_length=20)
    measured_as = models.CharField(max_length=20, help_text=_("The same, with the scale of the rating."))
    first = models.DateField()
    last = models.DateField()
    value = models.FloatField(null=True)
    n = models.BigIntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["initiative", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "metric"], name="baseline_once_a_metric")
        ]
        triggers = [pgtrigger.Protect(name="baseline_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.initiative_id} {self.metric}"


class LinkedChange(models.Model):
    """A change that is part of an initiative."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="links")
    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="initiative_links")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "change"], name="change_once_in_initiative")
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id}: {self.change_id}"


class Transition(models.Model):
    """From one state to another, by whom and why."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="transitions")
    begins = models.CharField(max_length=10, blank=True)
    ends = models.CharField(max_length=10, choices=State.choices)
    note = models.TextField(blank=True, max_length=NOTE_MAX)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.begins} → {self.ends}"
