"""How a duty relates to others, seen from its own side."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from compliance.models import Duty, Mapping
from compliance.vocabulary import INVERSE, Relation


@dataclass(frozen=True)
class Related:
    """Another duty, what this one is to it, and the catalogue's remark."""

    duty: Duty
    relation: Relation
    note: str


def related(duty: Duty) -> list[Related]:
    """The duties mapped to or from this one. One query."""
    mappings = Mapping.objects.filter(Q(source=duty) | Q(target=duty))
    return [
        Related(mapping.target, Relation(mapping.relation), mapping.note)
        if mapping.source_id == duty.pk
        else Related(mapping.source, INVERSE[Relation(mapping.relation)], mapping.note)
        for mapping in mappings.select_related("source__framework", "target__framework")
    ]
