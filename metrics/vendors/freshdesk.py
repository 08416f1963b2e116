"""Freshdesk: tickets as its API and its export give them, with stats, requester, conversations, time entries.

Status, priority and source are numbers; the mapping says what each is, so that numbers of one's own can be added.
https://developers.freshdesk.com/api/#tickets
"""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors.cells import at, clock, heading, messages, objects, part, text, words
from metrics.vendors.lookups import Lookups
from metrics.vendors.ratings import Given, cells

COLUMNS: Final = (
    "external_id", "subject", "body", "status", "created_at", "updated_at", "channel", "priority", "type",
    "requester", "assignee", "team", "labels", "first_public_reply_at", "last_solved_at", "reopened_at",
    "closed_at", "is_spam", "is_agent_initiated", "rating", "rating_scale", "rating_offered_at", "rated_at",
    "earlier_ratings", "active_s", "handled_at", "conversation",
)  # fmt: skip
OUTBOUND: Final = 10


def fits(record: dict[str, Any]) -> bool:
    return {"responder_id", "source", "status", "created_at"} <= record.keys() and not isinstance(
        record.get("source"), dict
    )


def row(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    stats = part(ticket, "stats")
    requester = ticket.get("requester_id")
    email = at(ticket, "requester", "email") or known.one("contacts", requester).get("email")
    return {
        "external_id": text(ticket.get("display_id") or ticket.get("id")),
        "subject": text(ticket.get("subject")),
        "body": text(ticket.get("description_text")),
        "status": "deleted" if ticket.get("deleted") is True else text(ticket.get("status")),
        "created_at": text(ticket.get("created_at")),
        "updated_at": text(ticket.get("updated_at")),
        "channel": text(ticket.get("source")),
        "priority": text(ticket.get("priority")),
        "type": text(ticket.get("type") or ticket.get("ticket_type")),
        "requester": text(email or requester),
        "assignee": text(ticket.get("responder_name"))
        or known.name(ticket.get("responder_id"), "agents", "users"),
        "team": text(ticket.get("group_name")) or known.name(ticket.get("group_id"), "groups"),
        "labels": words(ticket.get("tags")),
        "first_public_reply_at": text(stats.get("first_responded_at")),
        "last_solved_at": text(stats.get("resolved_at")),
        "reopened_at": text(stats.get("reopened_at")),
        "closed_at": text(stats.get("closed_at")),
        "is_spam": text(ticket.get("spam")),
        "is_agent_initiated": text(ticket.get("source") == OUTBOUND),
        "conversation": _conversation(ticket),
        **_rating(ticket, known),
        **_time(ticket, known),
    }


def more(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    own = part(ticket, "custom_fields") or part(ticket, "custom_field")
    return {heading(f"field {name}"): text(value) for name, value in own.items() if value not in (None, "")}


def _rating(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    """103 to 101 happy, 100 neutral, -101 to -103 unhappy (and 1 to 3 in old accounts, which are not guessed)."""
    told = [ticket.get("satisfaction_rating"), *known.all("satisfaction_ratings", ticket.get("id"))]
    return cells("fd_103", (each for row in objects(told) if (each := _given(row)) is not None))


def _given(row: dict[str, Any]) -> Given | None:
    score = at(row, "ratings", "default_question")
    score = row.get("rating") if score is None else score
    stamp = text(row.get("created_at"))
    return None if score is None else Given(text(score), stamp, stamp)


def _time(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    """Time entries are "hh:mm" each; several people may have written several."""
    own = ticket.get("time_entries")
    entries = objects(own) if isinstance(own, list) else known.all("time_entries", ticket.get("id"))
    spent = [clock(each.get("time_spent")) for each in entries]
    if not any(each is not None for each in spent):
        return {}
    ended = max(text(each.get("executed_at") or each.get("created_at")) for each in entries)
    return {"active_s": str(sum(each or 0 for each in spent)), "handled_at": ended}


def _conversation(ticket: dict[str, Any]) -> str:
    own = ticket.get("conversations")
    if not isinstance(own, list):
        return ""
    public = [each for each in objects(own) if not each.get("private")]
    written = [(_speaker(each), text(each.get("created_at"))) for each in public]
    first = ("agent" if ticket.get("source") == OUTBOUND else "customer", text(ticket.get("created_at")))
    return messages([first, *written])


def _speaker(message: dict[str, Any]) -> str:
    """What an automation or an automatic response sends says so, in exports that have these columns."""
    if message.get("incoming"):
        return "customer"
    is_automatic = message.get("auto_response") is True or message.get("automation_id") is not None
    return "auto" if is_automatic else "agent"
