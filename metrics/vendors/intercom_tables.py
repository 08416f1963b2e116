"""Intercom's tables in a data warehouse (Fivetran): https://fivetran.com/docs/connectors/applications/intercom

Its table of tickets has one row for each version of a conversation. What the tables beside it say is put into one of
them, the one that stands now, for an event says what it says of the whole ticket.
"""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors import intercom
from metrics.vendors.cells import messages, text, words
from metrics.vendors.lookups import Lookups
from metrics.vendors.tables import Row, Side, distinct, is_over, stamp

TICKETS: Final = frozenset({"id", "state", "created_at", "_fivetran_start", "source_author_id"})
SIDES: Final = (
    Side(
        "conversation_parts", frozenset({"id", "conversation_id", "part_type", "author_type", "created_at"})
    ),
    Side("conversation_tags", frozenset({"conversation_id", "tag_id"})),
    Side("contacts", frozenset({"id", "email", "name", "role"})),
    Side("admins", frozenset({"id", "name"}), word="admin"),
    Side("teams", frozenset({"id", "name"}), word="team"),
    Side("tags", frozenset({"id", "name"}), word="tag"),
)
ADDED: Final = {
    "conversation_parts": ("conversation", "reply_count"),
    "conversation_tags": ("tags",),
    "teams": ("team",),
}
PEOPLE: Final = {"source_author_id", "assignee_id"}  # numbers, in whose place the names stand
_HISTORIES: Final = {"conversation_parts", "conversation_tags", "contacts"}


def kept(group: str, row: Row) -> dict[str, Any] | None:
    """The row as its list keeps it; None for one that says nothing of conversations."""
    if group in _HISTORIES and is_over(row):
        return None
    if group == "conversation_parts":
        said = row["part_type"] in intercom.SAID and row.get("body", "").strip()
        return {**row, "created_at": stamp(row["created_at"])} if said else None
    return row


def cells(talk: Row, known: Lookups) -> dict[str, str]:
    """What the tables beside it say of a version of a conversation, by column."""
    kind = talk.get("assignee_type", "").strip().casefold()
    found = {}
    if address := text(known.one("contacts", talk.get("source_author_id")).get("email")):
        found["source_author_id"] = address
    if kind == "admin":
        found["assignee_id"] = known.name(talk.get("assignee_id"), "admins")
    elif kind == "team":
        found["assignee_id"] = ""  # the number is a team's, and nobody of it has the conversation
        if "teams" in known.lists:
            found["team"] = known.name(talk.get("assignee_id"), "teams")
    if is_over(talk):
        return found
    numbers = distinct(each["tag_id"] for each in known.all("conversation_tags", talk.get("id")))
    return {
        **found,
        "tags": words(sorted(known.name(each, "tags") for each in numbers)),
        **_written(talk, known),
    }


def _written(talk: Row, known: Lookups) -> dict[str, str]:
    parts = known.all("conversation_parts", talk.get("id"))
    if not parts:
        return {}
    begun = {"type": talk.get("source_author_type")}
    written = [(intercom.who(begun), stamp(talk.get("created_at")))] if begun["type"] else []
    written += [(intercom.who({"type": each["author_type"]}), each["created_at"]) for each in parts]
    replies = [when for who, when in written if who == "agent"]
    return {"conversation": messages(written), "reply_count": str(len(replies))}
