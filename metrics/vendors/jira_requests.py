"""A request of Jira Service Management's own API as the issue it stands for.

`GET /rest/servicedeskapi/request/{key}?expand=status,sla,comment,requestType`: its fields are a list, its stamps are
objects, and its statuses are those that the customer sees, newest first.
https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/
"""

from __future__ import annotations

from typing import Any

from metrics.vendors.cells import at, since_1970, text


def fits(record: dict[str, Any]) -> bool:
    return "issueKey" in record and isinstance(record.get("currentStatus"), dict)


def as_issue(request: dict[str, Any]) -> dict[str, Any]:
    """In the shape of the platform's API: `key`, `fields`, `changelog`, `sla`."""
    values = request.get("requestFieldValues")
    given = {
        text(each.get("fieldId")): each.get("value")
        for each in (values if isinstance(values, list) else [])
        if isinstance(each, dict)
    }
    fields = {
        **given,
        "status": {"name": at(request, "currentStatus", "status")},
        "created": _moment(request.get("createdDate")),
        "updated": _moment(at(request, "currentStatus", "statusDate")),
        "reporter": request.get("reporter"),
        "issuetype": {"name": at(request, "requestType", "name")},
        "comment": {"comments": _comments(request)},
    }
    issue = {"key": request.get("issueKey"), "fields": fields, "sla": request.get("sla")}
    statuses = at(request, "status", "values")
    if isinstance(statuses, list):
        issue["changelog"] = _changelog([each for each in statuses if isinstance(each, dict)], request)
    return issue


def _changelog(statuses: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """The statuses it had, as changes from one to the next."""
    told = sorted((_moment(each.get("statusDate")), text(each.get("status"))) for each in statuses)
    changes, before = [], ""
    for when, status in told:
        if before:
            change = {"field": "status", "fromString": before, "toString": status}
            changes.append({"created": when, "items": [change]})
        before = status
    return {"histories": changes, "isLast": at(request, "status", "isLastPage") is not False}


def _comments(request: dict[str, Any]) -> Any:
    found = at(request, "comments", "values")
    return [
        {
            "author": each.get("author"),
            "created": _moment(each.get("created")),
            "jsdPublic": each.get("public", True),
        }
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, dict)
    ] or None


def _moment(value: Any) -> str:
    """The moment in a stamp of its own kind: `{"iso8601": …, "epochMillis": …}`."""
    if isinstance(value, dict):
        return since_1970(value.get("epochMillis"), 1000) or text(value.get("iso8601"))
    return text(value)
