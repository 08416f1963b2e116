"""What `[[duty:gdpr-art-12-3]]` stands for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.urls import reverse

from compliance.models import Duty
from sopdesk.accounts.permissions import Permission, allows
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
        for duty in Duty.objects.filter(key__in=keys).only("key", "title", "article")
    }
