"""Intercom: conversations with their statistics, rating and parts. Stamps are Unix seconds.

`statistics` counts seconds with office hours already taken off, so its lengths are the vendor's figures on business
time, never ours; its moments are moments. https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
"""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors.cells import at, figures, heading, messages, objects, part, since_1970, text, words
from metrics.vendors.lookups import Lookups

COLUMNS: Final = (
    "external_id", "subject", "body", "status", "created_at", "updated_at", "channel", "priority",
    "requester", "assignee", "team", "labels", "first_public_reply_at", "first_solved_at", "last_solved_at",
    "reopen_count", "reply_count", "assignee_stations", "is_agent_initiated", "rating", "rating_scale",
    "rating_offered_at", "rated_at", "vendor_figures", "conversation",
)  # fmt: skip
_LENGTHS: Final = {
    "time_to_admin_reply": "first_reply",
    "time_to_assignment": "first_assignment",
    "time_to_first_close": "first_resolution",
    "time_to_last_close": "resolution",
    "median_time_to_reply": "median_reply",
    "handling_time": "handling",
}
_STARTED_BY_US: Final = {"admin_initiated", "campaigns_initiated", "automated"}
_CUSTOMERS: Final = {"user", "lead", "contact"}
SAID: Final = {"comment", "open", "close"}


def fits(record: dict[str, Any]) -> bool:
    return record.get("type") == "conversation" or (
        {"conversation_rating", "statistics"} & record.keys() != set() and "state" in record
    )


def row(talk: dict[str, Any], known: Lookups) -> dict[str, str]:
    told, author = part(talk, "statistics"), part(talk, "source", "author")
    return {
        "external_id": text(talk.get("id")),
        "subject": text(at(talk, "source", "subject")),
        "body": text(at(talk, "source", "body")),
        "status": text(talk.get("state") or ("open" if talk.get("open") else "closed")),
        "created_at": since_1970(talk.get("created_at")),
        "updated_at": since_1970(talk.get("updated_at")),
        "channel": text(at(talk, "source", "type")),
        "priority": text(talk.get("priority")),
        "requester": text(author.get("email") or author.get("id") or _contact(talk)),
        "assignee": known.name(_set(talk.get("admin_assignee_id")), "admins"),
        "team": known.name(_set(talk.get("team_assignee_id")), "teams"),
        "labels": words([each.get("name") for each in objects(at(talk, "tags", "tags"))]),
        "first_public_reply_at": since_1970(told.get("first_admin_reply_at")),
        "first_solved_at": since_1970(told.get("first_close_at")),
        "last_solved_at": since_1970(told.get("last_close_at")),
        "reopen_count": text(told.get("count_reopens")),
        "assignee_stations": text(told.get("count_assignments")),
        "is_agent_initiated": text(text(at(talk, "source", "delivered_as")) in _STARTED_BY_US),
        "vendor_figures": figures((ours, "business", told.get(theirs), None) for theirs, ours in _LENGTHS.items()),
        **_rating(talk),
        **_parts(talk, author),
    }  # fmt: skip


def more(talk: dict[str, Any], known: Lookups) -> dict[str, str]:
    own = part(talk, "custom_attributes")
    return {heading(f"field {name}"): text(value) for name, value in own.items() if value not in (None, "")}


def _set(number: Any) -> Any:
    """Nobody is assigned: 0 or null."""
    return number or None


def _contact(talk: dict[str, Any]) -> Any:
    return next((each.get("id") for each in objects(at(talk, "contacts", "contacts"))), None)


def _rating(talk: dict[str, Any]) -> dict[str, str]:
    """`created_at` is when the rating was asked for, not when it was given."""
    found = part(talk, "conversation_rating")
    if not found:
        return {}
    said = found.get("rating")
    return {
        "rating": text(said),
        "rating_scale": "1_5",
        "rating_offered_at": since_1970(found.get("created_at")),
        "rated_at": since_1970(found.get("updated_at")) if said is not None else "",
    }


def _parts(talk: dict[str, Any], author: dict[str, Any]) -> dict[str, str]:
    parts = at(talk, "conversation_parts", "conversation_parts")
    if not isinstance(parts, list):
        return {}
    written = [(who(author), since_1970(talk.get("created_at")))] if author else []
    for each in objects(parts):
        if text(each.get("part_type")) in SAID and each.get("body"):
            written.append((who(part(each, "author")), since_1970(each.get("created_at"))))
    replies = [when for who, when in written if who == "agent"]
    return {"conversation": messages(written), "reply_count": str(len(replies))}


def who(author: dict[str, Any]) -> str:
    kind = text(author.get("type"))
    return "customer" if kind in _CUSTOMERS else ("agent" if kind == "admin" else "auto")
