"""Zendesk: tickets of the incremental export or the tickets API, with metric sets, satisfaction and side-loads.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ and …/tickets/ticket_metrics/
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from metrics.vendors.cells import (
    BETWEEN,
    at,
    figures,
    heading,
    later,
    messages,
    number,
    objects,
    seconds,
    text,
    words,
)  # fmt: skip
from metrics.vendors.lookups import Lookups
from metrics.vendors.ratings import Given, cells
from metrics.vendors.tables import stamp

COLUMNS: Final = (
    "external_id", "subject", "body", "status", "created_at", "updated_at", "source_version", "channel",
    "priority", "type", "requester", "assignee", "team", "labels", "first_public_reply_at",
    "first_solved_at", "last_solved_at", "closed_at", "reopen_count", "reply_count", "assignee_stations",
    "group_stations", "merged_into", "is_agent_initiated", "rating", "rating_scale", "rating_offered_at",
    "rated_at", "earlier_ratings", "active_s", "vendor_figures", "conversation",
)  # fmt: skip
SYSTEM: Final = "-1"  # the author of what Zendesk itself writes
# Of https://developer.zendesk.com/documentation/ticketing/reference-guides/via-types/: triggers and automations, and
# articles suggested by a machine, as words or as the numbers of these.
_BY_MACHINE: Final = {"rule", "8", "system", "automatic_solution_suggestions", "22"}
MERGED: Final = "closed_by_merge"
# The field of Zendesk's Time Tracking app; its "Time spent last update (sec)" hides what was spent before.
TOTAL_TIME: Final = "total time spent (sec)"
# What begins later than that after its ticket was created lacks its beginning: it was cut by a date.
BEGINS_WITHIN: Final = timedelta(minutes=1)
_FIGURES: Final = {
    "reply_time_in_minutes": "first_reply",
    "first_resolution_time_in_minutes": "first_resolution",
    "full_resolution_time_in_minutes": "resolution",
    "agent_wait_time_in_minutes": "agent_wait",
    "requester_wait_time_in_minutes": "requester_wait",
    "on_hold_time_in_minutes": "on_hold",
}


def fits(record: dict[str, Any]) -> bool:
    return {"requester_id", "status", "created_at"} <= record.keys() and (
        "via" in record or "submitter_id" in record or "satisfaction_rating" in record
    )


def row(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    metrics, said = _metrics(ticket, known), conversation(ticket, known)
    tags = words(ticket.get("tags"))
    return {
        "external_id": text(ticket.get("id")),
        "subject": text(ticket.get("subject")),
        "body": text(ticket.get("description")),
        "status": text(ticket.get("status")),
        "created_at": text(ticket.get("created_at")),
        "updated_at": text(ticket.get("updated_at")),
        "source_version": text(ticket.get("generated_timestamp")),
        "channel": text(at(ticket, "via", "channel")),
        "priority": text(ticket.get("priority")),
        "type": text(ticket.get("type")),
        "requester": text(known.one("users", ticket.get("requester_id")).get("email") or ticket.get("requester_id")),
        "assignee": known.name(ticket.get("assignee_id"), "users"),
        "team": known.name(ticket.get("group_id"), "groups"),
        "labels": tags,
        # Which ticket it was merged into is told by a comment only.
        "merged_into": "merged" if MERGED in tags.replace(" ", BETWEEN).split(BETWEEN) else "",
        "is_agent_initiated": text(opened_by_an_agent(ticket, known)),
        "active_s": _total_time(ticket, known),
        "conversation": said,
        **_times(ticket, metrics),
        "reply_count": text(metrics.get("replies")) or replies(ticket.get("created_at"), said),
        **_rating(ticket, known),
    }  # fmt: skip


def more(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    """The custom fields, by title where the export tells it."""
    found = {}
    for each in objects(ticket.get("custom_fields")):
        if each.get("value") not in (None, "", []):
            value = each["value"]
            name = heading(f"field {known.name(each.get('id'), 'ticket_fields')}")
            found[name] = words(value) if isinstance(value, list) else text(value)
    return found


def _metrics(ticket: dict[str, Any], known: Lookups) -> dict[str, Any]:
    own = ticket.get("metric_set") or ticket.get("ticket_metric") or ticket.get("metrics")
    if isinstance(own, dict):
        return own
    return known.one("ticket_metrics", ticket.get("id")) or known.one("metric_sets", ticket.get("id"))


def _times(ticket: dict[str, Any], metrics: dict[str, Any]) -> dict[str, str]:
    created = ticket.get("created_at")
    first_reply = _calendar_seconds(metrics, "reply_time_in_minutes")
    precise = number(at(metrics, "reply_time_in_seconds", "calendar"))
    closed = text(ticket.get("status")).lower() == "closed"
    return {
        "first_public_reply_at": later(created, first_reply if precise is None else precise),
        "first_solved_at": later(created, _calendar_seconds(metrics, "first_resolution_time_in_minutes")),
        "last_solved_at": text(metrics.get("solved_at"))
        or later(created, _calendar_seconds(metrics, "full_resolution_time_in_minutes")),
        "closed_at": text(metrics.get("status_updated_at") or ticket.get("updated_at")) if closed else "",
        "reopen_count": text(metrics.get("reopens")),
        "assignee_stations": text(metrics.get("assignee_stations")),
        "group_stations": text(metrics.get("group_stations")),
        "vendor_figures": figures(_figures(metrics)),
    }


def _calendar_seconds(metrics: dict[str, Any], name: str) -> float | None:
    minutes = number(at(metrics, name, "calendar"))
    return None if minutes is None else minutes * 60


def _figures(metrics: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [
        (ours, basis, seconds(at(metrics, theirs, basis), 60), None)
        for theirs, ours in _FIGURES.items()
        for basis in ("calendar", "business")
    ]


def _rating(ticket: dict[str, Any], known: Lookups) -> dict[str, str]:
    """`satisfaction_rating` is an object, or only its score; beside it there may be a list of all of them. What has no
    moment of its own has that of the ticket's last update, unless the list tells of it."""
    own = ticket.get("satisfaction_rating")
    told = [
        own if isinstance(own, dict) else {"score": own},
        *known.all("satisfaction_ratings", ticket.get("id")),
    ]
    found = [each for row in told if (each := _given(row)) is not None]
    listed = [each for each in found if each.at]
    if listed and not found[0].at:
        latest = max(listed, key=lambda each: (bool(each.score), each.moment))
        found = listed if found[0].score in {"", latest.score} else found
    updated = text(ticket.get("updated_at"))
    return cells(
        "good_bad", (Given(each.score, each.offered_at or updated, each.at or updated) for each in found)
    )


