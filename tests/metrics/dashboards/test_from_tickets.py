"""Pages of agents and macros together with labels and priorities: answered, compared, or refused with ways out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics import from_tickets
from metrics.dashboards.parts import LATER
from metrics.models import Source
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import table
from tests.metrics.test_from_tickets import HEAD, row

pytestmark = pytest.mark.django_db
DAYS = "since=2026-05-01&until=2026-05-28"
OF = {"since": "2026-05-01", "until": "2026-05-28"}
ASKED = (
    f"csat?{DAYS}&label=refund&by=agent",
    f"csat?{DAYS}&label=refund&by=agent&mix=same",
    f"aht?{DAYS}&agent=ann&priority=urgent&by=label",
    f"volume?{DAYS}&macro=m1&label=refund&by=macro",
    f"csat?{DAYS}&macro=m1&label=refund&against=label=payout&mix=same",
    f"speed?{DAYS}&macro=m1&label=refund&by=team",
)


@pytest.fixture(autouse=True)
def figures(payments: Team) -> None:
    """60 tickets of April and of May."""
    bring(HEAD + "".join(row(n, payments.slug, month) for month in (4, 5) for n in range(60)))


def ways(browser: Client, where: str) -> dict[str, str]:
    """Those of a page that is refused, by what they say."""
    page = browser.get(f"/metrics/{where}")
    refused = page.context["refused"]
    assert refused.text.replace("“", "") in page.content.decode()
    assert [tile.is_shown for tile in page.context["tiles"]] == [False]
    assert "Not by these choices together." in page.content.decode()
    return dict(refused.ways)


def test_every_part_of_a_page_is_answered(hal: User, as_person: Any) -> None:
    browser = as_person(hal)
    page = browser.get(f"/metrics/{ASKED[0]}")
    assert "refused" not in page.context
    assert {line.name.key: line.figure.n for line in page.context["lines"]} == {"ann": 24, "bob": 8}
    assert [line.figure.is_small for line in page.context["lines"]] == [False, True]
    assert page.context["lines"][0].change is not None
    tiles = browser.get(f"/metrics?{DAYS}&label=refund&macro=m1").context["tiles"]
    assert {tile.metric.family: tile.figure.n for tile in tiles}["csat"] == 20
    assert all(tile.is_shown for tile in tiles)
    sparks = browser.get("/metrics/volume?since=2026-04-01&until=2026-05-28&label=refund&by=macro")
    assert any(line.spark for line in sparks.context["lines"])


def test_tiles_lines_and_days_are_as_many(hal: User, as_person: Any) -> None:
    browser, asked = as_person(hal), {"macro": "m1", "label": "refund", **OF}
    for tab, metric in (("csat", "csat"), ("aht", "aht"), ("volume", "volume"), ("speed", "resolution")):
        [tile] = [row for row in table(browser, tab=tab, **asked) if row["metric"] == metric]
        points = table(browser, tab=tab, metric=metric, part="trend", **asked)
        lines = table(browser, tab=tab, metric=metric, part="by", by="priority", **asked)
        for rows in (points, lines):
            assert sum(int(row["n"]) for row in rows) == int(tile["n"]) == 20, metric
        assert int(tile["compared_n"]) == 16  # of as many days before


def test_labels_are_of_the_mix_where_tickets_are_read(hal: User, payments: Team, as_person: Any) -> None:
    """By macro alone it is of channels."""
    browser = as_person(hal)
    bring(HEAD + "".join(row(n, payments.slug, month) for month in (4, 5) for n in range(60, 180)))
    [tile] = table(
        browser, tab="aht", part="tile", metric="aht", macro="m1", priority="low", mix="same", **OF
    )
    assert tile["compared_mix"] == "labels channel priority"
    [tile] = table(browser, tab="aht", part="tile", metric="aht", macro="m1", mix="same", **OF)
    assert tile["compared_mix"] == "channel"


def test_too_many_tickets_are_refused_with_ways_out(
    hal: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_person(hal)
    monkeypatch.setattr(from_tickets, "MOST_READ", 20)  # of 80 in both periods
    found = ways(browser, f"csat?macro=m1&label=refund&{DAYS}")
    assert [*found] == ["Show 7 days only", "Leave out the choice of Macro", "Leave out the choice of Label"]
    assert "until=2026-05-28" in found["Show 7 days only"]
    for said, way in found.items():
        assert "refused" not in browser.get(f"/metrics/csat{way}").context, said
    page = browser.get(f"/metrics/csat?label=refund&by=agent&{DAYS}")
    assert page.context["tiles"][0].figure.is_measured, "tiles need no tickets"
    said, way = page.context["lines_refused"].ways[1]
    assert said == "Show it by team instead"
    assert browser.get(f"/metrics/csat{way.split('#')[0]}").context["lines"]
    assert (
        browser.get(f"/metrics/figures.csv?tab=csat&part=by&by=agent&label=refund&{DAYS}").status_code == 302
    )
    assert (
        "at most are read"
        in browser.get(f"/metrics/parts/waiting?{DAYS}&macro=m1&label=refund").content.decode()
    )


def test_days_of_deleted_tickets_are_refused_with_ways_out(hal: User, as_person: Any) -> None:
    browser = as_person(hal)
    Source.objects.update(figures_frozen_before=date(2026, 5, 10))
    found = ways(browser, f"csat?macro=m1&label=refund&{DAYS}")
    page = browser.get(f"/metrics/csat{found['Show the days since 10 May 2026 alone']}")
    assert page.context["tiles"][0].figure.is_measured
    assert page.context["period"].first == date(2026, 5, 10)
    found = ways(browser, "csat?macro=m1&label=refund&since=2026-05-10&until=2026-05-20")
    page = browser.get(f"/metrics/csat{found['Compare with nothing']}")
    assert page.context["tiles"][0].figure.is_measured
    assert page.context["period"].first == date(2026, 5, 10)


def test_more_tickets_take_no_more_queries(payments: Team, hal: User, as_person: Any) -> None:
    read: dict[str, int] = {}

    def queries() -> dict[str, int]:
        found = {}
        for where in (*ASKED, *(f"parts/{name}?{DAYS}&macro=m1&label=refund" for name in LATER)):
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(f"/metrics/{where}").status_code == 200
            found[where] = len(captured)
            read[where] = sum("metrics_ticketpart" in query["sql"] for query in captured)
        return found

    browser = as_person(hal)
    browser.get(f"/metrics/{ASKED[0]}")
    few = queries()
    bring(HEAD + "".join(row(n, f"team-{n % 7}") for n in range(60, 200)))
    many = queries()
    assert not {where: (few[where], n) for where, n in many.items() if n > few[where]}
    assert max(many.values()) <= 60
    # Tiles and trend together, lines, small pictures; of agents the lines of each period, and no pictures.
    assert [read[where] for where in (ASKED[0], ASKED[2], ASKED[5])] == [2, 2, 3]
