"""Next replies: which messages waited, for how long, and what answers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from metrics import rejecting
from metrics.models import RejectedRow, SlaResult, Source, Ticket
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,priority,created_at,conversation,is_spam,is_agent_initiated,merged_into\n"
BACK_AND_FORTH = (
    "customer@2026-06-08T08:00Z;auto@2026-06-08T08:00Z;customer@2026-06-08T08:10Z;agent@2026-06-08T09:00Z;"
    "customer@2026-06-08T10:00Z;customer@2026-06-08T10:30Z;auto@2026-06-08T10:31Z;agent@2026-06-08T12:00Z;"
    "agent@2026-06-08T12:05Z;customer@2026-06-09T07:00Z;agent@2026-06-09T09:30Z"
)


def june(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def ticket(row: str) -> Ticket:
    bring(f"{HEAD}t1,{row}\n")
    return Ticket.objects.get()


def waits() -> list[tuple[int, str, datetime, datetime | None, int | None]]:
    results = SlaResult.objects.filter(metric="next_reply").order_by("instance")
    return [(r.instance, r.state, r.started_at, r.fulfilled_at, r.elapsed_s) for r in results]


def test_the_oldest_unanswered_message_waits_for_the_next_reply_of_a_person() -> None:
    ticket(f"solved,urgent,2026-06-08T08:00Z,{BACK_AND_FORTH},,,")
    assert waits() == [
        (1, "breached", june(8, 10), june(8, 12), 7200),
        (2, "breached", june(9, 7), june(9, 9, 30), 5400),  # open from 08:00 UTC
    ]


def test_the_first_human_reply_is_the_first_reply_where_no_column_says_it() -> None:
    assert ticket(f"solved,urgent,2026-06-08T08:00Z,{BACK_AND_FORTH},,,").first_public_reply_at == june(8, 9)
    first = SlaResult.objects.get(metric="first_reply")
    assert (first.state, first.elapsed_s) == ("met", 3600)
    assert "first_public_reply_at" in Source.objects.get().provides


def test_a_column_for_the_first_reply_goes_before() -> None:
    bring(
        "external_id,status,created_at,first_public_reply_at,conversation\n"
        "t1,open,2026-06-08T08:00Z,2026-06-08T08:30Z,agent@2026-06-08T09:00Z\n"
    )
    assert Ticket.objects.get().first_public_reply_at == june(8, 8, 30)


@pytest.mark.parametrize("talk", ["", "customer@2026-06-08T08:00Z", "auto@2026-06-08T08:00Z"])
def test_nobody_has_replied(talk: str) -> None:
    assert ticket(f"open,,2026-06-08T08:00Z,{talk},,,").first_public_reply_at is None
    assert waits() == []
    assert SlaResult.objects.get(metric="first_reply").state == "overdue"


def test_messages_are_taken_by_time_and_a_zone_is_read() -> None:
    talk = "customer@2026-06-08T12:00+02:00; agent@2026-06-08T09:00Z;agent@2026-06-08 10:15Z;"
    ticket(f"open,,2026-06-08T08:00Z,{talk},,,")
    assert [(asked, done) for _n, _state, asked, done, _s in waits()] == [(june(8, 10), june(8, 10, 15))]


@pytest.mark.parametrize(
    ("status", "ago", "state"),
    [("open", timedelta(minutes=1), "running"), ("open", timedelta(days=30), "overdue"),
     ("solved", timedelta(days=30), "cancelled"), ("closed", timedelta(days=30), "cancelled")],
)  # fmt: skip
def test_a_message_without_an_answer(status: str, ago: timedelta, state: str) -> None:
    asked = (datetime.now(UTC) - ago).replace(microsecond=0)
    ticket(f"{status},,2026-06-08T08:00Z,agent@2026-06-08T09:00Z;customer@{asked:%Y-%m-%dT%H:%M:%SZ},,,")
    assert [(found, start, done) for _n, found, start, done, _s in waits()] == [(state, asked, None)]


@pytest.mark.parametrize(
    ("solved", "state"),
    [
        ("2026-06-09T10:00Z", "breached"),
        ("2026-06-08T11:00Z", "cancelled"),
        ("2026-06-08T09:30Z", "cancelled"),
    ],
)
def test_a_message_that_a_solve_left_unanswered_is_breached_if_it_was_due_before(
    solved: str, state: str
) -> None:
    """The customer wrote at 10:00 and was promised an answer within 8 open hours; at 9:30 the ticket was over."""
    head = "external_id,status,created_at,last_solved_at,conversation\n"
    bring(f"{head}t1,closed,2026-06-08T08:00Z,{solved},agent@2026-06-08T09:00Z;customer@2026-06-08T10:00Z\n")
    assert [(found, done) for _n, found, _start, done, _s in waits()] == [(state, None)]


@pytest.mark.parametrize("out", ["true,,", ",true,", ",,t0"])
def test_spam_agent_opened_and_merged_tickets_are_promised_no_reply(out: str) -> None:
    ticket(f"open,,2026-06-08T08:00Z,{BACK_AND_FORTH},{out}")
    assert waits() == []


@pytest.mark.parametrize(
    "cell",
    ["robot@2026-06-08T08:00Z", "customer", "customer@yesterday", "customer@now", "agent@2026-13-01T00:00Z",
     "agent@0001-01-01T00:00Z", "agent@2026-06-08T08:00Z,2026-06-08T09:00Z", "agent@2026-06-08T08:00Z;{NULL}", ";",
     "agent@2026-06-08T08:00Z;" * 900],
)  # fmt: skip
def test_a_conversation_that_cannot_be_read_rejects_its_row_with_a_reason(cell: str) -> None:
    done = bring(f'{HEAD}t1,open,,2026-06-08T08:00Z,"{cell}",,,\nt2,open,,2026-06-08T08:00Z,,,,\n')
    assert (done.added, done.rejected) == (1, 1)
    row = RejectedRow.objects.get()
    assert row.column == "conversation"
    assert "agent@time" in rejecting.reason(row.column, row.reason)


def test_the_same_file_again_changes_nothing_and_a_newer_row_replaces_its_waits() -> None:
    head = "external_id,status,created_at,updated_at,conversation\n"
    begun = "agent@2026-06-08T09:00Z;customer@2026-06-08T10:00Z"
    bring(f"{head}t1,open,2026-06-08T08:00Z,2026-06-08T10:00Z,{begun}\n")
    done = bring(
        f"{head}t1,open,2026-06-08T08:00Z,2026-06-08T11:00Z,{begun};agent@2026-06-08T10:30Z\n"
        f"t2,open,2026-06-08T08:00Z,2026-06-08T11:00Z,{begun}\n"
    )
    assert (done.added, done.changed) == (1, 1)
    assert [
        answered for ticket in Ticket.objects.order_by("external_id") for answered in ticket.answered_at
    ] == [
        june(8, 10, 30),
        None,
    ]
    assert SlaResult.objects.filter(metric="next_reply").count() == 2
