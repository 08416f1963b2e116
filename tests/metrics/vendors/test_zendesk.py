"""Zendesk's export: every trap of docs/metrics.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.metrics.vendors.shapes import SHAPES, needs_shapes, rows_from, rows_of


@needs_shapes
@pytest.mark.parametrize(
    ("name", "count"), [("ticket", 1), ("tickets", 2), ("ticket_show_many", 2), ("search_ticket", 1)]
)
def test_its_files_are_known(name: str, count: int) -> None:
    form, rows = rows_of(SHAPES / f"go-zendesk/{name}.json")
    assert (form, len(rows)) == ("zendesk", count)
    for row in rows:
        assert {"external_id", "status", "created_at", "requester", "channel"} <= row.keys()
        assert "2019-06" in row["created_at"]


@needs_shapes
def test_custom_fields_become_columns_to_choose_from() -> None:
    _form, rows = rows_of(SHAPES / "go-zendesk/ticket_custom_field.json")
    assert rows[0]["field 360005657121"] == "list|of|values"
    assert rows[0]["field 360005657123"] == "true"
    assert "field 360005657122" not in rows[0]


def ticket(**more: Any) -> dict[str, Any]:
    return {
        "id": 35, "status": "solved", "created_at": "2026-05-04T10:00:00Z", "updated_at": "2026-05-05T10:00:00Z",
        "via": {"channel": "email"}, "requester_id": 7, "submitter_id": 7, "assignee_id": 9, "group_id": 3,
        "tags": ["refund", "vip"], "satisfaction_rating": None, **more,
    }  # fmt: skip


METRICS = {
    "ticket_id": 35, "reopens": 2, "replies": 3, "assignee_stations": 1, "group_stations": 2,
    "solved_at": "2026-05-05T09:00:00Z",
    "reply_time_in_minutes": {"calendar": 90, "business": 30},
    "first_resolution_time_in_minutes": {"calendar": 600, "business": 240},
    "full_resolution_time_in_minutes": {"calendar": 1380, "business": 480},
    "agent_wait_time_in_minutes": {"calendar": 5, "business": None},
    "requester_wait_time_in_minutes": {"calendar": None, "business": None},
    "on_hold_time_in_minutes": {"calendar": 0, "business": 0},
}  # fmt: skip


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_metric_sets_inside_the_ticket_or_in_a_list_of_their_own(place: str, tmp_path: Path) -> None:
    export = (
        {"tickets": [ticket(metric_set=METRICS)]}
        if place == "inside"
        else {"tickets": [ticket()], "ticket_metrics": [{"id": 1, **METRICS}]}
    )
    [row] = rows_from(tmp_path, export)
    assert row["first_public_reply_at"] == "2026-05-04T11:30:00+00:00"
    assert row["first_solved_at"] == "2026-05-04T20:00:00+00:00"
    assert row["last_solved_at"] == "2026-05-05T09:00:00Z"
    assert (row["reopen_count"], row["reply_count"], row["group_stations"]) == ("2", "3", "2")
    assert row["vendor_figures"].split(";") == [
        "first_reply/calendar/5400/", "first_reply/business/1800/", "first_resolution/calendar/36000/",
        "first_resolution/business/14400/", "resolution/calendar/82800/", "resolution/business/28800/",
        "agent_wait/calendar/300/", "on_hold/calendar/0/", "on_hold/business/0/",
    ]  # fmt: skip


RATINGS: dict[str, tuple[Any, tuple[str, str] | None]] = {
    "a word": ("good", ("good", "good_bad")),
    "an object": ({"score": "bad", "id": 1, "updated_at": "2026-05-06T00:00:00Z"}, ("bad", "good_bad")),
    "with a comment": ("good_with_comment", ("good", "good_bad")),
    "an object with a comment": ({"score": "bad_with_comment"}, ("bad", "good_bad")),
    "offered": ({"score": "offered"}, ("", "good_bad")),
    "not offered": ("unoffered", None),
    "not offered, as an object": ({"score": "unoffered"}, None),
    "nothing": (None, None),
}


@pytest.mark.parametrize("name", RATINGS)
def test_a_rating_is_an_object_or_a_word(name: str, tmp_path: Path) -> None:
    given, expected = RATINGS[name]
    [row] = rows_from(tmp_path, [ticket(satisfaction_rating=given)])
    if expected is None:
        assert not {"rating", "rating_scale", "rating_offered_at"} & row.keys()
        return
    assert (row.get("rating", ""), row["rating_scale"]) == expected
    assert row["rating_offered_at"]
    assert ("rated_at" in row) == bool(expected[0])


def test_a_rating_may_stand_in_a_list_of_its_own(tmp_path: Path) -> None:
    rating = {"id": 1, "ticket_id": 35, "score": "good", "created_at": "2026-05-05T11:00:00Z"}
    [row] = rows_from(tmp_path, {"tickets": [ticket()], "satisfaction_ratings": [rating]})
    assert (row["rating"], row["rated_at"]) == ("good", "2026-05-05T11:00:00Z")


def test_numbers_become_names_where_the_export_tells_them(tmp_path: Path) -> None:
    users = [
        {"id": 7, "name": "Cy", "email": "cy@x.example", "role": "end-user"},
        {"id": 9, "name": "Ada", "role": "agent"},
    ]
    [row] = rows_from(
        tmp_path, {"tickets": [ticket()], "users": users, "groups": [{"id": 3, "name": "Payments"}]}
    )
    assert (row["assignee"], row["team"], row["requester"]) == ("Ada", "Payments", "cy@x.example")
    [alone] = rows_from(tmp_path, {"tickets": [ticket()]})
    assert (alone["assignee"], alone["team"], alone["requester"]) == ("9", "3", "7")


def test_half_a_character_and_a_number_with_a_point_in_an_export(tmp_path: Path) -> None:
    users = [{"id": 9.0, "name": "Ada"}, {"id": "\ud800", "email": "cy@x.example"}]
    [row] = rows_from(tmp_path, {"tickets": [ticket(requester_id="\ud800", id=35.0)], "users": users})
    assert (row["external_id"], row["assignee"], row["requester"]) == ("35", "Ada", "cy@x.example")


def test_a_ticket_that_was_merged_away_is_told_by_its_tag(tmp_path: Path) -> None:
    [row] = rows_from(tmp_path, [ticket(tags=["closed_by_merge", "x"])])
    assert row["merged_into"] == "merged"
    assert "merged_into" not in rows_from(tmp_path, [ticket()])[0]


def test_handle_time_is_the_total_never_the_last_update(tmp_path: Path) -> None:
    fields = [
        {"id": 1, "title": "Time spent last update (sec)"},
        {"id": 2, "title": "Total time spent (sec)"},
    ]
    timed = ticket(custom_fields=[{"id": 1, "value": 60}, {"id": 2, "value": 400}])
    [row] = rows_from(tmp_path, {"tickets": [timed], "ticket_fields": fields})
    assert row["active_s"] == "400"
    [unnamed] = rows_from(tmp_path, [timed])
    assert "active_s" not in unnamed
    assert unnamed["field 2"] == "400"


MACHINES: list[dict[str, Any]] = [
    {"author_id": -1}, {"author_id": 9, "via": {"channel": "rule"}}, {"author_id": 9, "via": {"channel": 8}},
    {"author_id": 9, "via": {"channel": "answer_bot_for_web_widget"}}, {"author_id": 9, "via": {"channel": "system"}},
]  # fmt: skip


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_what_a_machine_writes_is_no_reply(place: str, tmp_path: Path) -> None:
    written = [{"author_id": 7}, *MACHINES, {"author_id": 9, "via": {"channel": "web"}}]
    comments = [
        {"id": n, "ticket_id": 35, "public": True, "created_at": f"2026-05-04T10:0{n}:00Z", **each}
        for n, each in enumerate(written)
    ]
    export = (
        {"tickets": [ticket(comments=comments)]}
        if place == "inside"
        else {"tickets": [ticket()], "ticket_comments": comments}
    )
    [row] = rows_from(tmp_path, export)
    assert [each.split("@")[0] for each in row["conversation"].split(";")] == [
        "customer",
        *["auto"] * 5,
        "agent",
    ]
    assert row["reply_count"] == "1"
