"""Which tickets are looked at: rules, and what each drew in a week."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.quality.models.scorecards import Scorecard
from metrics.quality.querysets import DrawQuerySet, RuleQuerySet
from sopdesk.accounts.models import Site

TICKETS_MAX = 50
REVIEWERS_MAX = 4


class SamplingRule(models.Model):
    """So many tickets a week of every team, agent, label or channel, drawn at random among those solved that week."""

    class Per(models.TextChoices):
        TEAM = "team", _("team")
        AGENT = "agent", _("agent")
        LABEL = "label", _("label")
        CHANNEL = "channel", _("channel")

    name = models.CharField(_("name"), max_length=120, unique=True)
    scorecard = models.ForeignKey(
        Scorecard, on_delete=models.PROTECT, related_name="rules", verbose_name=_("scorecard")
    )
    count = models.PositiveSmallIntegerField(
        _("tickets a week"), validators=[MinValueValidator(1), MaxValueValidator(TICKETS_MAX)]
    )
    per = models.CharField(_("of every"), max_length=10, choices=Per.choices, default=Per.TEAM)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only site")
    )
    label = models.CharField(_("only label"), max_length=120, blank=True)
    channel = models.CharField(_("only channel"), max_length=40, blank=True)
    reviewers = models.PositiveSmallIntegerField(
        _("reviewers of each ticket"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(REVIEWERS_MAX)],
    )
    is_active = models.BooleanField(_("draws every week"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[RuleQuerySet] = RuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Draw(models.Model):
    """What a rule drew of one week. Once for each: drawing again changes nothing. The seed makes it repeatable."""

    rule = models.ForeignKey(SamplingRule, on_delete=models.PROTECT, related_name="draws")
    week = models.DateField(_("week from"), help_text=_("its Monday"))
    seed = models.CharField(max_length=40)
    tickets = models.PositiveIntegerField(_("tickets drawn"), default=0)
    unassigned = models.PositiveIntegerField(_("without a reviewer"), default=0)
    at = models.DateTimeField(_("drawn"), auto_now_add=True)

    objects: ClassVar[DrawQuerySet] = DrawQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-week", "rule"]
        constraints = [models.UniqueConstraint(fields=["rule", "week"], name="draw_once_a_week")]

    def __str__(self) -> str:
        return f"{self.rule} {self.week}"
