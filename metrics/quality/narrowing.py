"""Which reviews a choice of dimensions takes in, and which values of a dimension a review has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from metrics import aliases, cutting, levels
from metrics.dimensions import TIMES
from metrics.levels import Refused, Wanted

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

COLUMNS: Final = {
    "team": "team__slug",
    "site": "team__site__slug",
    "vendor": "team__site__kind",
    "agent": "agent",
    "channel": "channel",
    "market": "market",
    "priority": "priority",
    "source": "source__name",
    "label": "labels",
    "sop": "labels",
    "macro": "macro_keys",
}


@dataclass(frozen=True)
class Narrowing:
    """What was chosen, with what tells it: other names of labels, and the labels that each SOP names."""

    chosen: Wanted
    names: aliases.Names
    sops: Mapping[str, frozenset[str]]

    def condition(self) -> Q:
        """The reviews that are about such tickets."""
        q = Q()
        for key, values in self.chosen.items():
            among = self._among(key.removeprefix(levels.NOT), values)
            q &= ~among if key.startswith(levels.NOT) else among
        return q

    def _among(self, key: str, values: frozenset[str]) -> Q:
        if key == "label":
            return Q(labels__overlap=sorted(self.names.spelled(values)))
        if key == "sop":
            return Q(labels__overlap=sorted(frozenset().union(*(self.sops[sop] for sop in values))))
        if key == "macro":
            return Q(macro_keys__overlap=sorted(values))
        return levels.among(COLUMNS[key], values)

    def values(self, row: Mapping[str, Any], key: str) -> list[str]:
        """The values of a dimension that a review has: one, or each of its labels, SOPs or macros. Of these only those
        that were chosen, where any were, as in every other figure."""
        if key in TIMES:
            return [cutting.begins(row["day"], key).isoformat()]
        if key not in {"label", "sop", "macro"}:
            return [row[COLUMNS[key]] or ""]
        chosen = self.chosen.get(key)
        if chosen is not None and key == "label":
            chosen = frozenset(self.names.meant_by(chosen))
        return [value for value in self._told(row, key) if chosen is None or value in chosen]

    def _told(self, row: Mapping[str, Any], key: str) -> list[str]:
        if key == "label":
            return self.names.meant_by(row["labels"])
        if key == "sop":
            return [sop for sop, labels in self.sops.items() if not labels.isdisjoint(row["labels"])]
        return [*dict.fromkeys(row["macro_keys"])]


def narrowing(user: User | None, narrow: levels.Narrow, by: tuple[str, ...] = ()) -> Narrowing:
    """Of a question by these dimensions. At most two queries. Raises Refused for what there is not."""
    chosen = levels.wanted(narrow)
    asked = levels.keys(by, chosen)
    sops = levels.sop_labels(user) if "sop" in asked else {}
    unknown = levels.unknown_sops(chosen, sops)
    if unknown:
        raise Refused(levels.no("sop", unknown[0], sops))
    return Narrowing(chosen, aliases.names() if "label" in asked else aliases.NONE, sops)
