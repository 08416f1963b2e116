"""Jira Service Management: issues with their SLA fields, whose lengths are milliseconds and whose cycles repeat.

Where the export has a changelog, statuses, solves and reopenings are its (metrics/vendors/jira_changes.py).

https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/#api-rest-servicedeskapi-request-issueidorkey-sla-get
"""

from __future__ import annotations

from typing import Any, Final

from metrics.vendors import jira_changes, jira_requests
from metrics.vendors.cells import (
    at,
    figures,
    heading,
    messages,
    number,
    objects,
    part,
    seconds,
    since_1970,
    text,
    words,
)  # fmt: skip
from metrics.vendors.lookups import Lookups

COLUMNS: Final = (
    "external_id", "subject", "body", "status", "created_at", "updated_at", "channel", "priority", "type",
    "requester", "assignee", "team", "labels", "first_public_reply_at", "first_solved_at", "last_solved_at",
    "reopen_count", "assignee_stations", "group_stations", "rating", "rating_scale", "vendor_sla_met",
    "vendor_figures", "history", "conversation",
)  # fmt: skip
_FIRST: Final = "time to first response"
_RESOLUTION: Final = "time to resolution"
_OURS: Final = {_FIRST: "first_reply", _RESOLUTION: "resolution"}


def fits(record: dict[str, Any]) -> bool:
    fields = record.get("fields")
    if jira_requests.fits(record):
        return True
    return "key" in record and isinstance(fields, dict) and {"status", "created"} <= fields.keys()


def _issue(record: dict[str, Any]) -> dict[str, Any]:
    return jira_requests.as_issue(record) if jira_requests.fits(record) else record


def row(record: dict[str, Any], known: Lookups) -> dict[str, str]:
    issue = _issue(record)
    fields = part(issue, "fields")
    slas = _slas(issue)
    reporter = part(fields, "reporter")
    resolved = _stops(slas.get(_RESOLUTION))
    resolution = text(fields.get("resolutiondate"))
    status, created = text(at(fields, "status", "name")), text(fields.get("created"))
    team = text(at(fields, "team", "name"))
    return {
        "external_id": text(issue.get("key")),
        "subject": text(fields.get("summary")),
        "body": text(fields.get("description")),
        "status": status,
        "created_at": created,
        "updated_at": text(fields.get("updated")),
        "channel": text(at(fields, "channel", "value") or at(issue, "properties", "request.channel.type", "value")),
        "priority": text(at(fields, "priority", "name")),
        "type": text(at(fields, "issuetype", "name")),
        "requester": text(reporter.get("emailAddress") or reporter.get("accountId") or reporter.get("name")),
        "assignee": text(at(fields, "assignee", "displayName") or at(fields, "assignee", "name")),
        "team": team or text(at(fields, "project", "name")),
        "labels": words(fields.get("labels")),
        "first_public_reply_at": next(iter(_stops(slas.get(_FIRST))), ""),
        "first_solved_at": next(iter(resolved), resolution),
        "last_solved_at": resolution or next(iter(resolved[::-1]), ""),
        "reopen_count": text(_reopenings(slas.get(_RESOLUTION))),
        "vendor_sla_met": text(_kept(slas)),
        "vendor_figures": figures(_figures(slas)),
        "conversation": _conversation(fields),
        **jira_changes.told(issue, status=status, created=created, team=team),
        **_rating(fields),
    }  # fmt: skip


def more(record: dict[str, Any], known: Lookups) -> dict[str, str]:
    """Custom fields with a plain value, or one with a name."""
    found = {}
    for name, value in part(_issue(record), "fields").items():
        plain = at(value, "value") or at(value, "name") if isinstance(value, dict) else value
        if name.startswith("customfield_") and isinstance(plain, str | int | float):
            found[heading(name)] = text(plain)
    return found


def _slas(issue: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its SLA fields by name: anything with cycles, among the fields or in a list beside them."""
    beside = issue.get("sla") or issue.get("slas") or []
    listed = at(beside, "values") if isinstance(beside, dict) else beside
    every = [*part(issue, "fields").values(), *objects(listed)]
    return {
        text(each.get("name")).lower(): each
        for each in every
        if isinstance(each, dict) and ("completedCycles" in each or "ongoingCycle" in each)
    }


def _cycles(sla: dict[str, Any] | None) -> list[dict[str, Any]]:
    cycles = objects(at(sla, "completedCycles"))
    return sorted(cycles, key=lambda cycle: number(at(cycle, "startTime", "epochMillis")) or 0)


def _stops(sla: dict[str, Any] | None) -> list[str]:
    stamps = [since_1970(at(cycle, "stopTime", "epochMillis"), 1000) for cycle in _cycles(sla)]
    return [stamp for stamp in stamps if stamp]


def _reopenings(sla: dict[str, Any] | None) -> int | None:
    """Each cycle after the first began with a reopening, also one that is not ended."""
    if sla is None:
        return None
    return max(0, len(_cycles(sla)) + bool(sla.get("ongoingCycle")) - 1)


def _kept(slas: dict[str, dict[str, Any]]) -> bool | None:
    told = [cycle.get("breached") for sla in slas.values() for cycle in _cycles(sla)]
    told += [True for sla in slas.values() if at(sla, "ongoingCycle", "breached")]
    return None if not told else not any(told)


def _figures(slas: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any, Any]]:
    """Each cycle by itself: `resolution`, `resolution 2`, …; on the calendar of the SLA."""
    found = []
    for name, sla in slas.items():
        ours = _OURS.get(name, name[:30])
        for count, cycle in enumerate(_cycles(sla), start=1):
            took, met = seconds(at(cycle, "elapsedTime", "millis"), 0.001), cycle.get("breached")
            found.append(
                (
                    ours if count == 1 else f"{ours} {count}",
                    "business",
                    took,
                    None if met is None else not met,
                )
            )
    return found  # fmt: skip


def _rating(fields: dict[str, Any]) -> dict[str, str]:
    for value in fields.values():
        stars = at(value, "rating")
        if isinstance(stars, int):
            return {"rating": text(stars), "rating_scale": "1_5"}
    return {}


def _conversation(fields: dict[str, Any]) -> str:
    comments = at(fields, "comment", "comments")
    if not isinstance(comments, list):
        return ""
    reporter = _account(fields.get("reporter"))
    return messages(
        (_speaker(each.get("author"), reporter), text(each.get("created")))
        for each in objects(comments)
        if each.get("jsdPublic", True)
    )


def _account(person: Any) -> Any:
    return at(person, "accountId") or at(person, "key") or at(person, "name")


def _speaker(author: Any, reporter: Any) -> str:
    """An app that writes is a machine; the API of the service desk does not tell which authors are apps."""
    kind, account = at(author, "accountType"), _account(author)
    if kind == "customer" or (account is not None and account == reporter):
        return "customer"
    return "auto" if kind == "app" else "agent"
