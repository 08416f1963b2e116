"""Whoever compares with all others finds their tickets: as many as the other side's figure says."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from metrics import rollups
from metrics.dashboards import lists, measuring, tickets
from metrics.dashboards.filters import RESTS, read
from metrics.models import Source
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.bringing import bring
from tests.metrics.bringing import source as made_source
from tests.metrics.dashboards.test_tickets import DAYS, HEAD, METRICS, counted, row

pytestmark = pytest.mark.django_db
LINK = r'href="[^"?]*tickets[?]([^"]*)" title="The tickets'


@pytest.fixture
def second(payments: Team, harbor_payments: Team, ana: User, ben: User) -> Source:
    """Tickets of two sources, of our teams and of a stranger's; some by chat, some without a market; an SOP."""
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, since=timezone.now(), title="Refunds",
        data={"labels": ["refund", "early"]},
    )  # fmt: skip
    head, second = HEAD.replace("\n", ",channel\n", 1), made_source("Second")

    def text(n: int, team: str) -> str:
        return row(n, team).replace("\n", f",{('chat', 'email', '')[n % 3]}\n")

    bring(head + "".join(text(n, team) for team in (payments.slug, "strangers") for n in range(60)))
    bring(head + "".join(text(n, harbor_payments.slug) for n in range(60)), at=second)
    rollups.rebuild([date(2026, 5, 1) + timedelta(days=number) for number in range(31)])
    return second


def test_the_list_of_all_others_has_as_many_as_their_figures(second: Source, gia: User, finn: User) -> None:
    tried = set()
    for query in (
        "site=dublin", "site=harbor&team=harbor-payments", "site=vendor", "site=in_house", "site=-", "team=payments",
        "team=strangers", "channel=chat", "channel=-", f"source={second.pk}", "market=IE", "market=-", "priority=low",
        "label=refund", "label=early&team=payments", "label=zzz", "sop=SOP-0001", "sop=SOP-0009",
    ):  # fmt: skip
        name = query.partition("=")[0]
        tried.add(name)
        for person in (gia, finn):
            asked = f"{DAYS}&{query}&against=rest={name}"
            chosen = read(asked, user=person)
            board = measuring.board(chosen, METRICS)
            assert board.other is not None
            said = {metric.key: board.other.figure(metric).n for metric in METRICS}
            there = chosen.choices_other(QueryDict(asked).dict())
            listed = lists.ListFilter(_params(there), user=person)
            assert {key: counted(person, listed, key) for key in said} == said, (query, person)
            assert person == finn or (said["volume"] and said["csat"] and said["overdue"]), (query, said)
    assert tried == {*RESTS}


def _params(choices: dict[str, str]) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update(choices)
    return found


def test_the_table_and_the_tiles_lead_to_all_others(second: Source, gia: User, as_person: Any) -> None:
    page = as_person(gia).get(f"/metrics/volume?{DAYS}&label=early&against=rest=label")
    text = page.content.decode()
    others = [point.figure for _point, point in page.context["beside"] if point]
    table = text.split("The figures as a table</summary>")[1].split("</table>")[0]
    links = [unescape(link) for link in re.findall(LINK, table) if "without=label" in link]
    shown = [figure.n for figure in others if figure.value is not None]
    assert [counted(gia, lists.read(link, user=gia), "volume") for link in links] == shown
    assert sum(shown) > 0
    [tile] = page.context["tiles"]
    led = re.search(r'<a href="/metrics/tickets[?]([^"]*)">\s*vs all without this label', text)
    assert led
    assert counted(gia, lists.read(unescape(led[1]), user=gia), "volume") == tile.other.n > 0
    alone = as_person(gia).get(f"/metrics/volume?{DAYS}&label=early&against=nothing").content.decode()
    assert "without=" not in alone


def test_the_list_says_so_and_it_can_be_taken_back(second: Source, gia: User, as_person: Any) -> None:
    browser, wish = as_person(gia), f"/metrics/tickets?{DAYS}&team=payments&against=rest=team&show=volume"
    page = browser.get(f"{wish}&without=team")
    text = unescape(page.content.decode())
    assert "Team: all others than “Dublin · Payments”" in text
    assert "to 20 May 2026. Team: all others than “Dublin · Payments”" in text, "also where the bar is folded"
    assert "Those chosen" in text
    assert _teams(page) == {"harbor-payments", "strangers"}
    assert page.context["listing"].page.has_next()
    assert re.search("without=team&page=2|page=2[^ ]*without=team", text)
    assert "payments" not in _teams(browser.get(f"{wish}&without=team&page=2"))
    back = browser.get(f"{wish}&without=")
    assert _teams(back) == {"payments"}
    assert "all others than" not in back.content.decode()
    crumb = re.search(r'class="crumbs"><li><a href="([^"]*)"', text)
    assert crumb
    assert "without" not in crumb[1]


def _teams(page: Any) -> set[str]:
    return {row.team.slug if row.team else row.team_name for row in page.context["listing"].rows}


def test_the_file_of_all_others_has_the_rows_of_their_list(
    second: Source, finn: User, as_person: Any
) -> None:
    browser = as_person(finn)
    page = browser.get(f"/metrics/tickets?{DAYS}&label=refund&without=label&show=volume")
    link = re.search(r'href="(/metrics/tickets\.csv[^"]*)"', page.content.decode())
    assert link
    text = b"".join(browser.get(unescape(link[1])).streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == page.context["listing"].total > 0
    assert {(line["team"], "refund" in line["labels"]) for line in rows} == {("harbor-payments", False)}


def test_nothing_is_turned_round_that_was_not_chosen(second: Source, gia: User, finn: User) -> None:
    for asked in ("without=label", "without=agent&agent=a1", "label=refund&without=everything"):
        chosen = lists.read(f"{DAYS}&{asked}", user=gia)
        assert chosen.narrow() == read(f"{DAYS}&{asked}", user=gia).narrow()
        assert "“Which of them” was left out" in chosen.problems[0]
    assert lists.read("label=zzz&without=label", user=gia).problems == []
    forbidden = lists.read(f"{DAYS}&agent=a1&team=harbor-payments&without=team", user=finn)
    assert tickets.tickets(finn, forbidden, "volume").count() == 0


def test_its_last_days_are_those_of_the_others(second: Source, gia: User) -> None:
    bring(HEAD + row(1, "harbor-payments").replace("2026-05-", "2026-07-").replace("|early", ""))
    rollups.rebuild([date(2026, 7, day) for day in range(1, 5)])
    early, others = (lists.read(f"label=early{more}", user=gia) for more in ("", "&without=label"))
    assert early.last_day() < others.last_day()