def _given(row: dict[str, Any]) -> Given | None:
    score = text(row.get("score")).lower().removesuffix("_with_comment")
    if score not in {"good", "bad", "offered"}:
        return None
    at = text(row.get("updated_at") or row.get("created_at"))
    return Given("" if score == "offered" else score, text(row.get("created_at")) or at, at)


def _total_time(ticket: dict[str, Any], known: Lookups) -> str:
    for each in objects(ticket.get("custom_fields")):
        if known.name(each.get("id"), "ticket_fields").lower() == TOTAL_TIME:
            return seconds(each.get("value"))
    return ""


def opened_by_an_agent(ticket: dict[str, Any], known: Lookups) -> bool | None:
    """None where the role of whoever submitted it for somebody else is not known."""
    role = known.one("users", ticket.get("submitter_id")).get("role")
    if role is None or ticket.get("submitter_id") == ticket.get("requester_id"):
        return None
    return text(role) in {"agent", "admin"}


def conversation(ticket: dict[str, Any], known: Lookups) -> str:
    """Public comments. Who wrote is an agent when it is no machine, not the requester, and no customer by role."""
    own = ticket.get("comments")
    comments = objects(own) if isinstance(own, list) else known.all("ticket_comments", ticket.get("id"))
    found = []
    for each in comments:
        if each.get("public") is False:
            continue
        found.append((_speaker(each, ticket, known), text(each.get("created_at") or each.get("created"))))
    return messages(found)


def _speaker(comment: dict[str, Any], ticket: dict[str, Any], known: Lookups) -> str:
    author = comment.get("author_id") or comment.get("user_id")
    via = at(comment, "via", "channel") or comment.get("via_channel")
    if text(author) == SYSTEM or text(via).lower() in _BY_MACHINE or text(via).startswith("answer_bot"):
        return "auto"
    is_customer = author == ticket.get("requester_id") or known.one("users", author).get("role") == "end-user"
    return "customer" if is_customer else "agent"


def replies(created: Any, said: str) -> str:
    """How often an agent wrote in a conversation, as Zendesk counts replies: what opened the ticket is none. Nothing
    for a conversation that lacks its beginning."""
    opened, *more = said.split(";")
    if not said or begins_late(created, opened.partition("@")[2]):
        return ""
    return str(sum(each.startswith("agent@") for each in more))


def begins_late(created: Any, first: str) -> bool:
    opened, began = _moment(created), _moment(first)
    return opened is not None and began is not None and began - opened > BEGINS_WITHIN


def _moment(value: Any) -> datetime | None:
    """A stamp without a zone is taken as UTC: both are of one export."""
    try:
        found = datetime.fromisoformat(stamp(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
