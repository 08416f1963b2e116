"""Zammad: tickets of its API, best with `expand=true`, which gives names beside the numbers.

`close_at` is the first close and `last_close_at` the last. `time_unit` has no unit: it stays a column of its own, and
the person says what it counts. https://docs.zammad.org/en/latest/api/ticket/
"""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors.cells import figures, messages, objects, seconds, text, words
from metrics.vendors.lookups import Lookups

COLUMNS: Final = (
    "external_id", "subject", "status", "created_at", "updated_at", "channel", "priority", "type",
    "requester", "assignee", "team", "labels", "first_public_reply_at", "first_solved_at", "last_solved_at",
    "closed_at", "is_agent_initiated", "vendor_figures", "conversation",
)  # fmt: skip
TIME_UNIT: Final = "time_unit"
_OVER: Final = {"closed", "4"}


def fits(record: dict[str, Any]) -> bool:
    return {
        "number",
        "customer_id",
        "owner_id",
        "state_id",
    } <= record.keys() or "first_response_in_min" in record


def row(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    status = text(ticket.get("state") or ticket.get("state_id"))
    customer = ticket.get("customer_id")
    last = text(ticket.get("last_close_at") or ticket.get("close_at"))
    return {
        "external_id": text(ticket.get("number") or ticket.get("id")),
        "subject": text(ticket.get("title")),
        "status": status,
        "created_at": text(ticket.get("created_at")),
        "updated_at": text(ticket.get("updated_at")),
        "channel": text(ticket.get("create_article_type")),
        "priority": text(ticket.get("priority") or ticket.get("priority_id")),
        "type": text(ticket.get("type")),
        "requester": text(ticket.get("customer") or known.one("users", customer).get("email") or customer),
        "assignee": _owner(ticket, known),
        "team": text(ticket.get("group")) or known.name(ticket.get("group_id"), "groups"),
        "labels": words(ticket.get("tags")),
        "first_public_reply_at": text(ticket.get("first_response_at")),
        "first_solved_at": text(ticket.get("close_at")),
        "last_solved_at": last,
        "closed_at": last if status in _OVER else "",
        "is_agent_initiated": text(ticket.get("create_article_sender") == "Agent"),
        "vendor_figures": figures(_figures(ticket)),
        "conversation": _conversation(ticket),
    }


def more(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    return {TIME_UNIT: text(ticket.get("time_unit"))} if ticket.get("time_unit") else {}


def _owner(ticket: dict[str, Any], known: Lookups) -> str:
    """Nobody is called "-", which is user 1."""
    called = text(ticket.get("owner"))
    if called or ticket.get("owner_id") in (None, 1):
        return "" if called == "-" else called
    return known.name(ticket.get("owner_id"), "users")


def _figures(ticket: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Minutes on Zammad's own calendar; a difference below zero is a promise that was not kept."""
    found = []
    for theirs, ours in (("first_response", "first_reply"), ("close", "resolution")):
        left = ticket.get(f"{theirs}_diff_in_min")
        met = None if not isinstance(left, int | float) else left >= 0
        found.append((ours, "business", seconds(ticket.get(f"{theirs}_in_min"), 60), met))
    return found


def _conversation(ticket: dict[str, Any]) -> str:
    own = ticket.get("articles")
    if not isinstance(own, list):
        return ""
    who = {"Customer": "customer", "Agent": "agent"}
    return messages(
        (who.get(str(each.get("sender")), "auto"), text(each.get("created_at")))
        for each in objects(own)
        if not each.get("internal")
    )
