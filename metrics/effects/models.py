"""Cards: what was known of a change's effect on the day somebody, or the clock, looked; and when each team began."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.effects.querysets import CardQuerySet, TeamStartQuerySet
from sopdesk.accounts.models import Site, Team
from sopdesk.audit.triggers import no_truncate
from sopdesk.documents.models import Change, Version


class TeamStart(models.Model):
    """Somebody's word on which day a team began to work by a change. Never altered: what was said last holds.

    `day` None takes it back: the team began when the change came in force.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="team_starts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("effective date"), null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TeamStartQuerySet] = TeamStartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["change", "team", "-id"], name="team_start_newest")]
        triggers = [
            pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.change}, {self.team}: {self.day}"


class Card(models.Model):
    """One look at one version, 2, 4 or 8 weeks after it came in force, over all sites or one. Never altered.

    `readings` are judging.Reading as JSON, `beside` the versions of other changes that came in force in its windows,
    with the labels they share. `began` is {"harbor-payments": "2026-07-06"}: all other teams began on `day`.
    """

    class Verdict(models.TextChoices):
        MOVED = "moved", _("something moved")
        SILENT = "silent", _("nothing moved")
        NOT_ENOUGH = "not_enough", _("not enough data")

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="cards")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="cards")
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Whose tickets alone it was worked out from; none: all sites."),
    )
    look = models.PositiveSmallIntegerField(_("weeks after"))
    labels = ArrayField(models.CharField(max_length=120))
    avoided = ArrayField(
        models.CharField(max_length=120),
        help_text=_("Labels that keep a ticket out of the comparison group."),
    )
    teams = ArrayField(models.CharField(max_length=40))
    began: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, help_text=_("Effective dates of teams that began later, by short name.")
    )
    effective_at = models.DateTimeField(_("in force from"))
    day = models.DateField()
    known_until = models.DateField(help_text=_("The first day of tickets it did not know."))
    told_n = models.IntegerField(
        null=True, help_text=_("Tickets of its labels and days that there were, over all sites.")
    )
    told_answers = models.IntegerField(
        null=True,
        help_text=_("Ratings and handled contacts of these days and labels that there were, over all sites."),
    )
    readings: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField()
    beside: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    method = models.PositiveSmallIntegerField(help_text=_("Version of the method (judging.METHOD)."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("worked out"), auto_now_add=True)

    objects: ClassVar[CardQuerySet] = CardQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-effective_at", "-look", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "site", "look", "told_n", "told_answers"],
                condition=Q(asked_by=None),
                nulls_distinct=False,
                name="card_once_by_itself",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.look}"
