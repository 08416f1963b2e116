"""What `[[duty:gdpr-art-12-3]]` stands for, and which duties a writer may mean by it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compliance.models import Duty
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import suggesting
from sopdesk.documents.suggesting import Suggestion
from sopdesk.postgres.worded import worded
from sopdesk.text import references
from sopdesk.text.references import Target


@references.register("duty")
def resolve(keys: Collection[str], /, *, viewer: Any, at: datetime) -> dict[str, Target]:
    """Each duty's title and article. What the law asks is public; our page about it is for those who may read it."""
    linked = allows(viewer, Permission.COMPLIANCE_READ)
    return {
        duty.key: Target(
            title=f"{duty.title} ({duty.article})",
            url=reverse("compliance:duty", args=[duty.key]) if linked else "",
        )
        for duty in _named(tuple(sorted({*keys})))
    }


@worded
def _named(keys: tuple[str, ...]) -> QuerySet[Duty]:
    return Duty.objects.filter(key__in=keys).only("key", "title", "article")


@suggesting.register("duty", _("Duties"))
def suggest(words: str, /, *, viewer: User, limit: int) -> list[Suggestion]:
    """Duties in force by their key, title or article; what the law asks is public."""
    named = Q(key__icontains=words) | Q(title__icontains=words) | Q(article__icontains=words)
    found = Duty.objects.filter(named).only("key", "title", "article").order_by("key")[:limit]
    return [Suggestion(f"duty:{duty.key}", duty.title, duty.article) for duty in found]
