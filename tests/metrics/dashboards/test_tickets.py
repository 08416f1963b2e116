"""The tickets behind a figure are as many as the figure says, and nobody finds others' among them."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import chain
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from metrics import rollups
from metrics.dashboards import breaking_down, measuring, tickets
from metrics.dashboards.filters import DashboardFilter, read
from metrics.dashboards.tabs import TABS
from metrics.models import HandleSegment, Import, StatusSpan, Ticket
from metrics.reporting import known
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,rating,rating_scale,rated_at,"
    "first_public_reply_at,priority,reopen_count,reply_count,group_stations,requester,is_spam,is_agent_initiated,"
    "active_s,assignee,macro_keys,market,conversation\n"
)
DAYS = "since=2026-05-01&until=2026-05-20"
NONE_THERE = {"at_risk"}  # of old tickets none is at risk now
METRICS = tuple(
    metric for metric in known().values() if metric.shown and metric.key != "iqs" and not metric.of
)  # iqs is of reviews: tests/metrics/quality


def row(n: int, team: str) -> str:
    """Tickets of every sort: unsolved, spam, opened by an agent, solved before they were created, rated in June."""
    day = f"2026-05-{1 + n % 28:02}"
    solved = "" if n % 5 == 0 else "2026-04-30T09:00Z" if n % 17 == 0 else f"{day}T12:00Z"
    late = f"2026-05-{2 + n % 28:02}"  # some wait, and are handled, on a later day than they were created
    talk = f"customer@{day}T10:00Z;agent@{day}T10:05Z;customer@{late}T09:00Z;agent@{late}T{9 + n % 9:02}:30Z"
    talk += f";customer@{late}T20:00Z" if n % 2 else ""
    rated = "2026-06-02T09:00Z" if n % 7 == 0 else f"{day}T13:00Z"
    rating = ("good", "bad", "")[n % 3]
    return (
        f"{team}{n},{'solved' if solved else 'open'},{day}T10:00Z,{solved},{solved},{team},"
        f"{'refund|payout' if n % 4 else 'payout'}{'' if n % 28 > 13 else '|early'},{rating},"
        f"{'good_bad' if rating else ''},{rated if rating else ''},"
        f"{day}T10:05Z,{('low', 'high')[n % 2]},{n % 3},{n % 4},{1 + n % 2},c{n % 11}@x.example,"
        f"{'true' if n % 13 == 0 else 'false'},{'true' if n % 19 == 0 else 'false'},"
        f"{'' if n % 4 == 0 else -5 if n % 23 == 0 else 60 + n},a{n % 2},m{n % 3}|m{n % 2},"
        f"{'IE' if n % 3 else ''},{talk if n % 3 else ''}\n"
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    teams = (payments.slug, harbor_payments.slug, "strangers")
    made = bring(HEAD + "".join(row(n, team) for team in teams for n in range(60)))
    # Handled twice, once of it after these days; followed by its spans, open from the 4th to the 25th again.
    ticket = Ticket.objects.get(external_id=f"{payments.slug}1")
    for day in (3, 3, 25):
        ended_at = datetime(2026, 5, day, 15, tzinfo=UTC)
        HandleSegment.objects.create(
            ticket=ticket, handle_s=30, active_s=30, ended_at=ended_at, origin="test"
        )
    Ticket.objects.filter(pk=ticket.pk).update(reopen_count=2)
    for status, first, last in (("open", 2, 3), ("solved", 3, 4), ("open", 4, 25), ("solved", 25, None)):
        StatusSpan.objects.create(
            ticket=ticket, status=status, from_at=datetime(2026, 5, first, 11, tzinfo=UTC),
            to_at=datetime(2026, 5, last, 11, tzinfo=UTC) if last else None,
        )  # fmt: skip
    rollups.rebuild([date(2026, 5, 1) + timedelta(days=number) for number in range(31)])
    return made


def total(browser: Client, show: str, query: str) -> int:
    """How many a list says that it counts: tickets, or what they have."""
    answer = browser.get(f"/metrics/tickets?{query}&show={show}")
    assert answer.status_code == 200
    if answer.context["counted"]:
        assert answer.context["counted"] in answer.content.decode()
        return int(answer.context["counted"].split()[0].replace(",", ""))
    found: int = answer.context["listing"].total
    return found


def counted(user: User, chosen: DashboardFilter, metric: str) -> int:
    """The same, without the page."""
    shown = tickets.list_of(metric)
    found = tickets.tickets(user, chosen, shown)
    said = tickets.counted_in(found, chosen, shown)
    return int(said.split()[0].replace(",", "")) if said else found.count()


def test_every_figure_of_every_tab_leads_to_tickets() -> None:
    there = {metric.key for tab in TABS.values() for metric in tab.metrics}
    assert all(tickets.list_of(key) and known()[key].shown for key in there)


def test_a_list_holds_as_many_as_its_figure_says(figures: Import, gia: User, finn: User) -> None:
    for more in (
        "",
        "&label=refund",
        "&priority=high",
        "&site=harbor",
        "&macro=m1&label=refund&priority=high",
    ):
        for person in (gia, finn):
            chosen = read(DAYS + more, user=person)
            board = measuring.board(chosen, METRICS)
            said = {metric.key: board.now.figure(metric).n for metric in METRICS}
            assert {key: counted(person, chosen, key) for key in said} == said, more
            assert all(n for key, n in said.items() if key not in NONE_THERE), (more, said)


def test_a_line_leads_to_as_many_as_it_says(figures: Import, hal: User, as_person: Any) -> None:
    """By every dimension, those without a value too; also where the last days of a line are not those of the page."""
    asked = (
        "csat?" + DAYS,
        f"aht?{DAYS}&label=refund",
        f"volume?{DAYS}&agent=a1",
        f"volume?{DAYS}&agent=a1&label=refund",
        f"volume?{DAYS}&macro=m1&priority=high",
        "backlog?period=28&site=dublin",
    )
    for where in asked:
        for by in breaking_down.dimensions_for(hal):
            page = as_person(hal).get(f"/metrics/{where}&by={by.key}")
            found = page.context.get("lines", ())
            lines = [line for line in found if line.figure.value is not None]
            table = page.content.decode().split('aria-labelledby="lines-title"')[-1]
            links = re.findall(r'href="[^"?]*tickets[?]([^"]*)" title="The tickets', table)
            assert len(links) == len(lines)
            few = by.key == "agent" and any(line.figure.is_small for line in found)
            assert lines or few or "lines_refused" in page.context or by.key == "sop", (where, by)
            for line, link in zip(lines, links, strict=True):
                query = unescape(link)
                shown = QueryDict(query)["show"]
                assert "since=" in query  # a list without days takes those that its own choice has
                assert counted(hal, read(query, user=hal), shown) == line.figure.n, (where, line.name, query)


def test_a_point_of_a_trend_leads_to_as_many_as_it_says(figures: Import, hal: User, as_person: Any) -> None:
    """By day and by week, those of these days and of what they are compared with."""
    days = "since=2026-05-11&until=2026-05-20"
    for where in (
        f"csat?{DAYS}",
        f"volume?{days}&site=dublin&against=site=harbor",
        f"backlog?{days}",
        f"aht?{days}",
        f"aht?{days}&macro=m1&label=refund",
    ):
        page = as_person(hal).get(f"/metrics/{where}")
        pairs = [*chain(*page.context["beside"])]
        figures_shown = [point.figure for point in pairs if point and point.figure.value is not None]
        table = page.content.decode().split("The figures as a table</summary>")[1].split("</table>")[0]
        links = [
            unescape(link) for link in re.findall(r'href="[^"?]*tickets[?]([^"]*)" title="The tickets', table)
        ]
        assert len(links) == len(figures_shown) > 1
        for figure, query in zip(figures_shown, links, strict=True):
            assert counted(hal, read(query, user=hal), QueryDict(query)["show"]) == figure.n, query


def test_the_hours_of_the_week_lead_to_as_many_as_they_say(
    figures: Import, gia: User, as_person: Any
) -> None:
    rows = as_person(gia).get(f"/metrics/parts/hours?{DAYS}&site=harbor").context["section"]["rows"]
    cells = [(n, url) for _day, there in rows for n, url in there]
    assert sum(n for n, _url in cells) > 0
    assert all(bool(n) == bool(url) for n, url in cells)
    n, url = next(cell for cell in cells if cell[0])
    page = as_person(gia).get(url)
    assert page.context["listing"].total == n
    assert "Created on a Monday from" in page.content.decode()
    assert "at=1-" in page.content.decode().split("tickets.csv")[1].split('"')[0]
    assert as_person(gia).get(url.replace("at=1-", "at=9-")).context["listing"].total > n


def test_the_ranking_leads_to_as_many_as_it_says(figures: Import, gia: User, as_person: Any) -> None:
    page = as_person(gia).get("/metrics/improving?until=2026-05-20&period=28&site=harbor")
    assert page.context["rows"]
    for row, _helps, _running, ways in page.context["rows"]:
        said = {"volume": row.tickets, "handled": row.aht.n, "rated": row.csat.n, "reopened": row.reopened.n}
        for name, n in said.items():
            query = ways[name].partition("?")[2]
            assert counted(gia, read(query, user=gia), QueryDict(query)["show"]) == n, (row.label, name)
        assert "site=harbor" in ways["figures"]


def test_a_page_says_as_many_as_its_figure(figures: Import, gia: User, as_person: Any) -> None:
    chosen = read(DAYS, user=gia)
    for shown in ("csat", "aht", "next_reply", "backlog"):
        assert total(as_person(gia), shown, DAYS) == counted(gia, chosen, shown) > 0


def test_the_ages_of_the_backlog_lead_to_as_many_as_they_say(
    figures: Import, gia: User, as_person: Any
) -> None:
    page = as_person(gia).get(f"/metrics/backlog?{DAYS}")
    [section] = page.context["sections"]
    assert sum(n for _list, _age, n in section.context["rows"]) == section.context["total"] > 0
    for shown, _age, n in section.context["rows"]:
        assert f"show={shown}&amp;since=2026-05-01" in page.content.decode()
        assert total(as_person(gia), shown, DAYS) == n, shown
    reopened = as_person(gia).get(f"/metrics/tickets?{DAYS}&show=backlog&team=payments")
    assert "payments1" in [ticket.external_id for ticket in reopened.context["listing"].rows]


def test_the_small_print_leads_to_as_many_as_it_says(figures: Import, gia: User, as_person: Any) -> None:
    chosen, browser = read(DAYS, user=gia), as_person(gia)
    parts = measuring.board(chosen, METRICS).now.added
    pairs = {
        "rated_bad": "bad_n", "breached_reply": "sla_reply_breached_n", "overdue_reply": "sla_reply_overdue_n",
        "breached_resolution": "sla_resolution_breached_n", "came_back": "reopened_n", "passed_on": "transferred_n",
        "flagged": "flagged_n", "breached_next_reply": "sla_next_reply_breached_n",
        "overdue_resolution": "sla_resolution_overdue_n",
        "overdue_next_reply": "sla_next_reply_overdue_n",
    }  # fmt: skip
    said = {
        fact.shown for tile in measuring.board(chosen, METRICS).tiles() for fact in tile.facts if fact.shown
    }
    assert said <= {*pairs, "vendor_late"}
    for shown, part in pairs.items():
        assert total(browser, shown, DAYS) == parts[part], shown


def test_the_file_has_the_rows_of_the_list_and_runs_nothing(
    figures: Import, finn: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(HEAD + row(1, "harbor-payments").replace("harbor-payments1,", "=cmd(),", 1))
    browser = as_person(finn)
    answer = browser.get(f"/metrics/tickets.csv?{DAYS}&show=volume")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == total(browser, "volume", DAYS)
    assert {line["team"] for line in rows} == {"harbor-payments"}
    assert "'=cmd()" in {line["ticket"] for line in rows}
    page = browser.get(f"/metrics/tickets?{DAYS}").content.decode()
    assert ("The CSV has the first" in page, "told in business time" in page) == (False, True)
    monkeypatch.setattr(tickets, "CSV_ROWS", 5)
    assert "The CSV has the first 5 tickets." in browser.get(f"/metrics/tickets?{DAYS}").content.decode()


def test_the_file_is_in_the_order_of_the_page(figures: Import, gia: User, as_person: Any) -> None:
    browser, wish = as_person(gia), f"{DAYS}&show=volume&sort=created"
    page = browser.get(f"/metrics/tickets?{wish}")
    link = re.search(r'href="(/metrics/tickets\.csv[^"]*)"', page.content.decode())
    assert link
    text = b"".join(browser.get(unescape(link[1])).streaming_content).decode().removeprefix("\ufeff")
    shown = [ticket.external_id for ticket in page.context["listing"].rows]
    assert len(shown) > 20
    assert [line["ticket"] for line in csv.DictReader(text.splitlines())][: len(shown)] == shown


def test_a_list_that_is_not_there_is_not_found(gia: User, as_person: Any) -> None:
    for where in ("/metrics/tickets", "/metrics/tickets.csv"):
        assert as_person(gia).get(f"{where}?show=everything").status_code == 404
        assert as_person(gia).get(f"{where}?show=late_reply").status_code == 200
