"""What reviewing leaves behind: who has to approve, who was asked, and who approved exactly what."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.functions import ReviewFunction
from sopdesk.documents.models.changes import Change


class Approval(models.Model):
    """A reviewer's word for exactly this content, by its hash. An edit voids it; it is never deleted."""

    class Proof(models.TextChoices):
        """How the signer showed who they are at the moment of signing."""

        PASSWORD = "password", _("password")
        PASSKEY = "passkey", _("passkey")
        EMAIL_CODE = "email_code", _("code sent by e-mail")

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="approvals")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="approvals"
    )
    outside = models.ForeignKey(
        "documents.OutsideReviewer", on_delete=models.PROTECT, null=True, related_name="approvals"
    )
    name = models.CharField(max_length=120, blank=True, help_text=_("The signer’s name as it was then."))
    meaning = models.TextField(blank=True, help_text=_("What the signature says, in words."))
    functions = ArrayField(
        models.CharField(max_length=20, choices=ReviewFunction.choices), default=list, blank=True
    )
    signed_with = models.CharField(max_length=12, choices=Proof.choices, blank=True)
    content_hash = models.CharField(max_length=64)
    seen = models.JSONField(
        default=dict, blank=True, help_text=_("The change as it was signed, whole: what the hash is of.")
    )
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "reviewer"], condition=Q(voided_at=None), name="approval_once_per_reviewer"
            ),
            models.UniqueConstraint(
                fields=["change", "outside"], condition=Q(voided_at=None), name="approval_once_per_outsider"
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) ^ Q(outside=None), name="approval_by_one_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer or self.outside}: {self.change}"


class ReviewRule(models.Model):
    """A row of the rule table: a change holding such a document needs the approval of these functions. Blank: any."""

    kind = models.CharField(_("kind"), max_length=20, blank=True)
    risk = models.CharField(_("risk"), max_length=20, blank=True)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, blank=True)
    functions = ArrayField(
        models.CharField(max_length=20, choices=ReviewFunction.choices), verbose_name=_("needs approval for")
    )
    note = models.TextField(_("why"), blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        parts = [self.kind, self.risk, self.topic, self.audience]
        return f"{' '.join(part for part in parts if part) or '*'} → {', '.join(self.functions)}"


class AskedReviewer(models.Model):
    """Somebody asked by hand to review a change: it needs their approval beside what the rules ask for."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="asked")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["change", "reviewer"], name="asked_once_per_reviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.change}"


class OutsideReviewer(models.Model):
    """Somebody without a log-in who reviews one change by an expiring link and a code sent by e-mail.

    Only hashes of the link's token and of the code are kept.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="outsiders")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    function = models.CharField(_("approves for"), max_length=20, choices=ReviewFunction.choices, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("link ends"))
    code_hash = models.CharField(max_length=128, blank=True)
    code_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.name
