"""Views that people keep, and mail that brings a view regularly."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.dashboards.querysets import MailingQuerySet, SavedViewQuerySet
from sopdesk.accounts.models import Team


class SavedView(models.Model):
    """A tab with its filter, under a name. It holds no figures: whoever opens it sees their own."""

    class Shared(models.TextChoices):
        OWN = "own", _("only me")
        TEAM = "team", _("my team")
        EVERYONE = "everyone", _("everyone who reads figures")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="figure_views")
    name = models.CharField(_("name"), max_length=80)
    tab = models.CharField(max_length=40, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.CharField(_("shared with"), max_length=10, choices=Shared.choices, default=Shared.OWN)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_named_once"),
            models.CheckConstraint(
                condition=Q(shared="team", team__isnull=False) | (~Q(shared="team") & Q(team=None)),
                name="saved_view_team_if_shared_with_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FirstView(models.Model):
    """The view with which Metrics opens for one person."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.view)


class Mailing(models.Model):
    """A view by mail, daily or weekly. Each receiver gets the figures that they may see, at `at` by their own clock."""

    class Every(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every week")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="mailings")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="figure_mailings"
    )
    receivers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("to"))
    every = models.CharField(_("how often"), max_length=4, choices=Every.choices, default=Every.WEEK)
    weekday = models.SmallIntegerField(_("on"), choices=Weekday.choices, default=Weekday.MONDAY)
    at = models.TimeField(_("at"))
    created_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("When it could not be worked out for somebody; empty once it could."),
    )
    undelivered_since = models.DateTimeField(
        null=True, blank=True, help_text=_("When the first letter was written that mail servers refused.")
    )

    objects: ClassVar[MailingQuerySet] = MailingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["view__name", "pk"]

    def __str__(self) -> str:
        return f"{self.view} ({self.get_every_display()})"
