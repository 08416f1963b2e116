"""Every tile can be taken away, as CSV and as PNG: the figures of the page, of whoever reads it, and no formula."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metrics.dashboards import parts
from metrics.dashboards.tabs import TABS
from metrics.models import Import, SlaResult
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import HEAD, address, page, rows, table

pytestmark = pytest.mark.django_db
DAYS = {"since": "2026-05-01", "until": "2026-05-31"}


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    still_open = f"still-open,open,2026-05-20T10:00Z,,{harbor_payments.slug},payout,,,,,,,\n"
    return bring(HEAD + rows(40, payments.slug) + rows(30, harbor_payments.slug) + still_open)


def taken(browser: Client, key: str, **params: Any) -> list[dict[str, str]]:
    answer = browser.get(reverse("metrics:tile_csv", args=[key]), params)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def tiles(html: str) -> list[str]:
    """The parts of a page that can be taken away, each from its beginning to that of the next."""
    before, *found = html.split('data-picture-of="')
    assert 'class="chart' not in before, "a chart outside of a tile cannot be taken away"
    return found


def test_each_has_its_csv_and_its_png(figures: Import, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    shown = [page(browser, key, **DAYS) for key in TABS] + [browser.get("/").content.decode()]
    shown += [browser.get(f"/metrics/parts/{part}", DAYS).content.decode() for part in parts.LATER]
    for html in shown:
        assert tiles(html)
        for tile in tiles(html):
            assert ".csv" in tile, tile[:40]
            assert "data-picture hidden" in tile, tile[:40]


def test_the_rows_are_those_of_the_page(figures: Import, gia: User, finn: User, as_person: Any) -> None:
    for person, n in ((gia, 71), (finn, 31)):
        browser = as_person(person)
        hours = taken(browser, "hours", **DAYS)
        assert sum(int(row["created"]) for row in hours) == n
        assert {row["hour"] for row in hours if row["created"] != "0"} == {"11"}, "ten by UTC, in Dublin"
        [first, *_others] = taken(browser, "waiting", **DAYS)
        assert (first["n"], first["unsolved_yet"]) == (str(n), "1")
        ages = taken(browser, "ages", **DAYS)
        assert [row["from_days"] for row in ages if row["unsolved"] == "1"] == ["7"]
    assert as_person(gia).get(reverse("metrics:tile_csv", args=["nothing"])).status_code == 404


def test_promises_are_all_in_the_file_and_run_in_no_spreadsheet(
    payments: Team, harbor_payments: Team, gia: User, finn: User, as_person: Any
) -> None:
    at = timezone.now() - timedelta(hours=1)
    stamp = f"{at:%Y-%m-%dT%H:%M}Z"
    teams = (payments.slug, harbor_payments.slug)
    bring(HEAD + "".join(f"=1+{n}{team},open,{stamp},,{team},,,,,,,,\n" for team in teams for n in range(14)))
    soon = timezone.now() + timedelta(minutes=9)
    SlaResult.objects.filter(metric="resolution").update(state="running", due_at=soon, risk_at=at)
    SlaResult.objects.exclude(metric="resolution").update(state="overdue", due_at=at)
    for person, n in ((gia, 28), (finn, 14)):
        for key in ("at-risk", "overdue"):
            found = taken(as_person(person), key, period="7")
            assert len(found) == n
            assert all(row["ticket"].startswith("'=1+") for row in found)
    assert {row["site"] for row in found} == {harbor_payments.site.slug}


def test_of_an_agent_with_few_tickets_the_file_says_nothing(
    harbor_payments: Team, finn: User, as_person: Any
) -> None:
    head = "external_id,status,created_at,team,assignee,active_s,handled_at\n"
    made = "".join(
        f"t{n},solved,2026-05-04T10:00Z,{harbor_payments.slug},{'busy' if n < 25 else 'thin'},{200 + n},2026-05-04\n"
        for n in range(30)
    )
    bring(head + made)
    found = {row["agent"]: row for row in table(as_person(finn), tab="aht", part="by", by="agent", **DAYS)}
    assert float(found["busy"]["value"]) > 0
    assert found["thin"]["note"] == "too few"
    assert [found["thin"][name] for name in ("value", "low", "high", "change")] == [""] * 4
    for agent, said, status in (("busy", False, 200), ("thin", True, 404)):
        hours = as_person(finn).get(reverse("metrics:part", args=["hours"]), {**DAYS, "agent": agent})
        assert ("Fewer than 20 tickets of this person" in hours.content.decode()) == said
        file = as_person(finn).get(reverse("metrics:tile_csv", args=["hours"]), {**DAYS, "agent": agent})
        assert file.status_code == status


def test_of_an_agent_with_few_open_tickets_the_backlog_says_nothing(
    harbor_payments: Team, finn: User, gia: User, as_person: Any
) -> None:
    """Neither its figure nor its age; the lines by agent and by macro are those of their lists."""
    made = "".join(
        f"t{n},open,2026-05-04T10:00Z,{harbor_payments.slug},{'busy' if n < 25 else 'thin'},{'m|n' if n % 2 else 'm'}\n"
        for n in range(30)
    )
    bring("external_id,status,created_at,team,assignee,macro_keys\n" + made)
    browser = as_person(finn)
    found = {row["agent"]: row for row in table(browser, tab="backlog", part="by", by="agent", **DAYS)}
    assert (found["busy"]["value"], found["thin"]["value"], found["thin"]["note"]) == ("25", "", "too few")
    by_macro = table(browser, tab="backlog", part="by", by="macro", **DAYS)
    assert {row["macro"]: row["value"] for row in by_macro} == {"m": "30", "n": "15"}
    for key, value, n in (("agent", "busy", 25), ("macro", "m", 30), ("macro", "n", 15)):
        shown = browser.get(reverse("metrics:tickets"), {**DAYS, "show": "backlog", key: value})
        assert len(shown.context["listing"].rows) == n
    for agent, says_nothing, status in (("busy", False, 200), ("thin", True, 404)):
        page = browser.get("/metrics/backlog", {**DAYS, "agent": agent})
        assert ("Fewer than 20 tickets of this person" in page.content.decode()) == says_nothing
        file = browser.get(reverse("metrics:tile_csv", args=["ages"]), {**DAYS, "agent": agent})
        assert file.status_code == status
    offered = [each.key for each in browser.get("/metrics/backlog", DAYS).context["dimensions"]]
    assert {"agent", "macro"} <= {*offered}
    assert "agent" not in [
        each.key for each in as_person(gia).get("/metrics/backlog", DAYS).context["dimensions"]
    ]


def test_a_tile_of_the_desk_is_the_file_behind_it(figures: Import, finn: User, as_person: Any) -> None:
    browser = as_person(finn)
    desk = browser.get("/")
    for tile in desk.context["tiles"]:
        [row] = table(browser, part="tile", metric=tile.metric.family, tab="")
        assert (row["n"], row["note"] == "") == (str(tile.figure.n), tile.figure.value is not None)
    assert address("") in desk.content.decode()
