"""The search index: one row per section of every version that is in force or will be; and what was asked of it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Team
from sopdesk.search.expressions import CompactKey, Head, Vector
from sopdesk.search.querysets import PassageQuerySet


class Passage(models.Model):
    """A section as it is found. It carries its version's audience and range, so that a query alone decides
    who sees it and whether it is in force; a scheduled version is found from its minute on without a job."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    document_id = models.BigIntegerField(db_index=True)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    heading = models.TextField()
    anchor = models.CharField(max_length=200)
    text = models.TextField()
    locale = models.CharField(max_length=10, db_index=True)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    audience_teams = ArrayField(models.CharField(max_length=40), default=list)
    in_force = DateTimeRangeField()
    published_by = models.CharField(max_length=120)
    compact_key = models.GeneratedField(
        expression=CompactKey(F("key")), output_field=models.CharField(max_length=80), db_persist=True
    )
    vector = models.GeneratedField(
        expression=Vector(F("locale"), F("key"), F("title"), F("heading"), F("text")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    head = models.GeneratedField(
        expression=Head(F("locale"), F("key"), F("title"), F("heading")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[PassageQuerySet] = PassageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="passage_vector", fastupdate=False),
            GinIndex(fields=["head"], name="passage_head", fastupdate=False),
            models.Index(OpClass(Lower("title"), name="text_pattern_ops"), name="passage_title"),
            models.Index(OpClass(F("compact_key"), name="text_pattern_ops"), name="passage_compact_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} › {self.heading}"


class Word(models.Model):
    """A word that stands in some passage, as candidate for a misspelt one. Being here says nothing of who may
    read where it stands: a correction is offered only when it leads to passages that the person may see."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [
            GistIndex(OpClass(F("word"), name="gist_trgm_ops"), name="word_trigrams"),
            models.Index(OpClass(F("word"), name="text_pattern_ops"), name="word_beginnings"),
        ]

    def __str__(self) -> str:
        return self.word


class SearchQuery(models.Model):
    """A question that somebody settled on, to see what people look for and cannot find. Never who asked: their team,
    and whether they are staff. Written after the answer, by a worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    what = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    staff = models.BooleanField()
    documents = models.PositiveIntegerField()
    opened_kind = models.CharField(max_length=20, blank=True)
    opened_key = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["-at"], name="search_query_at")]

    def __str__(self) -> str:
        return self.what
