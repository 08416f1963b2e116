"""Which helpdesk a record comes from, by its shape, and the row it becomes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from metrics import schema
from metrics.vendors import freshdesk, intercom, jira, zammad, zendesk
from metrics.vendors.lookups import Lookups
from metrics.vendors.records import flat

JSON: Final = "json"
# The more particular shape first.
VENDORS: Final[dict[str, ModuleType]] = {
    "jira": jira,
    "intercom": intercom,
    "zammad": zammad,
    "freshdesk": freshdesk,
    "zendesk": zendesk,
}
Cells = dict[str, str]


def form_of(records: list[dict[str, Any]]) -> str:
    """The helpdesk that most of these records look like, `json` when they look like none."""
    votes = [next((name for name, vendor in VENDORS.items() if vendor.fits(r)), JSON) for r in records]
    return max(VENDORS | {JSON: None}, key=votes.count, default=JSON) if votes else JSON


def columns_of(form: str) -> list[str]:
    """The neutral columns that a helpdesk's records fill; none for other JSON."""
    return [name for name in getattr(VENDORS.get(form), "COLUMNS", ()) if name in schema.NAMES]


def turning(form: str, known: Lookups) -> Callable[[dict[str, Any]], Cells]:
    """A function from a record to its cells by column."""
    vendor = VENDORS.get(form)
    if vendor is None:
        return flat

    def turn(record: dict[str, Any]) -> Cells:
        return {**vendor.row(record, known), **vendor.more(record, known)}

    return turn
