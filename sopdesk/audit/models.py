"""The record of decisions: appended to, chained by hashes, never edited."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from sopdesk.audit.events import Event
from sopdesk.audit.querysets import EntryQuerySet
from sopdesk.audit.triggers import no_truncate

FACT_SHOWN = 120


class Entry(models.Model):
    """One decision: who, what, to what, when, and the hash that binds it to the entry before.

    Names are frozen as they were, and nothing here is a foreign key: an entry outlives its subject. It holds
    names of staff, ids and hashes, nothing of customers.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("when"))
    event = models.CharField(_("what"), max_length=60)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=120)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    subject_label = models.CharField(_("about"), max_length=300)
    facts = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["event", "-number"], name="audit_by_event"),
            models.Index(fields=["actor_id", "-number"], name="audit_by_actor"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.event} {self.subject_label}"

    @property
    def subject(self) -> str:
        """What it is about, exactly: "documents.document 12"."""
        return f"{self.subject_type} {self.subject_id}"

    @property
    def facts_in_words(self) -> list[tuple[str, str]]:
        """The facts as name and text; a list with commas, a hash by its beginning."""
        return [(name.replace("_", " "), _in_words(value)) for name, value in self.facts.items()]

    def get_event_display(self) -> str:
        """The event in words; one that this release no longer knows keeps its name."""
        return str(Event(self.event).label) if self.event in Event.values else self.event


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value) or "–"
    if isinstance(value, dict):
        return " ".join(f"{name} {_in_words(part)}" for name, part in sorted(value.items()))
    text = str(value)
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return text[:12] if is_hash else text[:FACT_SHOWN]


class Head(models.Model):
    """The one row that says where the chain ends: locked by every append, so that there is one order of entries.

    Without it the newest entries could be cut off unnoticed. Who can disable triggers could still rewrite both: so
    `audit_verify` prints the end of the chain, to be noted elsewhere and checked against later.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]
        triggers = [
            pgtrigger.Protect(name="head_stays", operation=pgtrigger.Delete),
            no_truncate(),
            pgtrigger.Trigger(
                name="head_goes_on",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.number <> OLD.number + 1 THEN
                        RAISE EXCEPTION 'the audit chain only grows, by one entry at a time';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
