"""How far an import is, by the cursor of its job."""

from __future__ import annotations

from typing import Any, Final

from metrics import rewriting
from metrics.models import Import

# What share of the work is done when a phase ends, in thousandths.
_REWRITTEN: Final = 200  # where a file was to be rewritten before
_ADDED_UP: Final = 990  # when every figure is right, and weeks are added up yet
_ENDS: Final = {"tickets": {"read": 850, "fold": 850}, "events": {"read": 500, "fold": 850}}


def done(ticket_import: Import, cursor: dict[str, Any]) -> int:
    """How far, in thousandths."""
    ends, begins = _ENDS[ticket_import.mapping["shape"]], _REWRITTEN if ticket_import.form else 0
    if cursor["phase"] == "rewrite":
        return int(begins * rewriting.share(cursor))
    if cursor["phase"] == "open":
        return begins
    if cursor["phase"] == "read":
        return int(begins + (ends["read"] - begins) * cursor["offset"] / max(1, cursor["size"]))
    if cursor["phase"] == "fold":
        return ends["read"]
    if cursor["phase"] in {"weeks", "done"}:
        return 1000 if cursor["phase"] == "done" else _ADDED_UP
    added_up = 1 - cursor.get("left", 1) / max(1, cursor.get("days") or 1)
    return int(ends["fold"] + (_ADDED_UP - ends["fold"]) * added_up)
