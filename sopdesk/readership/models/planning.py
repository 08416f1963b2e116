"""What is planned with a change: whether it has to be read, by when, what is asked, and what its cut-over waits for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sopdesk.documents.models import Change, Document

DUE_DAYS = 7
DUE_DAYS_MAX = 365


class ReadPlan(models.Model):
    """How a change is brought to its readers. A change without a row goes by the defaults of the columns."""

    class Asks(models.TextChoices):
        MATERIAL = "material", _("yes, if the change is material")
        YES = "yes", _("yes")
        NO = "no", _("no")

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="read_plan")
    asks = models.CharField(_("must-read"), max_length=10, choices=Asks.choices, default=Asks.MATERIAL)
    due_days = models.PositiveSmallIntegerField(
        _("due after (days)"),
        default=DUE_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(DUE_DAYS_MAX)],
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    early = models.BooleanField(_("may be read ahead"), default=False)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (%)"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.change}: {self.asks}"

    @property
    def is_asked(self) -> bool:
        """Whether readers get a must-read."""
        return self.asks == self.Asks.YES or (self.asks == self.Asks.MATERIAL and self.change.material)


class Question(models.Model):
    """One question of a change's knowledge check, on one of its documents. `choices` are {"text", "right"}."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="questions")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="+", verbose_name=_("document")
    )
    anchor = models.CharField(_("section that answers it"), max_length=200, blank=True)
    words = models.TextField(_("question"))
    choices = models.JSONField(default=list)
    several = models.BooleanField(_("several answers may be right"), default=False)
    explanation = models.TextField(_("explanation"), blank=True)

    objects: ClassVar[models.Manager[Question]]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words

    @property
    def right(self) -> frozenset[int]:
        """The places of the right choices, from 0."""
        return frozenset(place for place, choice in enumerate(self.choices) if choice["right"])

    @property
    def said(self) -> list[Any]:
        """All that a reviewer approves of it, as plain values."""
        return [self.document_id, self.anchor, self.words, self.choices, self.several, self.explanation]


class Gate(models.Model):
    """What a change's cut-over waits for: this share of readers in each group, or the latest moment."""

    class By(models.TextChoices):
        VENDOR = "vendor", _("each vendor")
        SITE = "site", _("each site")
        TEAM = "team", _("each team")
        EVERYBODY = "everybody", _("all sites together")

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="gate")
    share = models.PositiveSmallIntegerField(
        _("share that has read it (%)"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    by = models.CharField(_("of"), max_length=10, choices=By.choices, default=By.VENDOR)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    latest = models.DateTimeField(_("at the latest on"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    override_reason = models.TextField(blank=True)
    opened_at = models.DateTimeField(null=True)
    trouble = models.TextField(
        blank=True, help_text=_("Why the desk could not publish when the gate opened.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(not_before=None) | Q(not_before__lte=models.F("latest")),
                name="gate_latest_is_last",
            )
        ]

    def __str__(self) -> str:
        return f"{self.change}: {self.share} %, {self.by}"
