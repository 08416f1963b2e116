"""Every button beside a refusal leads to what is answered, whatever is chosen, compared and frozen."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics import from_tickets
from metrics.models import Source
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring
from tests.metrics.test_from_tickets import HEAD, row

pytestmark = pytest.mark.django_db
DAYS = "since=2026-05-01&until=2026-05-28"
TILES, LINES = "refused", "lines_refused"


class Case(NamedTuple):
    """`most`: tickets that are read at most, of 80 of the label and 60 of the macro in four weeks; `ways`: what is
    offered, in this order."""

    query: str
    which: str
    ways: list[str]
    most: int = 30_000
    frozen: date | None = None


MACRO, LABEL, AGENT = (f"Leave out the choice of {name}" for name in ("Macro", "Label", "Agent"))
CASES = (
    # By macro with a macro chosen: one without the other asks by macro still.
    Case(
        f"{DAYS}&against=nothing&macro=m1&label=refund&by=macro", LINES,
        ["Show 7 days only", "Leave out Macro and show it by team", LABEL], most=25,
    ),
    Case(
        f"{DAYS}&against=nothing&agent=ann&label=refund&by=agent", LINES,
        ["Show 7 days only", "Leave out Agent and show it by team", LABEL], most=25,
    ),
    # The other side asks the agent together with a label.
    Case(
        f"{DAYS}&against=label=other&agent=ann&priority=low", TILES,
        [AGENT, "Leave out Priority and compare with nothing"], frozen=date(2026, 6, 1),
    ),
    Case(
        f"{DAYS}&against=label=other&agent=ann&by=priority", LINES,
        ["Show it by team and compare with nothing", AGENT], frozen=date(2026, 6, 1),
    ),
    Case(
        f"{DAYS}&against=label=other&agent=ann", TILES, ["Compare with nothing", AGENT], frozen=date(2026, 6, 1)
    ),
    # All others than a label that is left out are none.
    Case(
        f"{DAYS}&against=rest=label&macro=m1&label=refund", TILES, [MACRO, LABEL], frozen=date(2026, 6, 1)
    ),
    # One period fits, and two do not.
    Case(
        f"{DAYS}&macro=m1&label=refund", TILES,
        ["Show 7 days only", "Compare with nothing", MACRO, LABEL], most=60,
    ),
    # Frozen days among them.
    Case(
        "since=2026-04-10&until=2026-05-28&against=nothing&macro=m1&label=refund", TILES,
        ["Show the days since 10 May 2026 alone", MACRO, LABEL], frozen=date(2026, 5, 10),
    ),
    # Of those since then there are too many, too.
    Case(
        "since=2026-04-10&until=2026-05-28&against=nothing&macro=m1&label=refund", TILES,
        ["Show 7 days only", MACRO, LABEL], most=29, frozen=date(2026, 5, 5),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def figures(payments: Team, harbor_payments: Team) -> None:
    """60 tickets of April and of May, of two teams."""
    teams = (payments.slug, harbor_payments.slug)
    bring(HEAD + "".join(row(n, team, month) for team in teams for month in (4, 5) for n in range(60)))


def shown(browser: Client, query: str) -> Any:
    page = browser.get(f"/metrics/csat?{query}")
    assert page.status_code == 200
    return page.context


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.query)
def test_each_way_leads_out(case: Case, hal: User, as_person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_tickets, "MOST_READ", case.most)
    Source.objects.update(figures_frozen_before=case.frozen)
    browser = as_person(hal)
    refused = shown(browser, case.query)[case.which]
    assert [said for said, _way in refused.ways] == case.ways
    for said, way in refused.ways:
        led = shown(browser, way.removeprefix("?").split("#")[0])
        assert case.which not in led, said
        assert not led["chosen"].problems, said
        assert led["tiles"][0].figure.is_measured or case.which == LINES
        assert ("nothing" in said) <= (led["chosen"].against_chosen == "nothing")


def test_days_that_are_not_even_are_counted(
    hal: User, payments: Team, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most tickets are of the last week, so that a share of the days has more than its share of them."""
    late = (row(n, payments.slug).replace("-5-", "-late-") for n in range(21, 2000) if n % 28 > 20)
    bring(HEAD + "".join(late))
    monkeypatch.setattr(from_tickets, "MOST_READ", 100)
    refused = shown(as_person(hal), f"{DAYS}&against=nothing&macro=m1&label=refund")[TILES]
    assert [said for said, _way in refused.ways] == [MACRO, LABEL]


def test_a_comparison_says_that_both_periods_count(
    hal: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_tickets, "MOST_READ", 20)
    both, alone = (
        shown(as_person(hal), f"{DAYS}{against}&macro=m1&label=refund")[TILES].text
        for against in ("", "&against=nothing")
    )
    assert "In these days and those compared with" in both
    assert "compared" not in alone


def test_ways_take_as_many_queries_however_many_tickets_there_are(
    hal: User, payments: Team, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_tickets, "MOST_READ", 5)
    browser, query = as_person(hal), f"{DAYS}&macro=m1&label=refund&by=agent"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert shown(browser, query)[TILES].ways
        return len(captured)

    queries()
    few = queries()
    bring(HEAD + "".join(row(n, f"team-{n % 7}") for n in range(60, 200)))
    assert queries() <= few <= 60
