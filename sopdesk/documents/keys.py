"""Keys of new documents: numbered for SOPs, made from the title for all others."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.text import slugify

from sopdesk.documents.models import Document

KEY_MAX = 80
RESERVED = frozenset({"new", "ageing", "ageing.csv"})
"""Addresses of a kind's own pages: a document of that key could not be read."""


def numbered(kind: str, prefix: str) -> Callable[[str], str]:
    """A maker of keys such as SOP-0042: one more than the highest there is."""

    def new_key(title: str) -> str:
        digits = Cast(Substr("key", len(prefix) + 2), IntegerField())
        taken = Document.objects.filter(kind=kind, key__regex=rf"^{prefix}-[0-9]{{1,8}}$")
        highest = taken.aggregate(highest=Max(digits))["highest"] or 0
        return f"{prefix}-{highest + 1:04d}"

    return new_key


def from_title(kind: str) -> Callable[[str], str]:
    """A maker of keys such as refund-approved, with -2, -3 … where the plain one is taken."""

    def new_key(title: str) -> str:
        plain = slugify(title)[: KEY_MAX - 6] or kind
        taken = set(Document.objects.filter(kind=kind, key__startswith=plain).values_list("key", flat=True))
        taken |= RESERVED
        candidates = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(taken) + 2))
        return next(key for key in candidates if key not in taken)

    return new_key
