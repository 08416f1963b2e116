"""Zendesk's tables in a data warehouse (Fivetran): https://fivetran.com/docs/connectors/applications/zendesk"""

from __future__ import annotations

from typing import Any, Final

from metrics import histories
from metrics.vendors import zendesk
from metrics.vendors.cells import text, words
from metrics.vendors.lookups import Lookups
from metrics.vendors.tables import Row, Side, distinct, is_over, is_true, stamp

TICKETS: Final = frozenset({"id", "status", "created_at", "requester_id"})
SIDES: Final = (
    Side("ticket_field_history", frozenset({"field_name", "ticket_id", "updated", "value"})),
    Side("ticket_tags", frozenset({"ticket_id", "tag"})),
    Side("ticket_comments", frozenset({"id", "ticket_id", "public", "user_id", "created"})),
    Side("users", frozenset({"id", "role", "email", "name"}), without=frozenset({"_fivetran_start"})),
    Side("groups", frozenset({"id", "name"}), word="group"),
)
ADDED: Final = {
    "ticket_field_history": ("history", "assignee_stations", "group_stations"),
    "ticket_tags": ("tags",),
    "ticket_comments": ("conversation", "reply_count"),
    "users": ("is_agent_initiated",),
}
PEOPLE: Final = {"requester_id", "assignee_id", "group_id"}  # numbers, in whose place the names stand
_FIELDS: Final = {"status", "assignee_id", "group_id"}


def kept(group: str, row: Row) -> dict[str, Any] | None:
    """The row as its list keeps it; None for one that says nothing of tickets."""
    if group == "ticket_field_history":
        told = row["field_name"].strip().casefold()
        return {**row, "field_name": told, "updated": stamp(row["updated"])} if told in _FIELDS else None
    if group == "ticket_tags":
        return None if is_over(row) else row
    if group == "ticket_comments":
        written = stamp(row["created"])
        return {**row, "public": True, "created": written} if is_true(row["public"]) else None
    return row


def cells(ticket: Row, known: Lookups) -> dict[str, str]:
    """What the tables beside it say of a ticket, by column; nothing for what none of them tells."""
    number = ticket.get("id")
    person = known.one("users", ticket.get("requester_id"))
    said = zendesk.conversation({**ticket}, known)
    tags = sorted(distinct(each["tag"] for each in known.all("ticket_tags", number)))
    return {
        **_passed(ticket, known.all("ticket_field_history", number)),
        "tags": words(tags),
        "conversation": said,
        "reply_count": zendesk.replies(ticket.get("created_at"), said),
        "is_agent_initiated": text(zendesk.opened_by_an_agent({**ticket}, known)),
        "requester_id": text(person.get("email")) or text(ticket.get("requester_id")),
        "assignee_id": known.name(ticket.get("assignee_id"), "users"),
        "group_id": known.name(ticket.get("group_id"), "groups"),
    }


def _passed(ticket: Row, steps: list[dict[str, Any]]) -> dict[str, str]:
    """The statuses it went through, and how many agents and groups, where the history is whole."""
    told: dict[str, list[tuple[str, str]]] = {name: [] for name in _FIELDS}
    for when, field, value in sorted((s["updated"], s["field_name"], s["value"] or "") for s in steps):
        if value and (not told[field] or told[field][-1][0] != value):
            told[field].append((value, when))
    is_cut = bool(told["status"]) and zendesk.begins_late(ticket.get("created_at"), told["status"][0][1])
    found = {"history": histories.written(told["status"], is_cut=is_cut) if told["status"] else ""}
    if told["status"] and not is_cut:
        found["assignee_stations"] = _count(told["assignee_id"])
        found["group_stations"] = _count(told["group_id"])
    return found


def _count(steps: list[tuple[str, str]]) -> str:
    return str(len(steps)) if steps else ""
