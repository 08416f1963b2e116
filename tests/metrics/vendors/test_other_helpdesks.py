"""Freshdesk, Intercom, Zammad and Jira Service Management: every trap of docs/metrics.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metrics.vendors.cells import clock
from tests.metrics.vendors.shapes import SHAPES, needs_shapes, recorded, rows_from, rows_of

FIRST = 1_777_888_800  # 2026-05-04T10:00:00Z


@needs_shapes
@pytest.mark.parametrize(("name", "count"), [("ticket_1", 1), ("all_tickets", 1), ("search_tickets", 2)])
def test_freshdesks_files_are_known(name: str, count: int) -> None:
    form, rows = rows_of(SHAPES / f"python-freshdesk/{name}.json")
    assert (form, len(rows)) == ("freshdesk", count)
    assert (rows[0]["status"], rows[0]["priority"], rows[0]["channel"]) == ("2", "1", "2")


@needs_shapes
def test_freshdesks_stats_and_time_entries() -> None:
    tickets = json.loads((SHAPES / "python-freshdesk/ticket_1.json").read_text())
    entries = json.loads((SHAPES / "python-freshdesk/time_entries.json").read_text())
    _form, [row] = rows_of(SHAPES / "python-freshdesk/ticket_1.json")
    assert row["first_public_reply_at"] == "2020-06-17T20:23:43Z"
    assert row["last_solved_at"] == "2020-07-24T15:35:21Z"
    assert (row["requester"], row["labels"]) == ("dummyname@example.com", "foo|bar")
    assert (tickets["id"], entries[0]["time_spent"], clock(entries[0]["time_spent"])) == (1, "00:15", 900)


def freshdesk(**more: Any) -> dict[str, Any]:
    return {
        "id": 1, "status": 5, "priority": 4, "source": 1, "responder_id": 4, "requester_id": 8,
        "created_at": "2026-05-04T10:00:00Z", "tags": [], "spam": False, **more,
    }  # fmt: skip


def test_freshdesks_entries_are_added_up_by_ticket(tmp_path: Path) -> None:
    entries = [
        {"id": n, "ticket_id": ticket, "time_spent": spent, "executed_at": f"2026-05-0{n}T09:00:00Z"}
        for n, (ticket, spent) in enumerate([(1, "00:15"), (1, "01:05"), (2, "03:00")], start=4)
    ]
    rows = rows_from(tmp_path, {"tickets": [freshdesk(), freshdesk(id=3)], "time_entries": entries})
    assert (rows[0]["active_s"], rows[0]["handled_at"]) == ("4800", "2026-05-05T09:00:00Z")
    assert "active_s" not in rows[1]


def test_freshdesks_ratings_keep_their_scale(tmp_path: Path) -> None:
    rated = {"ratings": {"default_question": -102}, "created_at": "2026-05-05T10:00:00Z"}
    [row] = rows_from(tmp_path, [freshdesk(satisfaction_rating=rated)])
    assert (row["rating"], row["rating_scale"]) == ("-102", "fd_103")


def test_freshdesks_outbound_and_deleted_tickets(tmp_path: Path) -> None:
    rows = rows_from(tmp_path, [freshdesk(source=10, deleted=True), freshdesk()])
    assert (rows[0]["is_agent_initiated"], rows[0]["status"]) == ("true", "deleted")
    assert rows[1]["is_agent_initiated"] == "false"


def intercom(**more: Any) -> dict[str, Any]:
    return {
        "type": "conversation", "id": "12", "created_at": FIRST, "updated_at": FIRST + 9000, "state": "closed",
        "source": {"type": "email", "delivered_as": "customer_initiated", "author": {"type": "user", "id": "u1"}},
        "team_assignee_id": 5, "admin_assignee_id": 0, "tags": {"tags": [{"name": "refund"}]},
        "statistics": {"first_admin_reply_at": FIRST + 600, "first_close_at": FIRST + 3600,
                       "last_close_at": FIRST + 7200, "time_to_admin_reply": 300, "time_to_last_close": 4000,
                       "count_reopens": 1},
        "conversation_rating": {"rating": 4, "created_at": FIRST + 8000}, **more,
    }  # fmt: skip


def test_intercoms_moments_are_ours_and_its_lengths_are_the_vendors(tmp_path: Path) -> None:
    export = {"conversations": [intercom()], "teams": [{"id": 5, "name": "Payments"}]}
    [row] = rows_from(tmp_path, export)
    assert row["created_at"] == "2026-05-04T10:00:00+00:00"
    assert row["first_public_reply_at"] == "2026-05-04T10:10:00+00:00"
    assert row["last_solved_at"] == "2026-05-04T12:00:00+00:00"
    assert row["vendor_figures"] == "first_reply/business/300/;resolution/business/4000/"
    assert (row["team"], row["labels"], row["requester"]) == ("Payments", "refund", "u1")
    assert "assignee" not in row


def test_intercoms_rating_was_asked_for_at_its_stamp(tmp_path: Path) -> None:
    [answered] = rows_from(tmp_path, [intercom()])
    assert (answered["rating"], answered["rating_scale"]) == ("4", "1_5")
    assert answered["rating_offered_at"] == "2026-05-04T12:13:20+00:00"
    [asked] = rows_from(tmp_path, [intercom(conversation_rating={"rating": None, "created_at": FIRST})])
    assert "rating" not in asked
    assert asked["rating_offered_at"]


@needs_shapes
def test_zammads_answers_are_known(tmp_path: Path) -> None:
    for number, answer in enumerate(recorded("zammad_py-cassettes/TestAPI.test_tickets.yaml")):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(answer))
        form, rows = rows_of(path)
        assert form == "zammad"
        assert rows[0]["external_id"].startswith("7700")
        assert rows[0]["created_at"].startswith("2025-05-13")
        assert "assignee" not in rows[0]


def zammad(**more: Any) -> dict[str, Any]:
    return {
        "id": 1, "number": "77001", "customer_id": 2, "owner_id": 4, "state_id": 4, "state": "closed",
        "created_at": "2026-05-04T10:00:00Z", "close_at": "2026-05-04T12:00:00Z",
        "last_close_at": "2026-05-06T12:00:00Z", "first_response_at": "2026-05-04T10:30:00Z",
        "first_response_in_min": 30, "first_response_diff_in_min": -5, "time_unit": "15.0", **more,
    }  # fmt: skip


def test_zammads_first_and_last_close(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, [zammad()])
    assert row["first_solved_at"] == "2026-05-04T12:00:00Z"
    assert (row["last_solved_at"], row["closed_at"]) == ("2026-05-06T12:00:00Z", "2026-05-06T12:00:00Z")
    assert row["vendor_figures"] == "first_reply/business/1800/f"


def test_zammads_time_is_no_handle_time_until_somebody_says_its_unit(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, [zammad()])
    assert "active_s" not in row
    assert row["time_unit"] == "15.0"


def cycle(start: int, took: int, *, breached: bool = False) -> dict[str, Any]:
    return {
        "startTime": {"epochMillis": start * 1000}, "stopTime": {"epochMillis": (start + took) * 1000},
        "breached": breached, "elapsedTime": {"millis": took * 500}, "goalDuration": {"millis": 3_600_000},
    }  # fmt: skip


def jira(**more: Any) -> dict[str, Any]:
    fields = {
        "status": {"name": "Resolved"}, "created": "2026-05-04T10:00:00.000+0000",
        "priority": {"name": "High"}, "labels": ["refund"], "reporter": {"emailAddress": "cy@x.example"},
        "customfield_1": {"name": "Time to first response", "completedCycles": [cycle(FIRST, 600)]},
        "customfield_2": {"name": "Time to resolution", "completedCycles": [
            cycle(FIRST + 9000, 1000, breached=True), cycle(FIRST, 3600)]},
        **more,
    }  # fmt: skip
    return {"id": "10001", "key": "SUP-1", "fields": fields}


def test_jiras_cycles_are_milliseconds_and_several(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, {"issues": [jira()], "total": 1})
    assert (row["external_id"], row["status"], row["reopen_count"]) == ("SUP-1", "Resolved", "1")
    assert row["first_public_reply_at"] == "2026-05-04T10:10:00+00:00"
    assert row["first_solved_at"] == "2026-05-04T11:00:00+00:00"
    assert row["last_solved_at"] == "2026-05-04T12:46:40+00:00"
    assert row["vendor_figures"].split(";") == [
        "first_reply/business/300/t", "resolution/business/1800/t", "resolution 2/business/500/f",
    ]  # fmt: skip
    assert row["vendor_sla_met"] == "false"


def test_jiras_ongoing_cycle_is_a_reopening_and_no_solve(tmp_path: Path) -> None:
    ongoing = {
        "name": "Time to resolution",
        "completedCycles": [cycle(FIRST, 3600)],
        "ongoingCycle": {"breached": False},
    }
    only = {"name": "Time to resolution", "completedCycles": [], "ongoingCycle": {"breached": True}}
    reopened, fresh = rows_from(tmp_path, [jira(customfield_2=ongoing), jira(customfield_2=only)])
    assert (reopened["reopen_count"], reopened["last_solved_at"]) == ("1", "2026-05-04T11:00:00+00:00")
    assert fresh["reopen_count"] == "0"
    assert "first_solved_at" not in fresh
    assert fresh["vendor_sla_met"] == "false"


def test_jiras_slas_of_any_name_are_figures_of_their_own(tmp_path: Path) -> None:
    named = {
        f"customfield_{n}": {"name": name, "completedCycles": [cycle(FIRST, 60)]}
        for n, name in enumerate(
            ["SLA", "Time to first response (P1)", "Zeit bis/zur Lösung; eins", "Resolution"], 3
        )
    }
    [row] = rows_from(tmp_path, [jira(**named)])
    assert [each.split("/")[0] for each in row["vendor_figures"].split(";")] == [
        "first_reply", "resolution", "resolution 2", "sla (2)", "time to first response (p1)",
        "zeit bis zur lösung eins", "resolution (2)",
    ]  # fmt: skip


COMMENTS = [
    ({"accountId": "a", "accountType": "app"}, "auto"),
    ({"accountId": "b", "accountType": "atlassian"}, "agent"),
    ({"accountId": "c", "accountType": "customer"}, "customer"),
    ({"accountId": "r", "accountType": "app"}, "customer"),
    ({"name": "jo"}, "agent"),
]


def test_jiras_apps_are_no_people(tmp_path: Path) -> None:
    comments = [{"author": who, "created": f"2026-05-04T11:0{n}:00Z"} for n, (who, _) in enumerate(COMMENTS)]
    issue = jira(reporter={"accountId": "r"}, comment={"comments": comments})
    [row] = rows_from(tmp_path, [issue])
    assert [each.split("@")[0] for each in row["conversation"].split(";")] == [who for _, who in COMMENTS]
    at_home = jira(
        reporter={"name": "ann"}, comment={"comments": [{"author": {"name": "jo"}, "created": "2026"}]}
    )
    assert rows_from(tmp_path, [at_home])[0]["conversation"] == "agent@2026"


def test_freshdesks_automatic_messages_are_no_replies(tmp_path: Path) -> None:
    marks: list[dict[str, Any]] = [{"auto_response": True}, {"automation_id": 4}, {"automation_id": None}]
    said = [
        {"incoming": False, "created_at": f"2026-05-04T11:0{n}:00Z", **each} for n, each in enumerate(marks)
    ]
    [row] = rows_from(tmp_path, [freshdesk(conversations=said)])
    assert [each.split("@")[0] for each in row["conversation"].split(";")] == [
        "customer",
        "auto",
        "auto",
        "agent",
    ]
