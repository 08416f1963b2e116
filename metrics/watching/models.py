"""Alerts: a series that left its limits, from the first day it did to the last, and what people said of it."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from metrics.models import Source
from metrics.watching.querysets import AlertQuerySet
from sopdesk.accounts.models import Site, Team


class Alert(models.Model):
    """One spell of one series: of a label (all sites, or one) or of a team. The figures are those of the day that
    stood out most."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        CLOSED = "closed", _("closed")

    class Direction(models.TextChoices):
        UP = "up", _("higher than usual")
        DOWN = "down", _("lower than usual")

    class Because(models.TextChoices):
        QUIET = "quiet", _("Closed by itself after a quiet week.")
        TOLD_LATER = (
            "told_later",
            _("Closed by itself: more tickets came in later, and with them these days are as usual."),
        )

    metric = models.CharField(_("figure"), max_length=20)
    label = models.CharField(_("label"), max_length=120, blank=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, null=True, related_name="+", help_text=_("None: all sites together.")
    )
    scale = models.CharField(
        max_length=10, default="", blank=True, help_text=_("Of CSAT: the scale of its answers.")
    )
    direction = models.CharField(max_length=4, choices=Direction.choices)
    first_day = models.DateField(_("since"))
    last_day = models.DateField(_("until"))
    value = models.FloatField()
    expected = models.FloatField()
    n = models.IntegerField()
    q = models.FloatField(help_text=_("p of that day, adjusted for all series watched that night."))
    carried_by: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list, help_text=_("Of a team: the labels that lie most above or below the usual.")
    )
    days: models.JSONField[dict[str, dict[str, Any]], dict[str, dict[str, Any]]] = models.JSONField(
        default=dict, help_text=_("The same figures of each day outside.")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NEW)
    closed_because = models.CharField(
        max_length=10, choices=Because.choices, blank=True, help_text=_("Empty: somebody closed it.")
    )
    note = models.TextField(_("note"), blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handled_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-last_day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "label", "team", "site", "direction", "first_day"],
                nulls_distinct=False,
                name="alert_once_a_spell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.label or self.team} {self.first_day}"

    @property
    def height(self) -> date:
        """The day that stood out most."""
        days = sorted(self.days, reverse=True)
        return date.fromisoformat(min(days, key=lambda day: self.days[day]["q"])) if days else self.last_day

    @property
    def is_right(self) -> bool:
        """Whether it is not one that was closed because its days turned out to be as usual."""
        return self.closed_because != self.Because.TOLD_LATER


class Watched(models.Model):
    """A day that was judged when a source had told of it to its end, with so many tickets, contacts and answers."""

    day = models.DateField()
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    created_n = models.IntegerField()
    handled_n = models.IntegerField()
    answered_n = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "source"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.source_id}"
