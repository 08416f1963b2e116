"""The backlog by whose the tickets are and by their macros, narrowed by anything else at once."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from metrics import reporting
from metrics.dashboards import tickets
from metrics.dashboards.filters import read
from metrics.models import Backlog, SlaResult, Ticket
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

DAYS = "since=2026-05-01&until=2026-05-20"
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(payments: Team) -> None:
    """Of May's first days, open: 24 of ann's and 5 of bob's, 4 of nobody's; half have a second macro."""
    head = "external_id,status,created_at,team,labels,priority,assignee,macro_keys\n"
    whose = ["ann"] * 24 + ["bob"] * 5 + [""] * 4
    bring(
        head
        + "".join(
            f"{n},open,2026-05-{1 + n % 9:02}T10:00Z,payments,{'refund' if n % 3 else 'payout'},"
            f"{'high' if n % 2 else 'low'},{name},{'m1|m2' if n % 2 else 'm1'}\n"
            for n, name in enumerate(whose)
        )
    )


def by(user: User | None, key: str, query: str = "") -> dict[str, tuple[float | None, int]]:
    chosen = read(f"{DAYS}&{query}", user=user) if user else None
    period, narrow = (chosen.period_now, chosen.narrow()) if chosen else (None, {})
    assert period is not None
    lines = reporting.report(user, "backlog", by=[key], period=period, narrow=narrow)
    return {line.keys[key]: (line.figure.value, line.figure.n) for line in lines}


@pytest.mark.usefixtures("waiting")
def test_it_is_told_by_agent_and_by_macro_and_of_few_of_a_person_nothing(hal: User) -> None:
    assert by(hal, "agent") == {"ann": (24, 24), "bob": (None, 5)}
    assert by(hal, "macro") == {"m1": (33, 33), "m2": (16, 16)}
    assert by(hal, "macro", "macro=m2") == {"m2": (16, 16)}
    assert by(hal, "label", "agent=ann&priority=low") == {"payout": (None, 4), "refund": (None, 8)}
    assert by(hal, "team", "macro=m2&label=payout") == {"payments": (5, 5)}


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    "query", ["agent=ann", "macro=m2", "agent=ann&macro=m2&label=refund", "macro=m1&priority=high"]
)
def test_the_list_behind_it_has_as_many(hal: User, as_person: Any, query: str) -> None:
    chosen = read(f"{DAYS}&{query}", user=hal)
    [line] = reporting.report(hal, "backlog", period=chosen.period_now, narrow=chosen.narrow())
    assert line.figure.n == tickets.tickets(hal, chosen, "backlog").count() > 0
    page = as_person(hal).get(f"/metrics/backlog?{DAYS}&{query}")
    assert {"agent", "macro", "label", "priority"} <= {each.key for each in page.context["dimensions"]}


@pytest.mark.usefixtures("waiting")
def test_how_old_it_is_is_not_said_of_few_of_a_person(hal: User, as_person: Any) -> None:
    browser = as_person(hal)
    few = browser.get(f"/metrics/backlog?{DAYS}&agent=bob")
    assert "Fewer than 20 tickets of this person: too few to say." in few.content.decode()
    assert few.context["tiles"][0].figure.value is None
    assert browser.get(f"/metrics/tiles/ages.csv?{DAYS}&agent=bob").status_code == 404
    assert b"from_days" in b"".join(browser.get(f"/metrics/tiles/ages.csv?{DAYS}&agent=ann"))
    [section] = browser.get(f"/metrics/backlog?{DAYS}&agent=ann").context["sections"]
    assert section.context["total"] == 24


@pytest.mark.usefixtures("waiting")
def test_one_agent_is_for_who_may_see_agents(gia: User) -> None:
    period = read(DAYS, user=gia).period_now
    [whole] = reporting.report(gia, "backlog", period=period)
    assert whole.figure.value == 33
    with pytest.raises(PermissionDenied):
        reporting.report(gia, "backlog", period=period, by=["agent"])
    with pytest.raises(PermissionDenied):
        reporting.report(gia, "backlog", period=period, narrow={"agent": "ann"})


def test_how_long_tickets_wait_is_told_by_macro_and_by_agent(payments: Team, hal: User) -> None:
    head = "external_id,status,created_at,first_solved_at,last_solved_at,team,assignee,macro_keys\n"
    solved = "2026-05-02T10:00Z"
    bring(
        head
        + "".join(
            f"{n},{'open' if n % 4 == 0 else 'solved'},2026-05-01T10:00Z,{'' if n % 4 == 0 else solved},"
            f"{'' if n % 4 == 0 else solved},payments,{'ann' if n < 30 else 'bob'},{'m1|m2' if n < 24 else 'm1'}\n"
            for n in range(40)
        )
    )
    period = read(DAYS, user=hal).period_now
    for narrow, n in (
        ({"macro": "m1"}, 40),
        ({"macro": "m2"}, 24),
        ({"agent": "ann"}, 30),
        ({"agent": "bob"}, 10),
    ):
        [line] = reporting.report(hal, "time_to_solve", period=period, narrow=narrow)
        assert (line.figure.n, line.figure.value is None) == (n, n < 20), narrow


@pytest.mark.usefixtures("waiting")
def test_promises_overdue_are_told_by_agent_and_by_macro(hal: User) -> None:
    for ticket in Ticket.objects.all():
        SlaResult.objects.create(
            ticket=ticket, metric="resolution", policy_id=1, priority_applied="", target_s=60,
            started_at=ticket.created_at, state="overdue",
        )  # fmt: skip
    period = read(DAYS, user=hal).period_now
    found = {
        key: {
            line.keys[key]: line.figure.n
            for line in reporting.report(hal, "overdue", by=[key], period=period, narrow={"team": "payments"})
        }
        for key in ("agent", "macro")
    }
    assert found == {"agent": {"ann": 24, "bob": 5}, "macro": {"m1": 33, "m2": 16}}
    [few] = reporting.report(hal, "overdue", period=period, narrow={"agent": "bob"})
    assert (few.figure.n, few.figure.value) == (5, None)


@pytest.mark.usefixtures("waiting")
def test_what_a_ticket_lacks_is_empty_in_its_rows() -> None:
    assert Backlog.objects.filter(assignee="").exists()
    assert not Backlog.objects.filter(macro_keys=None).exists()


@pytest.mark.usefixtures("waiting")
def test_no_number_beside_it_tells_what_the_figure_does_not(hal: User, as_person: Any) -> None:
    """Of a count its n is the figure itself. Of what is measured the n stays, and from which n on it is shown."""
    client = as_person(hal)
    page = client.get(f"/metrics/backlog?{DAYS}&agent=bob").content.decode()
    tile = page.split('class="card tile"')[1].split("</section>")[0]
    assert "Shown from 20 on." in tile
    table = page.split("The figures as a table</summary>")[1].split("</table>")[0]
    assert {*re.findall('data-label="n">([^<]*)<', table)[::2]} <= {"–", "0"}
    for part in ("tile", "trend", "by"):
        found = client.get(
            f"/metrics/figures.csv?{DAYS}&tab=backlog&metric=backlog&part={part}&by=team&agent=bob"
        )
        rows = [*csv.DictReader(StringIO(b"".join(found.streaming_content).decode("utf-8-sig")))]
        assert {row["n"] for row in rows if row["note"] == "too few"} == {""}, part
