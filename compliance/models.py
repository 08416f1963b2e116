"""The duties that bind a support desk: data from a versioned catalogue, never typed in.

Identity outlives content. A duty keeps its row and key when its text changes (a Revision remembers each text, so
that a sign-off can name exactly what was signed) and when a later catalogue drops it (superseded, perhaps by another).
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.querysets import DutyQuerySet, FrameworkQuerySet
from compliance.vocabulary import Gate, LimitKind, Relation, Tier, Unit
from sopdesk.audit.triggers import no_truncate


class Catalogue(models.Model):
    """One catalogue that was loaded; the latest is the one in use. `vocabulary` explains its closed lists."""

    version = models.CharField(_("version"), max_length=40)
    as_of = models.DateField(_("as of"))
    disclaimer = models.TextField()
    vocabulary = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.version

    def meaning(self, list_name: str, word: str) -> str:
        """What a word of a closed list means ("gates", "blocker"); empty when the catalogue does not say."""
        return str(self.vocabulary.get(list_name, {}).get(word, ""))


class Framework(models.Model):
    """One legal instrument."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    instrument = models.CharField(_("instrument"), max_length=200)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=40)
    status = models.CharField(_("status"), max_length=200)
    url = models.URLField(_("official text"), max_length=300)
    content_version = models.PositiveIntegerField(_("content version"))
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar[FrameworkQuerySet] = FrameworkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Calendar(models.Model):
    """How a time limit is counted."""

    key = models.SlugField(max_length=40, unique=True)
    rule = models.TextField(_("rule"))
    applies_to = models.TextField(_("applies to"), blank=True)
    verified = models.CharField(_("where it was checked"), max_length=200, blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Duty(models.Model):
    """What a law asks of the desk, in plain words, with what a reviewer should find in an SOP that meets it."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="duties")
    article = models.CharField(_("article"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    duty = models.TextField(_("duty"))
    applies_when = models.TextField(_("applies when"))
    triggers = ArrayField(models.CharField(max_length=60), default=list)
    flags = ArrayField(models.CharField(max_length=60), default=list)
    evidence = ArrayField(models.TextField(), default=list)
    amounts = models.JSONField(default=list)
    gate = models.CharField(_("gate"), max_length=10, choices=Gate.choices)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices)
    verified = models.BooleanField(_("verified"))
    source_checked = models.CharField(_("source"), max_length=60)
    notes = models.TextField(blank=True)
    position = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    content_hash = models.CharField(max_length=64)
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")

    objects: ClassVar[DutyQuerySet] = DutyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "duties"
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | Q(superseded_at__isnull=False),
                name="duty_successor_of_superseded",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class Revision(models.Model):
    """A duty's content as one catalogue stated it; never altered."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="revisions")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["duty", "-number"]
        constraints = [models.UniqueConstraint(fields=["duty", "number"], name="duty_revision_unique")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.duty.key} r{self.number}"


class TimeLimit(models.Model):
    """A deadline, window, notice or other time that a duty sets. `value` None: the law gives no figure."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="time_limits")
    key = models.SlugField(max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=LimitKind.choices)
    value = models.PositiveIntegerField(_("value"), null=True)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    starts = models.CharField(_("starts"), max_length=200)
    stops = models.CharField(_("stops"), max_length=200)
    ticket_measure = models.CharField(_("measured from tickets"), max_length=120, blank=True)
    extension = models.JSONField(null=True)
    pausable = models.BooleanField(_("can be paused"), default=False)
    end_of_day = models.BooleanField(_("runs to the end of the day"), default=False)
    without_undue_delay = models.BooleanField(_("without undue delay"), default=False)
    direction = models.CharField(max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["duty", "position"]
        constraints = [models.UniqueConstraint(fields=["duty", "key"], name="limit_once_in_duty")]

    def __str__(self) -> str:
        return f"{self.duty.key}#{self.key}"


class Mapping(models.Model):
    """How two duties relate."""

    source = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="mappings")
    target = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="mapped_from")
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.source.key} {self.relation} {self.target.key}"


class Watch(models.Model):
    """A change of the law on its way. It affects the duties whose key begins with one of `affects_prefix`."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    status = models.TextField(_("status"))
    known = ArrayField(models.TextField(), default=list)
    affects_prefix = ArrayField(models.CharField(max_length=80), default=list)
    source = models.CharField(max_length=60)
    verified = models.BooleanField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return self.title

    def affects(self, duty_key: str) -> bool:
        return duty_key.startswith(tuple(self.affects_prefix))
