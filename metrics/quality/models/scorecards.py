"""What a reviewer looks at: a scorecard, its versions, and the criteria of each version."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, validate_slug
from django.db import models
from django.utils.translation import gettext_lazy as _

WEIGHT_MAX = 100
TOP_MAX = 10


class Scorecard(models.Model):
    """A list of criteria under a name. What is asked stands in its versions; the newest is used for new reviews."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(models.Model):
    """The criteria as they were agreed at one time. Never changed: a review says by which version it was made."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    note = models.CharField(_("what changed"), max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["scorecard", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "number"], name="scorecard_version_unique")
        ]
        triggers = [pgtrigger.Protect(name="scorecard_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.scorecard.name} v{self.number}"


class Criterion(models.Model):
    """One thing that is scored from 0 to `top`. `key` is the same in every version, so that trends go on.

    `sop_key` and `sop_anchor` name the section of the SOP that says how it is done right.
    """

    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60, validators=[validate_slug])
    name = models.CharField(_("criterion"), max_length=160)
    guidance = models.CharField(_("when is it right"), max_length=600, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(WEIGHT_MAX)]
    )
    top = models.PositiveSmallIntegerField(
        _("best score"), default=1, validators=[MinValueValidator(1), MaxValueValidator(TOP_MAX)]
    )
    is_critical = models.BooleanField(_("critical"), default=False)
    may_skip = models.BooleanField(_("may not apply"), default=True)
    sop_key = models.CharField(_("SOP"), max_length=80, blank=True)
    sop_anchor = models.CharField(_("section"), max_length=200, blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="criterion_once_in_version"),
            models.CheckConstraint(
                condition=models.Q(weight__gte=1, top__gte=1), name="criterion_weighs_something"
            ),
        ]
        triggers = [pgtrigger.Protect(name="criterion_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def scores(self) -> range:
        """The scores that may be given, the best first."""
        return range(self.top, -1, -1)
