"""Other names of labels: what a source calls a label otherwise, and labels that were merged into another.

They stand in the label's document in force (decision 5). Tickets keep the labels they came with; figures and lists
resolve them when they are read, so that a name that is added today holds for the tickets of last year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.core.cache import cache

from metrics.models import Facet
from sopdesk.documents.models import Version

REMEMBERED_SECONDS: Final = 60
_KEY: Final = "metrics:label-names"


@dataclass(frozen=True)
class Names:
    """`of`: the label that another name means; `in_use`: those other names that tickets have."""

    of: dict[str, str]
    in_use: frozenset[str]

    def meant(self, label: str) -> str:
        """The label that is meant by a name: itself, unless it is another's."""
        return self.of.get(label, label)

    def meant_by(self, labels: Iterable[str]) -> list[str]:
        """The labels that these names mean, each once, in their order."""
        return [*dict.fromkeys(self.meant(label) for label in labels if label)]

    def spelled(self, labels: Collection[str]) -> frozenset[str]:
        """Every name that tickets may have for these labels, or for those they mean."""
        meant = {self.meant(label) for label in labels}
        return frozenset(meant).union(*(self._others.get(label, ()) for label in meant))

    def of_one(self, label: str) -> list[str]:
        """The same of one label, in order; of none, "", that alone."""
        return sorted(self.spelled([label])) if label else [""]

    def matching(self, text: str) -> frozenset[str]:
        """Every name of the labels of which another name has this text in it."""
        found = text.casefold()
        return self.spelled([name for name in self.of if found in name.casefold()])

    @cached_property
    def _others(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, label in self.of.items():
            found.setdefault(label, set()).add(name)
        return found


NONE: Final = Names({}, frozenset())


def names() -> Names:
    """The names as the documents in force say; remembered for a minute. Two queries."""
    found: Names | None = cache.get(_KEY)
    if found is None:
        of = resolved(_documents())
        used = Facet.objects.filter(label__in=[*of]).order_by().values_list("label", flat=True).distinct()
        found = Names(of, frozenset(used) if of else frozenset())
        cache.set(_KEY, found, REMEMBERED_SECONDS)
    return found


def forget() -> None:
    """Ask the documents again at the next occasion: for work whose outcome stays."""
    cache.delete(_KEY)


Said = tuple[str, list[str], str]


def said(key: str, data: dict[str, Any]) -> Said:
    """What the document of a label says of names: its key, its other names, and what it was merged into."""
    merged_into = data.get("merged_into") or "" if data.get("status") == "merged" else ""
    return key, data.get("aliases") or [], merged_into


def _documents() -> list[Said]:
    """Of each label in force."""
    rows = Version.objects.all().in_force().filter(document__kind="label").order_by("document__key")
    return [said(key, data) for key, data in rows.values_list("document__key", "data")]


def resolved(documents: Iterable[Said]) -> dict[str, str]:
    """Each other name with the label it means, merges followed to their end.

    A name that is a label itself means that label, unless it was merged; one that two labels claim means the first of
    them. Labels merged in a circle stay what they are.
    """
    known = [*documents]
    merged = {key: into for key, _aliases, into in known if into and into != key}
    live = {key for key, _aliases, _into in known if key not in merged}
    of: dict[str, str] = {}
    for key, aliases, _into in known:
        label = _end(key, merged)
        for name in ([key] if label != key else []) + [
            each for alias in aliases for each in (alias, alias.lower())
        ]:
            if name not in live and name != label:
                of.setdefault(name, label)
    return of


def _end(key: str, merged: dict[str, str]) -> str:
    seen = {key}
    label = key
    while label in merged:
        label = merged[label]
        if label in seen:
            return key
        seen.add(label)
    return label
