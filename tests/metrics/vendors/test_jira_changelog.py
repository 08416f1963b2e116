"""The changelog of a Jira issue gives its waits, solves and reopenings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metrics.models import Import, SlaResult, StatusSpan, Ticket
from metrics.vendors import jira
from tests.metrics.bringing import bring, draft
from tests.metrics.vendors.shapes import rows_from

Step = tuple[str, str, str]


def status(when: str, before: str, after: str) -> dict[str, Any]:
    item = {
        "field": "status", "fieldtype": "jira", "fieldId": "status", "from": "1", "fromString": before, "to": "2",
        "toString": after,
    }  # fmt: skip
    return {
        "id": when,
        "author": {"accountId": "a1"},
        "created": f"2026-06-{when}:00.000+0200",
        "items": [item],
    }


def given_to(when: str, before: str | None, after: str | None) -> dict[str, Any]:
    item = {
        "field": "assignee",
        "fieldId": "assignee",
        "from": before,
        "fromString": before,
        "to": after,
        "toString": after,
    }
    return {"created": f"2026-06-{when}:00.000+0200", "items": [item]}


# Dublin is an hour behind the +02:00 of these stamps; Monday the 8th of June.
STEPS = [
    status("08T10:30", "Waiting for support", "In Progress"),
    status("08T16:00", "In Progress", "Waiting for customer"),
    status("10T11:00", "Waiting for customer", "In Progress"),
    status("10T13:00", "In Progress", "Resolved"),
    status("11T09:00", "Resolved", "Reopened"),
    status("11T11:00", "Reopened", "Resolved"),
]


def issue(
    steps: list[dict[str, Any]], key: str = "SUP-1", now: str = "Resolved", **more: Any
) -> dict[str, Any]:
    fields = {
        "status": {"name": now}, "created": "2026-06-08T10:30:00.000+0200", "updated": "2026-06-11T11:00:00.000+0200",
        "assignee": {"accountId": "a2"}, "resolutiondate": "2026-06-11T11:00:01.000+0200", "priority": {"name": "High"},
    }  # fmt: skip
    log = {"startAt": 0, "maxResults": len(steps), "total": len(steps), "histories": steps, **more}
    return {"id": "1", "key": key, "fields": fields, "changelog": log}


def test_every_status_is_told_from_the_creation_on(tmp_path: Path) -> None:
    oldest, newest = rows_from(tmp_path, {"issues": [issue(STEPS), issue(STEPS[::-1], "SUP-2")]})
    assert oldest["history"] == newest["history"]
    told = [each.split("@") for each in oldest["history"].split(";")]
    assert told[0] == ["Waiting for support", "2026-06-08T10:30:00.000+0200"]
    assert [name for name, _when in told[1:]] == [
        "In Progress", "Waiting for customer", "In Progress", "Resolved", "Reopened", "Resolved",
    ]  # fmt: skip


OTHER_SHAPES = {
    "a page of its own": lambda log: {"values": log["histories"], "total": log["total"], "isLast": True},
    "only the list": lambda log: log["histories"],
    "milliseconds": lambda log: {
        **log,
        "histories": [{**each, "created": 1_780_907_400_000 + n} for n, each in enumerate(log["histories"])],
    },
    "a field in another language": lambda log: json.loads(
        json.dumps(log).replace('"field": "status"', '"field": "Status der Anfrage"')
    ),
}


@pytest.mark.parametrize("name", OTHER_SHAPES)
def test_other_shapes_of_it(name: str, tmp_path: Path) -> None:
    one = issue(STEPS)
    [row] = rows_from(tmp_path, [{**one, "changelog": OTHER_SHAPES[name](one["changelog"])}])
    assert row["history"].count("@") == 7
    assert row["history"].startswith("Waiting for support@2026-06-08T10:30")


def test_without_a_changelog_nothing_is_told(tmp_path: Path) -> None:
    bare = {name: value for name, value in issue([]).items() if name != "changelog"}
    [row] = rows_from(tmp_path, [bare])
    assert not {"history", "assignee_stations", "group_stations"} & row.keys()
    [untouched] = rows_from(tmp_path, [issue([], now="Open")])
    assert untouched["history"] == "Open@2026-06-08T10:30:00.000+0200"


def test_agents_it_passed_are_counted_and_teams_where_they_are_written_down(tmp_path: Path) -> None:
    passed = [
        given_to("08T10:31", None, "a1"),
        given_to("08T12:00", "a1", "a2"),
        given_to("08T13:00", "a2", None),
    ]
    team = {"field": "Team", "from": "1", "fromString": "First line", "to": "2", "toString": "Second line"}
    moved = {"created": "2026-06-08T12:00:00.000+0200", "items": [team]}
    [row, other] = rows_from(tmp_path, [issue(passed), issue([*passed, moved], "SUP-2")])
    assert (row["assignee_stations"], "group_stations" in row) == ("2", False)
    assert other["group_stations"] == "2"


def test_a_changelog_that_is_cut_says_so_and_only_what_it_is_sure_of(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, [issue(STEPS[3:], total=6)])
    assert row["history"].startswith("cut;Resolved@2026-06-10T13:00")
    assert "assignee_stations" not in row


def request(**more: Any) -> dict[str, Any]:
    def moment(when: str) -> dict[str, Any]:
        return {"iso8601": f"2026-06-{when}:00+0200", "jira": "…", "friendly": "Monday"}

    walked = [
        ("11T11:00", "Resolved"),
        ("10T11:00", "In Progress"),
        ("08T16:00", "Waiting for customer"),
        ("08T10:30", "Open"),
    ]
    statuses = [{"status": name, "statusDate": moment(when)} for when, name in walked]
    return {
        "issueId": "7", "issueKey": "SUP-7", "requestType": {"name": "Get help"}, "createdDate": moment("08T10:30"),
        "reporter": {"accountId": "c1", "emailAddress": "cy@x.example"},
        "requestFieldValues": [{"fieldId": "summary", "label": "What?", "value": "Refund"}],
        "currentStatus": {"status": "Resolved", "statusDate": moment("11T11:00")},
        "status": {"size": 4, "isLastPage": True, "values": statuses},
        "comments": {"values": [
            {"author": {"accountId": "a1"}, "created": moment("08T12:00"), "public": True},
            {"author": {"accountId": "a1"}, "created": moment("08T11:00"), "public": False},
        ]},
        **more,
    }  # fmt: skip


def test_requests_of_the_service_desks_own_api(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, {"size": 1, "isLastPage": True, "values": [request()]})
    assert (row["external_id"], row["status"], row["type"], row["subject"]) == (
        "SUP-7",
        "Resolved",
        "Get help",
        "Refund",
    )
    assert row["requester"] == "cy@x.example"
    assert row["created_at"] == "2026-06-08T10:30:00+0200"
    assert [each.split("@")[0] for each in row["history"].split(";")] == [
        "Open", "Waiting for customer", "In Progress", "Resolved",
    ]  # fmt: skip
    assert row["conversation"] == "agent@2026-06-08T12:00:00+0200"
    [cut] = rows_from(
        tmp_path, [request(status={"isLastPage": False, "values": request()["status"]["values"]})]
    )
    assert cut["history"].startswith("cut;")


def in_file(*issues: dict[str, Any]) -> Import:
    return bring(json.dumps({"issues": issues, "total": len(issues)}), read_as="jira")


@pytest.mark.django_db
def test_waits_solves_and_reopenings_come_from_it() -> None:
    done = in_file(issue(STEPS))
    assert (done.added, done.rejected, done.flagged) == (1, 0, 0)
    one = Ticket.objects.get()
    assert (one.status, one.reopen_count, one.assignee_stations) == ("solved", 1, 1)
    assert [f"{at:%d %H:%M}" for at in (one.first_solved_at, one.reopened_at, one.last_solved_at) if at] == [
        "10 11:00", "11 07:00", "11 09:00",
    ]  # fmt: skip
    spans = StatusSpan.objects.filter(status="pending")
    assert [(f"{s.from_at:%d %H:%M}", f"{s.to_at:%d %H:%M}") for s in spans if s.to_at] == [
        ("08 14:00", "10 09:00")
    ]
    # Office hours in Dublin: Monday 09:30 to Thursday 10:00 is 1,560 minutes, of which 720 waited for the customer.
    assert SlaResult.objects.get(metric="resolution").elapsed_s == 840 * 60
    assert bring(json.dumps([issue(STEPS)]), read_as="jira").same == 1


@pytest.mark.django_db
def test_a_cut_changelog_is_flagged_and_its_waits_are_not_judged() -> None:
    done = in_file(issue(STEPS[3:], total=6))
    assert (done.added, done.flagged) == (1, 1)
    one = Ticket.objects.get()
    assert (one.flags, one.reopen_count) == (["history_cut"], None)
    assert one.last_solved_at is not None
    assert f"{one.last_solved_at:%d %H:%M:%S}" == "11 09:00:01"
    assert not SlaResult.objects.filter(metric="resolution").exists()


@pytest.mark.django_db
def test_a_status_it_once_had_must_be_known_too() -> None:
    steps = [status("08T12:00", "Open", "Bei der Technik"), status("08T13:00", "Bei der Technik", "Resolved")]
    done = in_file(issue(steps))
    refused = done.rejected_rows.get()
    assert (done.rejected, refused.column, refused.value) == (1, "history", "Bei der Technik")


@pytest.mark.django_db
def test_statuses_it_once_had_are_asked_for_on_the_page(gia: Any, as_person: Any) -> None:
    steps = [status("08T12:00", "Open", "Bei der Technik"), status("08T13:00", "Bei der Technik", "Resolved")]
    received = draft(json.dumps([issue(steps)]))
    form = as_person(gia).get(f"/imports/{received.pk}/mapping").context["form"]
    group = next(each for each in form.value_choices if each.label == "status")
    assert {value: count for value, count, _field in group.choices} == {
        "Resolved": 1,
        "Bei der Technik": 0,
        "Open": 0,
    }


def test_what_is_no_changelog_is_passed_over() -> None:
    odd: list[Any] = [
        None,
        7,
        "x",
        {},
        {"histories": None},
        {"histories": [None, 7, {"items": 3}, {"items": [None]}]},
    ]
    for log in odd:
        assert jira.row({**issue([]), "changelog": log}, None)["external_id"] == "SUP-1"  # type: ignore[arg-type]
