"""What narrows a dashboard: any value that tickets have, offered or not; of one that none has it says so."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from metrics import choices, from_tickets
from metrics.dashboards import breaking_down, mailing, measuring, offering, saving, tickets, writing
from metrics.dashboards.filters import read
from metrics.dashboards.tabs import TABS
from metrics.definitions import CSAT, VOLUME
from metrics.dimensions import LABEL, MARKET, TEAM, Dimension
from metrics.models import Import, Ticket
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
DAYS = "since=2026-05-01&until=2026-05-28"
HEAD = (
    "external_id,status,created_at,team,labels,channel,market,priority,macro_keys,assignee,rating,rating_scale,"
    "rated_at\n"
)
OF_NOBODY = ("site", "team", "channel", "source", "label", "market", "priority", "sop", "macro", "agent")


def row(n: int, team: str) -> str:
    day = f"2026-05-{1 + n % 28:02}"
    return (
        f"{team}{n},open,{day}T10:00Z,{team},label{n},chat,m{n},p{n},macro{n},agent{n % 2},"
        f"good,good_bad,{day}T11:00Z\n"
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team, monkeypatch: pytest.MonkeyPatch) -> Import:
    monkeypatch.setattr(offering, "OFFERED", 3)
    monkeypatch.setattr(choices, "LABELS_OFFERED", 3)
    cache.clear()
    teams = (payments.slug, harbor_payments.slug, "strangers")
    return bring(HEAD + "".join(row(n, team) for n in range(6) for team in teams))


def created(person: User, query: str) -> int:
    return measuring.board(read(f"{DAYS}&{query}", user=person), (VOLUME,)).now.figure(VOLUME).n


def listed(browser: Client, query: str) -> int:
    found: int = browser.get(f"/metrics/tickets?{DAYS}&{query}").context["listing"].total
    return found


def test_a_value_that_no_ticket_has_shows_nothing_and_says_so(
    figures: Import, gia: User, as_person: Any
) -> None:
    browser = as_person(gia)
    for name in OF_NOBODY:
        page = browser.get(f"/metrics/volume?{DAYS}&{name}=zzz")
        assert [tile.figure.n for tile in page.context["tiles"]] == [0], name
        assert "“zzz”" in " ".join(page.context["chosen"].problems), name
        assert 'value="zzz"' in page.content.decode(), name  # it stands in the bar
        assert listed(browser, f"{name}=zzz") == 0
        assert listed(browser, f"{name}=%00") == 0


def test_a_value_that_is_not_offered_narrows_all_the_same(figures: Import, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    for n in range(6):
        for query in (f"label=label{n}", f"market=m{n}", f"priority=p{n}", f"macro=macro{n}"):
            assert created(gia, query) == listed(browser, query) == 3, query
            assert read(f"{DAYS}&{query}", user=gia).problems == []
    assert created(gia, "team=strangers") == listed(browser, "team=strangers") == 6


def test_what_is_not_offered_is_found_by_typing(
    figures: Import, gia: User, finn: User, as_person: Any
) -> None:
    page = as_person(gia).get(f"/metrics/volume?{DAYS}").content.decode()
    for name in ("label", "market", "priority", "macro"):
        assert f'list="choices-{name}"' in page
        assert f'<datalist id="choices-{name}">' in page
    for name, text, found in (
        ("label", "EL5", "label5"),
        ("macro", "o5", "macro5"),
        ("team", "strang", "strangers"),
    ):
        shown = as_person(gia).get(f"/metrics/choices/{name}", {name: text}).content.decode()
        assert f'value="{found}"' in shown
        assert shown.count("<option") == 1
    assert as_person(gia).get("/metrics/choices/period", {"period": "7"}).status_code == 404
    assert "strangers" not in as_person(finn).get("/metrics/choices/team", {"team": "s"}).content.decode()


def test_of_a_vendors_lead_a_value_of_others_is_one_that_no_ticket_has(figures: Import, finn: User) -> None:
    for query in ("team=payments", "team=strangers", "site=dublin", "site=in_house"):
        assert created(finn, query) == 0
        assert read(f"{DAYS}&{query}", user=finn).problems, query
    assert created(finn, "site=vendor") == created(finn, "site=harbor") == 6
    assert [key for key, _said in read(DAYS, user=finn).offered("site")] == ["harbor"]


def test_a_view_by_mail_of_what_no_ticket_has_brings_no_figures(
    figures: Import, gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = saving.save(name="Mine", tab="csat", query=f"{DAYS}&label=zzz", shared="own", actor=gia)
    kept = mailing.start(view, every="week", weekday=0, at=time(8), receivers=[gia], actor=gia)
    body = writing.letter(kept, gia).body
    assert "CSAT: not measured" in body
    assert "“zzz” as Label" in body
    view = saving.save(
        name="Open", tab="volume", query=f"{DAYS}&macro=macro1&label=label1", shared="own", actor=gia
    )
    kept = mailing.start(view, every="week", weekday=0, at=time(8), receivers=[gia], actor=gia)
    assert "Volume: 3" in writing.letter(kept, gia).body
    monkeypatch.setattr(from_tickets, "MOST_READ", 2)
    assert "about 3, and 2 at most are read" in writing.letter(kept, gia).body


def test_one_agent_is_for_who_may_see_agents_and_not_of_few(
    figures: Import, hal: User, gia: User, as_person: Any
) -> None:
    assert listed(as_person(hal), "agent=agent0&show=csat") == created(hal, "agent=agent0") == 9
    tile = measuring.board(read(f"{DAYS}&agent=agent0", user=hal), (CSAT,)).tiles()[0]
    assert (tile.figure.value, tile.figure.is_small, tile.facts) == (None, True, [])
    assert Ticket.objects.filter(tickets.narrowed(hal, read("agent=agent0", user=hal))).count() == 9
    assert created(gia, "agent=agent0") == listed(as_person(gia), "agent=agent0") == 0
    assert "agent" not in read(DAYS, user=gia).fields
    assert as_person(gia).get("/metrics/choices/agent", {"agent": "a"}).content.strip() == b""


def compared(person: User, query: str) -> tuple[int, int]:
    """How many tickets stand on both sides of a comparison."""
    [tile] = measuring.board(read(f"{DAYS}&{query}", user=person), (VOLUME,)).tiles()
    assert tile.other is not None
    return tile.figure.n, tile.other.n


def test_it_is_compared_with_other_tickets_of_the_same_days(figures: Import, gia: User) -> None:
    team = "team=payments"
    for query, n, other in (
        ("label=label1&against=label=label2", 3, 3), (f"{team}&against=team=strangers", 6, 6),
        (f"{team}&label=label1&against=label=label5", 1, 1), ("market=m1&against=market=m4", 3, 3),
        ("priority=p1&against=priority=zzz", 3, 0), (f"{team}&against=site=harbor", 6, 6),
        ("channel=chat&against=channel=phone", 18, 0),
    ):  # fmt: skip
        assert compared(gia, query) == (n, other), query


def test_all_others_are_all_but_these(figures: Import, gia: User, finn: User) -> None:
    source = figures.source_id
    for query in (
        "label=label1", "team=payments", "team=strangers", "site=harbor", "site=vendor", "market=m1", "priority=p2",
        "channel=chat", f"source={source}", "label=zzz", "site=-",
    ):  # fmt: skip
        for person in (gia, finn):
            now, rest = compared(person, f"{query}&against=rest={query.split('=')[0]}")
            assert now + rest == created(person, ""), query
    assert compared(gia, "team=payments&label=label1&against=rest=label") == (1, 5)
    assert compared(gia, "site=dublin&team=payments&against=rest=site") == (6, 12)


def test_nobody_is_compared_with_what_nothing_was_chosen_of(figures: Import, gia: User, finn: User) -> None:
    chosen = read(f"{DAYS}&against=rest=label", user=gia)
    assert chosen.segment is None
    assert "rest=label" in chosen.problems[0]
    offered = dict(read(f"{DAYS}&label=label1", user=finn).fields["against"].choices)  # type: ignore[attr-defined]
    assert [key for key, _said in offered["All others"]] == ["rest=label"]
    assert "Site" not in offered
    beside = read(f"{DAYS}&against=label=zzz", user=gia)
    assert "“zzz” as Label, so there is nothing to compare with" in beside.problems[0]
    assert read(f"{DAYS}&against=label=label5", user=gia).problems == []
    assert compared(finn, "agent=zzz&against=rest=site&site=harbor")[0] == 0


def test_lines_stand_beside_their_like_or_all_of_the_others(figures: Import, gia: User) -> None:
    def beside(query: str, by: Dimension) -> dict[str, int]:
        lines = breaking_down.lines(read(f"{DAYS}&{query}", user=gia), VOLUME, by)
        return {line.name.key: line.other.n for line in lines if line.other}

    assert beside("label=label1&against=rest=label", TEAM)["payments"] == 5
    assert beside("label=label1&against=label=label2", LABEL) == {"label1": 3}
    assert beside("site=harbor&against=rest=site", MARKET)["m1"] == 2
    assert beside("site=harbor&against=rest=site", TEAM) == {"harbor-payments": 12}


def test_every_tab_can_be_compared_with_all_others(figures: Import, gia: User, as_person: Any) -> None:
    for key in TABS:
        address = f"/metrics/{key}" if key else "/metrics"
        page = as_person(gia).get(f"{address}?{DAYS}&label=label1&team=payments&against=rest=label&mix=same")
        assert "refused" not in page.context, key
        assert "all without this label" in page.content.decode()
