"""What the backlog leaves out is counted, listed and said: as many as their own times would have unsolved that day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from metrics import backlogs, reporting, rollups
from metrics.dashboards import tickets
from metrics.dashboards.filters import read
from metrics.filters import Period
from metrics.models import Backlog, StatusSpan, Ticket
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,reopened_at,reopen_count,merged_into,is_spam,team,"
    "labels,assignee,macro_keys\n"
)
AHEAD = timezone.localdate() + timedelta(days=20)
WEEK = Period(date(2026, 5, 4), date(2026, 5, 10))
ROWS = (
    ("open", "open,2026-05-04T10:00Z,,,,,,", 1, 0),
    ("spam", "open,2026-05-04T10:00Z,,,,,,true", 0, 1),
    ("spam that was solved", "solved,2026-05-04T10:00Z,2026-05-06T10:00Z,2026-05-06T10:00Z,,,,true", 0, 0),
    ("merged", "open,2026-05-05T10:00Z,,,,,other,", 0, 1),
    ("merged, and over later", "closed,2026-05-05T10:00Z,2026-05-30T10:00Z,2026-05-30T10:00Z,,,other,", 0, 1),
    ("deleted, nobody told when", "deleted,2026-05-04T10:00Z,,,,,,", 0, 0),
    ("deleted, and solved later", "deleted,2026-05-04T10:00Z,2026-05-12T10:00Z,2026-05-12T10:00Z,,,,", 0, 1),
    ("solved before it was created", "open,2026-05-07T10:00Z,2026-05-05T10:00Z,2026-05-05T10:00Z,,,,", 0, 1),
    # Its times are in no order: from the fourth to the twentieth it was open, once.
    ("out of order", "solved,2026-05-04T10:00Z,2026-05-20T10:00Z,2026-05-14T10:00Z,2026-05-06T10:00Z,1,,", 0, 1),
    ("ahead", f"open,{AHEAD}T10:00Z,,,,,,", 0, 0),
    ("spam of later", "open,2026-05-11T10:00Z,,,,,,true", 0, 0),
)  # fmt: skip


@pytest.fixture
def kinds(payments: Team) -> None:
    """One of each kind, and whether it was open at the end of the week or left out."""
    bring(
        HEAD
        + "".join(f"{name.replace(',', '')},{row},payments,refund|fee,ann,m1|m2\n" for name, row, *_n in ROWS)
    )


def told(period: Period = WEEK, **narrow: str) -> tuple[int, int | None]:
    [line] = reporting.report(None, "backlog", period=period, narrow=narrow)
    return line.figure.n, line.figure.excluded


def behind(user: User, shown: str, last: date = WEEK.last, query: str = "") -> set[str]:
    chosen = read(f"since=2026-05-04&until={last}&{query}", user=user)
    return {*tickets.tickets(user, chosen, shown).values_list("external_id", flat=True)}


@pytest.mark.usefixtures("kinds")
def test_each_kind_counts_as_its_own_times_say(gia: User) -> None:
    left = {name.replace(",", "") for name, _row, _open, n in ROWS if n}
    assert told() == (1, len(left))
    assert behind(gia, "backlog_left") == left
    assert behind(gia, "backlog") == {"open"}
    for key, value in (("label", "refund"), ("team", "payments"), ("macro", "m2"), ("site", "dublin")):
        assert told(**{key: value}) == (1, len(left)), key
    assert told(label="none") == (0, 0)
    after = Period(AHEAD, AHEAD)
    assert told(after)[1] == len(behind(gia, "backlog_left", AHEAD))
    assert "ahead" in behind(gia, "backlog_left", AHEAD)


@pytest.mark.usefixtures("kinds")
def test_every_day_has_its_own_and_the_list_has_as_many(gia: User) -> None:
    month = Period(date(2026, 5, 4), date(2026, 5, 31))
    lines = reporting.report(None, "backlog", by=["day"], period=month)
    of_day = {line.keys["day"]: line.figure.excluded for line in lines}
    assert of_day["2026-05-04"] == 4
    assert {*of_day.values()} == {4, 5, 6, 7}
    for day, n in of_day.items():
        assert n == len(behind(gia, "backlog_left", date.fromisoformat(day))), day
    by_label = reporting.report(None, "backlog", by=["label"], period=WEEK)
    assert {line.keys["label"]: line.figure.excluded for line in by_label} == {"fee": 6, "refund": 6}


@pytest.mark.usefixtures("kinds")
def test_one_that_was_reopened_often_is_followed_by_its_spans(gia: User) -> None:
    ticket = Ticket.objects.get(external_id="spam that was solved")
    Ticket.objects.filter(pk=ticket.pk).update(reopen_count=2)
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    for status, begins, ends in (
        ("open", -30, 40),
        ("solved", 40, 90),
        ("open", 90, 200),
        ("solved", 200, None),
    ):
        StatusSpan.objects.create(
            ticket=ticket, status=status, from_at=at + timedelta(hours=begins),
            to_at=None if ends is None else at + timedelta(hours=ends),
        )  # fmt: skip
    rollups.rebuild([date(2026, 5, 4)])
    assert told()[1] == 7
    assert ticket.external_id in behind(gia, "backlog_left")
    early = Period(date(2026, 5, 3), date(2026, 5, 3))  # a span from before the ticket was there is none
    assert told(early) == (0, 0)


@pytest.mark.usefixtures("kinds")
def test_rows_that_do_not_say_are_no_zero_until_they_are_added_up_anew() -> None:
    """As a worker of before an upgrade writes them."""
    Backlog.objects.filter(until_day=None, from_day__lte=date(2026, 5, 4)).update(left_n=None)
    assert told() == (1, None)
    by_day = backlogs.standing(None, ("day",), WEEK, {})
    assert {one.excluded for one in by_day.values()} == {None}
    rollups.rebuild([date(2026, 5, 4)])
    assert told() == (1, 6)


@pytest.mark.usefixtures("kinds")
def test_tile_report_and_file_say_it_and_the_tile_leads_there(gia: User, as_person: Any) -> None:
    browser, days = as_person(gia), f"since={WEEK.first}&until={WEEK.last}"
    tile = (
        browser.get(f"/metrics/backlog?{days}").content.decode().split("card tile")[1].split("</section>")[0]
    )
    assert "6 left out</a>" in tile
    assert "show=backlog_left&amp;since=2026-05-04" in tile
    page = browser.get(f"/metrics/tickets?show=backlog_left&{days}").content.decode()
    assert "6 tickets" in page
    assert "Left out of the backlog" in page
    out = StringIO()
    call_command("report", "backlog", "--json", f"--from={WEEK.first}", f"--to={WEEK.last}", stdout=out)
    [line] = json.loads(out.getvalue())
    assert (line["excluded"], line["not_measured"]) == (6, None)
    file = b"".join(browser.get(f"/metrics/figures.csv?part=tile&metric=backlog&tab=backlog&{days}"))
    assert b",6,," in file


@pytest.mark.usefixtures("kinds")
def test_of_a_person_with_few_it_is_not_said_either(hal: User) -> None:
    [line] = reporting.report(hal, "backlog", period=WEEK, narrow={"agent": "ann"})
    assert (line.figure.value, line.figure.excluded) == (None, None)
    [line] = reporting.report(hal, "backlog", by=["agent"], period=WEEK)
    assert (line.figure.value, line.figure.excluded) == (None, None)
