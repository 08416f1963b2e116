"""What readers see: documents, their immutable versions, what those refer to and show, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from sopdesk.accounts.audience import Audience
from sopdesk.audit.triggers import no_truncate
from sopdesk.documents.querysets import DocumentQuerySet, PictureQuerySet, VersionQuerySet

TITLE_MAX = 200


class Document(models.Model):
    """Anything people follow. SOP, Article, Macro and Label inherit from it."""

    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(_("key"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents", verbose_name=_("owner")
    )
    locale = models.CharField(_("language"), max_length=10, default="en")
    translation_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="translations"
    )
    review_months = models.PositiveSmallIntegerField(_("review every (months)"), default=6)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    # What with_version_at() adds to a row: of its version in force at that time, None without one.
    current_id: int | None
    current_title: str | None
    current_number: int | None

    history = HistoricalRecords()
    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="document_key_unique_in_kind")]

    def __str__(self) -> str:
        return self.key

    def is_unverified(self, today: date) -> bool:
        """Whether its review date has passed."""
        return self.review_by is not None and self.review_by < today


class Content(models.Model):
    """The columns that a draft and a version share: all that is approved together, who may read it included."""

    title = models.CharField(_("title"), max_length=TITLE_MAX)
    body = models.TextField(_("text"), blank=True)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.INTERNAL
    )
    audience_teams = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class Version(Content):
    """An immutable, numbered snapshot. Only `in_force` may ever change, and of that only what has not yet begun."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    change = models.ForeignKey("documents.Change", on_delete=models.PROTECT, related_name="versions")
    html = models.TextField()
    plain = models.TextField()
    sections = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64)
    material = models.BooleanField(default=True)
    summary = models.TextField(blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published"))
    in_force = DateTimeRangeField(_("in force"))

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_unique"),
            ExclusionConstraint(
                name="version_one_in_force",
                expressions=[("document", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            no_truncate(),
            pgtrigger.Trigger(
                name="immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (to_jsonb(NEW) - 'in_force') IS DISTINCT FROM (to_jsonb(OLD) - 'in_force') THEN
                        RAISE EXCEPTION 'version %% is immutable', OLD.id;
                    END IF;
                    IF isempty(NEW.in_force) THEN
                        IF lower(OLD.in_force) <= clock_timestamp() THEN
                            RAISE EXCEPTION 'version %% has begun and cannot be unscheduled', OLD.id;
                        END IF;
                    ELSIF lower(NEW.in_force) IS DISTINCT FROM lower(OLD.in_force) THEN
                        RAISE EXCEPTION 'the beginning of version %% cannot be moved', OLD.id;
                    ELSIF upper(OLD.in_force) <= clock_timestamp() THEN
                        RAISE EXCEPTION 'version %% has ended and cannot be reopened', OLD.id;
                    ELSIF upper(NEW.in_force) < now() THEN
                        RAISE EXCEPTION 'version %% cannot be ended in the past', OLD.id;
                    END IF;
                    RETURN NEW;
                """.replace("%%", "%"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.key} v{self.number}"

    @property
    def since(self) -> datetime | None:
        """When it came or comes in force; None for one that was unscheduled before it began."""
        lower: datetime | None = self.in_force.lower
        return lower

    @property
    def until(self) -> datetime | None:
        upper: datetime | None = self.in_force.upper
        return upper

    def standing_at(self, now: datetime) -> str:
        """ "in_force", "scheduled", "superseded", or "never" for one unscheduled before it began."""
        if self.in_force.isempty or self.since is None:
            return "never"
        if self.since > now:
            return "scheduled"
        return "superseded" if self.until is not None and self.until <= now else "in_force"


class Reference(models.Model):
    """One `[[kind:key#anchor]]` in a version, so that "what uses this?" is one query."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="references")
    section = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    anchor = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "key"], name="reference_where_used")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Picture(models.Model):
    """An image that texts show, kept once by its content. Who may see it follows from the versions that use it."""

    hash = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 (hex) of what is stored."))
    file = models.FileField(upload_to="pictures/")
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField(help_text=_("in pixels"))
    height = models.PositiveIntegerField(help_text=_("in pixels"))
    size = models.PositiveIntegerField(help_text=_("in bytes"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PictureQuerySet] = PictureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.hash


class Verification(models.Model):
    """Somebody's word that a version is still right."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="verifications")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="verifications")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    review_by_before = models.DateField(null=True, help_text=_("What is restored when it is taken back."))

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.version} verified"


class Retirement(models.Model):
    """A document's end by a change: its last version is in force until `at`, and nothing follows it.

    One that was unscheduled before its time is deleted; the audit record keeps it.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="retirements")
    change = models.ForeignKey("documents.Change", on_delete=models.PROTECT, related_name="retirements")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("retired"))
    superseded_by = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    note = models.TextField(blank=True, help_text=_("What its readers are told."))

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "change"], name="retirement_once_in_change"),
        ]

    def __str__(self) -> str:
        return f"{self.document.key} retired"
