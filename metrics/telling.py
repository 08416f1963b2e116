"""What a file does not tell, read the way it is read: figures that will not be measured, and waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _

from metrics import mapping
from metrics.definitions import METRICS

# Any of these says when a ticket waited for its customer.
_WAITS: Final = frozenset({"pending_spans", "history"})
_SOLVES: Final = frozenset({"last_solved_at", "first_solved_at", "closed_at"})


def untold(content: dict[str, Any], header: Iterable[str]) -> list[str]:
    """A sentence for each thing that is missing; none for a mapping that can no longer be used."""
    try:
        how = mapping.parse(content).fitted([*header])
    except mapping.MappingRefused:
        return []
    # Of an event log the solves and reopenings are worked out from its events.
    provides = how.provides | ({*_WAITS, *_SOLVES, "reopen_count"} if how.shape == "events" else set())
    silent = [str(metric.label) for metric in METRICS if metric.needs and not metric.needs & provides]
    said = [_("Not measured from it: %(metrics)s.") % {"metrics": " · ".join(silent)}] if silent else []
    if provides & _SOLVES and not provides & _WAITS:
        said.append(
            _(
                "It does not say when a ticket waited for its customer: promises of resolution run on meanwhile. A"
                " column with the statuses that a ticket went through would tell."
            )
        )
    return said
