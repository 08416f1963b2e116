"""The tickets behind a figure are as many as the figure says, and nobody finds others' among them."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.test import Client

from metrics.dashboards import measuring, tickets
from metrics.dashboards.filters import read
from metrics.models import Import
from metrics.reporting import known
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,rating,rating_scale,rated_at,"
    "first_public_reply_at,priority,reopen_count,reply_count,group_stations,requester,is_spam,is_agent_initiated\n"
)
DAYS = "since=2026-05-01&until=2026-05-20"


def row(n: int, team: str) -> str:
    """Tickets of every sort: unsolved, spam, opened by an agent, solved before they were created, rated in June."""
    day = f"2026-05-{1 + n % 28:02}"
    solved = "" if n % 5 == 0 else "2026-04-30T09:00Z" if n % 17 == 0 else f"{day}T12:00Z"
    rated = "2026-06-02T09:00Z" if n % 7 == 0 else f"{day}T13:00Z"
    rating = ("good", "bad", "")[n % 3]
    return (
        f"{team}{n},{'solved' if solved else 'open'},{day}T10:00Z,{solved},{solved},{team},"
        f"{'refund payout' if n % 4 else 'payout'},{rating},{'good_bad' if rating else ''},{rated if rating else ''},"
        f"{day}T10:05Z,{('low', 'high')[n % 2]},{n % 3},{n % 4},{1 + n % 2},c{n % 11}@x.example,"
        f"{'true' if n % 13 == 0 else 'false'},{'true' if n % 19 == 0 else 'false'}\n"
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    teams = (payments.slug, harbor_payments.slug, "strangers")
    return bring(HEAD + "".join(row(n, team) for team in teams for n in range(60)))


def total(browser: Client, show: str, query: str) -> int:
    answer = browser.get(f"/metrics/tickets?{query}&show={show}")
    assert answer.status_code == 200
    found: int = answer.context["listing"].total
    return found


@pytest.mark.parametrize("more", ["", "&label=refund", "&priority=high", "&site=harbor", "&team=payments"])
def test_a_list_holds_as_many_tickets_as_its_figure_says(
    more: str, figures: Import, gia: User, finn: User, as_person: Any
) -> None:
    for person in (gia, finn):
        chosen = read(DAYS + more, user=person)
        metrics = tuple(known()[key] for key in tickets.COUNTED)
        board = measuring.board(chosen, metrics)
        said = {metric.key: board.now.figure(metric).n for metric in metrics}
        browser = as_person(person)
        listed = {key: total(browser, key, DAYS + more) for key in said}
        if not board.now.added["stars_n"]:
            said["csat_stars"] = 0
        assert listed == said
    assert any(said.values()) or more == "&team=payments"


def test_the_small_print_leads_to_as_many_as_it_says(figures: Import, gia: User, as_person: Any) -> None:
    chosen, browser = read(DAYS, user=gia), as_person(gia)
    parts = measuring.board(chosen, tuple(known()[key] for key in tickets.COUNTED)).now.added
    pairs = {
        "rated_bad": "bad_n", "breached_reply": "sla_reply_breached_n", "overdue_reply": "sla_reply_overdue_n",
        "breached_resolution": "sla_resolution_breached_n", "came_back": "reopened_n", "passed_on": "transferred_n",
        "flagged": "flagged_n",
    }  # fmt: skip
    for shown, part in pairs.items():
        assert total(browser, shown, DAYS) == parts[part], shown


def test_the_file_has_the_rows_of_the_list_and_runs_nothing(
    figures: Import, finn: User, as_person: Any
) -> None:
    bring(HEAD + row(1, "harbor-payments").replace("harbor-payments1,", "=cmd(),", 1))
    browser = as_person(finn)
    answer = browser.get(f"/metrics/tickets.csv?{DAYS}&show=volume")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == total(browser, "volume", DAYS)
    assert {line["team"] for line in rows} == {"harbor-payments"}
    assert "'=cmd()" in {line["ticket"] for line in rows}


def test_a_list_that_is_not_there_is_not_found(gia: User, as_person: Any) -> None:
    for where in ("/metrics/tickets", "/metrics/tickets.csv"):
        assert as_person(gia).get(f"{where}?show=everything").status_code == 404
        assert as_person(gia).get(f"{where}?show=late_reply").status_code == 200
