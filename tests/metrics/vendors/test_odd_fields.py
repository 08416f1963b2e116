"""A field of another kind than the helpdesk writes is as one that is not there: it costs neither the file nor a 500."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from metrics import written
from metrics.vendors import detecting, lookups

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, float("nan"), float("inf"), 10**400, "", "x", "a\0\ud800", "9999-99-99", "0001-01-01",
    "9:" + "9" * 5000, [], {}, [1, None], [[]], [{}], {"a": 1}, {"id": {}, "name": []},
)  # fmt: skip
AT = "2026-05-04T10:00:00Z"
MINUTES = {"calendar": 5, "business": 3}
RECORDS: dict[str, dict[str, Any]] = {
    "zendesk": {
        "id": 1, "via": {"channel": "email"}, "status": "closed", "created_at": AT, "updated_at": AT, "requester_id": 9,
        "submitter_id": 5, "assignee_id": 5, "group_id": 3, "tags": ["a"], "generated_timestamp": 1, "subject": "x",
        "satisfaction_rating": {"score": "good", "created_at": AT, "updated_at": AT},
        "metric_set": {"replies": 1, "reopens": 1, "solved_at": AT, "reply_time_in_minutes": MINUTES,
                       "full_resolution_time_in_minutes": MINUTES, "reply_time_in_seconds": {"calendar": 300}},
        "custom_fields": [{"id": 7, "value": "60"}, {"id": 8, "value": ["a", "b"]}],
        "comments": [{"public": True, "author_id": 9, "created_at": AT}, {"author_id": 5, "created_at": AT}],
    },
    "freshdesk": {
        "id": 1, "responder_id": 5, "source": 2, "status": 4, "created_at": AT, "updated_at": AT, "requester_id": 9,
        "requester": {"email": "rita@home.example"}, "group_id": 3, "tags": ["a"], "spam": False, "priority": 1,
        "stats": {"first_responded_at": AT, "resolved_at": AT, "closed_at": AT}, "custom_fields": {"cf": "x"},
        "satisfaction_rating": {"ratings": {"default_question": 103}, "created_at": AT},
        "time_entries": [{"time_spent": "00:30", "executed_at": AT}],
        "conversations": [{"incoming": True, "created_at": AT, "private": False}],
    },
    "intercom": {
        "type": "conversation", "id": "1", "state": "closed", "created_at": 1777888800, "updated_at": 1777888900,
        "source": {"type": "email", "subject": "x", "author": {"type": "user", "id": "c", "email": "r@home.example"},
                   "delivered_as": "automated"},
        "statistics": {"time_to_admin_reply": 5, "first_admin_reply_at": 1777888900, "count_reopens": 1},
        "contacts": {"contacts": [{"id": "c"}]}, "tags": {"tags": [{"name": "a"}]}, "admin_assignee_id": 5,
        "team_assignee_id": 3, "custom_attributes": {"a": "b"}, "priority": "priority",
        "conversation_rating": {"rating": 5, "created_at": 1777888900, "updated_at": 1777888950},
        "conversation_parts": {"conversation_parts": [
            {"part_type": "comment", "body": "hi", "author": {"type": "admin"}, "created_at": 1777888900}]},
    },
    "zammad": {
        "id": 1, "number": "17", "customer_id": 9, "owner_id": 5, "state_id": 4, "state": "closed", "created_at": AT,
        "updated_at": AT, "close_at": AT, "last_close_at": AT, "first_response_at": AT, "first_response_in_min": 5,
        "first_response_diff_in_min": -1, "close_in_min": 7, "tags": ["a"], "time_unit": "1.0", "owner": "-",
        "articles": [{"sender": "Customer", "created_at": AT, "internal": False}],
    },
    "jira": {
        "key": "A-1",
        "fields": {
            "status": {"name": "Done"}, "created": AT, "updated": AT, "reporter": {"accountId": "c"}, "labels": ["a"],
            "team": {"name": "x"}, "customfield_1": {"value": "x"}, "customfield_2": {"rating": 5},
            "resolutiondate": AT, "assignee": {"displayName": "A"},
            "comment": {"comments": [{"author": {"accountId": "c"}, "created": AT}]},
            "customfield_3": {"name": "Time to resolution", "ongoingCycle": {"breached": True}, "completedCycles": [
                {"startTime": {"epochMillis": 2}, "stopTime": {"epochMillis": 3}, "elapsedTime": {"millis": 5},
                 "breached": False}, {"startTime": {"epochMillis": 1}}]},
        },
        "changelog": {"total": 2, "histories": [
            {"created": AT, "items": [{"field": "status", "fromString": "Open", "toString": "Done"}]},
            {"created": 1777888800000, "items": [{"fieldId": "assignee", "from": "a", "to": "b"}]}]},
    },
    "a request of jira": {
        "issueKey": "A-1", "currentStatus": {"status": "Done", "statusDate": {"epochMillis": 5}},
        "createdDate": {"iso8601": AT}, "reporter": {"accountId": "c"}, "requestType": {"name": "x"},
        "requestFieldValues": [{"fieldId": "summary", "value": "x"}],
        "sla": {"values": [{"name": "x", "ongoingCycle": {}}]},
        "status": {"isLastPage": True, "values": [{"status": "Open", "statusDate": {"epochMillis": 1}},
                                                  {"status": "Done", "statusDate": {"epochMillis": 5}}]},
        "comments": {"values": [{"author": {"accountId": "c"}, "created": {"epochMillis": 3}, "public": True}]},
    },
}  # fmt: skip
SIDES: dict[str, dict[str, Any]] = {
    "users": {"id": 5, "name": "Ada", "email": "ada@desk.example", "role": "agent"},
    "agents": {"id": 5, "contact": {"name": "Ada"}},
    "ticket_fields": {"id": 7, "title": "Total time spent (sec)"},
    "ticket_metrics": {"ticket_id": 1, "reply_time_in_minutes": MINUTES},
    "satisfaction_ratings": {"ticket_id": 1, "score": "good", "ratings": {"default_question": 103}},
    "time_entries": {"ticket_id": 1, "time_spent": "01:00"},
    "ticket_comments": {"ticket_id": 1, "author_id": 5, "public": True, "created_at": AT},
}


def odd_ones(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The record with each of its places odd in each way."""
    for path in places(record):
        for odd in ODD:
            changed = copy.deepcopy(record)
            at: Any = changed
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = odd
            yield changed


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *path) for path in places(inner))


def cells(form: str, record: dict[str, Any], sides: dict[str, dict[str, Any]]) -> bytes:
    with lookups.kept_in(None) as known:
        for place, (name, row) in enumerate(sides.items()):
            known.add(name, row, place)
        detecting.form_of([record])
        return written.line([*detecting.turning(form, known)(record).values()])


@pytest.mark.parametrize("name", RECORDS)
def test_a_field_of_another_kind_raises_nothing(name: str) -> None:
    form = name.rpartition(" ")[2]
    assert detecting.form_of([RECORDS[name]]) == form
    assert all(cells(form, odd, {}) for odd in odd_ones(RECORDS[name]))


@pytest.mark.parametrize("form", ["zendesk", "freshdesk", "zammad"])
def test_nor_does_one_of_a_list_beside_the_tickets(form: str) -> None:
    record = {**RECORDS[form]}
    for name in ("comments", "metric_set", "satisfaction_rating", "time_entries"):
        record.pop(name, None)
    for name, side in SIDES.items():
        assert all(cells(form, record, {**SIDES, name: odd}) for odd in odd_ones(side))
