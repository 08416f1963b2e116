"""Every file of the vendors' own tests through the door: received, its mapping guessed, started, read to the end.

What lies in those files is worked out here by the csv and json modules alone. Rows in the same shape, for where the
folder is not, are of our own.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from metrics import importing
from metrics.containers import FileRefused
from metrics.management.commands.import_tickets import named
from metrics.mapping import MappingRefused
from metrics.models import Import, Rating, StatusSpan, Ticket
from tests.metrics.bringing import draft, finish, source
from tests.metrics.vendors.shapes import SHAPES, needs_shapes, recorded

pytestmark = pytest.mark.django_db

ZENDESK = ("ticket", "tickets", "ticket_show_many", "search_ticket", "ticket_custom_field")
FRESHDESK = ("ticket_1", "ticket_1_updated", "all_tickets", "search_tickets", "outbound_email_1")


def let_in(content: str | bytes | Path, at: str) -> Import | None:
    """As the command line does it. None when it is refused, in words."""
    try:
        received = draft(content, at=source(at))
        name, how = named("", received)
        started = importing.start(
            received, how, mapping_name=name, time_zone=how.get("zone", "UTC"), actor=None
        )
    except (FileRefused, MappingRefused) as refused:
        print(f"{at}: {refused}")
        return None
    done = finish(started)
    assert done.state == "done", done.job and done.job.error
    return done


def in_csv(name: str) -> list[dict[str, str]]:
    with (SHAPES / name).open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


@needs_shapes
def test_zendesks_table_of_a_warehouse() -> None:
    rows = in_csv("dbt_zendesk/ticket_data.csv")
    done = let_in(SHAPES / "dbt_zendesk/ticket_data.csv", "z")
    assert done is not None
    assert (done.mapping_name, done.rejected, done.flagged) == ("zendesk_warehouse", 0, 0)
    assert {(t.external_id, t.raw_status, t.channel) for t in Ticket.objects.all()} == {
        (row["id"], row["status"], row["via_channel"]) for row in rows
    }
    one = Ticket.objects.get(external_id=rows[0]["id"])
    assert f"{one.created_at:%Y-%m-%d %H:%M:%S}" == rows[0]["created_at"]
    assert one.team_name == rows[0]["group_id"]


@needs_shapes
@pytest.mark.parametrize("folder", ["dbt_intercom", "dbt_intercom_source"])
def test_intercoms_history_of_a_warehouse(folder: str) -> None:
    rows = in_csv(f"{folder}/conversation_history_data.csv")
    done = let_in(SHAPES / folder / "conversation_history_data.csv", "i")
    assert done is not None
    assert (done.mapping_name, done.rows_read, done.rejected) == ("intercom_warehouse", len(rows), 0)
    last = {row["id"]: row for row in sorted(rows, key=lambda row: row["_fivetran_start"])}
    assert {(t.external_id, t.status) for t in Ticket.objects.all()} == {
        (number, {"closed": "solved"}.get(row["state"], row["state"])) for number, row in last.items()
    }
    assert StatusSpan.objects.filter(status="solved").exists()


@needs_shapes
def test_fixtures_of_the_apis() -> None:
    for vendor, folder, names in (
        ("zendesk", "go-zendesk", ZENDESK),
        ("freshdesk", "python-freshdesk", FRESHDESK),
    ):
        for name in names:
            path = SHAPES / folder / f"{name}.json"
            done = let_in(path, f"{vendor} {name}")
            assert done is not None, name
            assert (done.mapping_name, done.rejected) == (vendor, 0), name
            assert {
                *Ticket.objects.filter(source=done.source).values_list("external_id", flat=True)
            } == _numbers(json.loads(path.read_text())), name


def _numbers(content: Any) -> set[str]:
    """Of the tickets in an answer: a list of them, a page, one inside, or one by itself."""
    if isinstance(content, dict):
        content = next(
            (content[name] for name in ("tickets", "results", "ticket") if name in content), content
        )
    return {str(each["id"]) for each in (content if isinstance(content, list) else [content])}


@needs_shapes
def test_answers_that_zammad_gave() -> None:
    for number, answer in enumerate(recorded("zammad_py-cassettes/TestAPI.test_tickets.yaml")):
        done = let_in(json.dumps(answer), f"zammad {number}")
        assert done is not None
        assert (done.mapping_name, done.added, done.rejected) == ("zammad", 1, 0), (number, answer)
    assert {*Ticket.objects.values_list("status", flat=True)} <= {"new", "open", "closed"}


@needs_shapes
def test_what_is_no_table_of_tickets_brings_no_tickets() -> None:
    """People, tags, articles, groups: refused in words, or not a row of them becomes a ticket."""
    tickets = {
        *(f"{name}.json" for name in (*ZENDESK, *FRESHDESK)),
        "ticket_data.csv",
        "conversation_history_data.csv",
    }
    files = [
        path
        for path in sorted(SHAPES.rglob("*"))
        if path.suffix in {".csv", ".json"} and path.name not in tickets
    ]
    assert len(files) > 100
    brought = {}
    for path in files:
        done = let_in(path, "others")
        if done is not None and done.added:
            brought[str(path.relative_to(SHAPES))] = done.mapping_name
    for name in ("groups", "knowledge_bases", "pagination", "users"):
        for answer in recorded(f"zammad_py-cassettes/TestAPI.test_{name}.yaml"):
            done = let_in(json.dumps(answer), "others")
            if done is not None and done.added:
                brought[name] = done.mapping_name
    assert brought == {}


TABLE = (
    "ID,_FIVETRAN_SYNCED,EXTERNAL_ID,CREATED_AT,UPDATED_AT,STATUS,VIA_CHANNEL,REQUESTER_ID,GROUP_ID,PRIORITY\n"
    "71,2026-05-05 01:00:00.000,,2026-05-04 10:00:00,2026-05-04 11:00:00,hold,email,9,3,high\n"
)


def test_a_table_of_a_warehouse_in_capitals() -> None:
    done = let_in(TABLE, "z")
    assert done is not None
    assert (done.mapping_name, done.added) == ("zendesk_warehouse", 1)
    one = Ticket.objects.get()
    assert (one.external_id, one.status, one.channel, one.team_name) == ("71", "on_hold", "email", "3")


STEPS = (
    ("04", "open", "", ""), ("05", "snoozed", "", ""), ("06", "closed", "", ""), ("07", "open", "", ""),
    ("08", "closed", "5", "2026-05-08 10:00:00"),
)  # fmt: skip
HISTORY = (
    "id,_fivetran_start,updated_at,state,created_at,source_type,source_delivered_as,conversation_rating_value,"
    "conversation_rating_created_at,_fivetran_active\n"
) + "".join(
    f"7,2026-05-{day} 10:00:00,2026-05-{day} 10:00:00,{state},2026-05-04 10:00:00,email,customer_initiated,{stars},"
    f"{asked},false\n"
    for day, state, stars, asked in STEPS
)


def test_a_history_of_a_warehouse_gives_waits_and_reopenings() -> None:
    done = let_in(HISTORY, "i")
    assert done is not None
    one = Ticket.objects.get()
    assert (one.status, one.reopen_count, one.is_agent_initiated) == ("solved", 1, False)
    assert [str(at)[:10] for at in (one.first_solved_at, one.reopened_at, one.last_solved_at)] == [
        "2026-05-06", "2026-05-07", "2026-05-08",
    ]  # fmt: skip
    spans = StatusSpan.objects.filter(status="pending").values_list("from_at__day", "to_at__day")
    assert [*spans] == [(5, 6)]
    assert Rating.objects.get().normalised == "positive"


GUESSES = {
    "seconds since 1970": ("1777888800,1777888900", {"dates": "unix"}),
    "milliseconds since 1970": ("1777888800000,1777888900000", {"dates": "unix_ms"}),
    "day first": ("04/05/2026 10:00,31/05/2026 11:00", {"dates": "dmy"}),
    "month first": ("05/04/2026 10:00,05/31/2026 11:00", {"dates": "mdy"}),
    "day first, with dots": ("04.05.2026 10:00,05.05.2026 11:00", {"dates": "dmy"}),
}


@pytest.mark.parametrize("name", GUESSES)
def test_how_dates_are_written_is_seen_in_the_rows(name: str) -> None:
    stamps, expected = GUESSES[name]
    first, second = stamps.split(",")
    content = f"id,state,created_at,tags\n1,Offen,{first},refund vip\n2,Gelöst,{second},refund\n"
    done = let_in(content, "d")
    assert done is not None
    assert (done.added, done.rejected, done.mapping["dates"]) == (2, 0, expected["dates"])
    assert [*Ticket.objects.order_by("external_id").values_list("status", "created_at__year", "created_at__month")] == [
        ("open", 2026, 5), ("solved", 2026, 5),
    ]  # fmt: skip
    assert Ticket.objects.get(external_id="1").labels == ["refund", "vip"]


TAGS = {
    "blanks": "refund closed_by_merge vip",
    "commas": '"refund, closed_by_merge"',
    "commas without blanks": '"refund,closed_by_merge"',
    "alone": "closed_by_merge",
    "strokes": "closed_by_merge|vip",
}


@pytest.mark.parametrize("name", TAGS)
def test_a_ticket_that_was_merged_away_is_told_by_its_tag_in_a_csv_too(name: str) -> None:
    rows = f"1,closed,2026-05-04 10:00,{TAGS[name]}\n2,closed,2026-05-04 10:00,not_closed_by_merge\n"
    content = f"Id,Status,Created at,Tags\n{rows}"
    assert let_in(content, "m") is not None
    assert {*Ticket.objects.values_list("external_id", "merged_into")} == {("1", "merged"), ("2", None)}


JOINED = (
    "id,_fivetran_synced,created_at,updated_at,status,via_channel,requester_id,group_id,priority,tags,history,conversation\n"
    "71,2026-05-09 01:00:00.000,2026-05-04 10:00:00,2026-05-06 11:00:00,solved,email,9,3,high,refund|vip,"
    "new@2026-05-04 10:00:00;on-hold@2026-05-04 12:00:00;open@2026-05-05 09:00:00;solved@2026-05-05 10:00:00;"
    "open@2026-05-06 10:00:00;solved@2026-05-06 11:00:00,"
    "customer@2026-05-04 10:00:00;agent@2026-05-04 10:30:00\n"
)


def test_a_table_of_a_warehouse_joined_with_those_beside_it() -> None:
    done = let_in(JOINED, "z")
    assert done is not None
    assert (done.mapping_name, done.added, done.rejected, done.flagged) == ("zendesk_warehouse", 1, 0, 0)
    one = Ticket.objects.get()
    assert (one.labels, one.reopen_count, f"{one.first_public_reply_at:%H:%M}") == (
        ["refund", "vip"],
        1,
        "10:30",
    )
    spans = StatusSpan.objects.filter(status="on_hold").values_list("from_at__hour", "to_at__hour")
    assert [*spans] == [(12, 9)]


@needs_shapes
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("field_history", "“history”"),
        ("tag", "“tags”"),
        ("comment", "“conversation”"),
        ("schedule", "none of its columns"),
    ],
)
def test_a_table_beside_the_tickets_says_what_to_upload(name: str, said: str) -> None:
    with pytest.raises(FileRefused, match=r"Put it into one \.zip|Upload the table of tickets") as refused:
        draft(SHAPES / f"dbt_zendesk/ticket_{name}_data.csv")
    assert said in str(refused.value)


def test_such_a_table_is_known_in_every_form_and_one_that_tells_a_status_is_none() -> None:
    row = '{"ticket_id": 1, "tag": "vip", "_fivetran_synced": "2026-05-04T10:00Z"}\n'
    with pytest.raises(FileRefused, match="“tags”"):
        draft(row)
    joined = (
        "ticket_id,ticket_state,created_at,_fivetran_synced\n1,open,2026-05-04T10:00Z,2026-05-04T10:00Z\n"
    )
    assert draft(joined).header == ["ticket_id", "ticket_state", "created_at", "_fivetran_synced"]
