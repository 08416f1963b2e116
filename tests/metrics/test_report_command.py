"""manage.py report prints what the dashboards draw, and says what there is when asked for what there is not."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metrics import backlogs
from metrics.dashboards import measuring, parts
from metrics.dashboards.filters import read
from metrics.definitions import METRICS
from sopdesk.accounts.models import Team, User
from sopdesk.text.figures import clock, grouped, share
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,team\n"
PLAIN = {"metric", "value", "n", "low", "high", "is_small", "excluded", "not_measured", "scale"}
DAYS = ["--from", "2026-05-01", "--to", "2026-05-31"]


@pytest.fixture
def tickets(payments: Team) -> None:
    rows = "".join(
        f"t{n},solved,2026-05-04T10:00Z,2026-05-04T12:00Z,{'payments' if n < 25 else '=cmd'},"
        f"{'good' if n % 5 else 'bad'},good_bad,2026-05-05T10:00Z,{100 + n}\n"
        for n in range(30)
    )
    bring("external_id,status,created_at,last_solved_at,team,rating,rating_scale,rated_at,active_s\n" + rows)


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("report", *arguments, stdout=out)
    return out.getvalue()


def facts(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(printed(*arguments, *DAYS, "--json"))
    return found


def test_as_json(tickets: None) -> None:
    [csat] = facts("csat")
    assert (csat["metric"], csat["value"], csat["n"]) == ("csat", 0.8, 30)
    assert csat["low"] < 0.8 < csat["high"]
    assert (csat["excluded"], csat["not_measured"], csat["is_small"]) == (0, 0, False)
    by_team = {line["team"]: line["n"] for line in facts("aht", "--by", "team")}
    assert by_team == {"payments": 25, "=cmd": 5}
    assert facts("volume", "--by", "team", "--filter", "team=payments")[0]["value"] == 25
    assert facts("volume", "--filter=-team=payments")[0]["value"] == 5


def test_as_csv_nothing_runs_in_a_spreadsheet(tickets: None) -> None:
    rows = [*csv.DictReader(io.StringIO(printed("volume", "--by", "team,day", *DAYS, "--csv")))]
    assert {row["team"]: row["n"] for row in rows if row["n"] != "0"} == {"payments": "25", "'=cmd": "5"}


def test_as_a_table_for_people(tickets: None) -> None:
    table = printed("csat", "--by", "team", *DAYS)
    assert "80.0%" in table
    assert "too few" in table


def test_what_makes_no_sense_is_said() -> None:
    for arguments, says in (
        (["nonsense", *DAYS], "There is: csat"),
        (["csat"], "--from and --to"),
        (["csat", "--from", "2026-05-02", "--to", "2026-05-01"], "after the last"),
        (["csat", *DAYS, "--by", "colour"], "There is: team"),
        (["csat", *DAYS, "--filter", "team"], "dimension=value"),
        (["csat", *DAYS, "--by", "macro", "--filter=-agent=x"], "not kept by agent"),
        (["backlog", *DAYS, "--filter=-agent=x"], "not kept by agent"),
    ):
        with pytest.raises(CommandError, match=says):
            printed(*arguments)


def test_the_backlog_by_agent_and_by_macro(payments: Team) -> None:
    """Of a person with fewer than 20 open tickets nothing is said; a ticket counts with each of its macros."""
    rows = "".join(
        f"t{n},open,2026-05-0{1 + n % 9}T10:00Z,payments,refund,"
        f"{'ann' if n < 42 else 'bob'},{'m|n' if n % 2 else 'm'}\n"
        for n in range(60)
    )
    bring("external_id,status,created_at,team,labels,assignee,macro_keys\n" + rows)
    by_agent = {
        line["agent"]: (line["value"], line["n"], line["is_small"])
        for line in facts("backlog", "--by", "agent")
    }
    assert by_agent == {"ann": (42, 42, False), "bob": (None, None, True)}
    assert {line["macro"]: line["value"] for line in facts("backlog", "--by", "macro")} == {"m": 60, "n": 30}
    narrowed = ["--filter=label=refund", "--filter=agent=ann", "--filter=macro=n"]
    assert [line["n"] for line in facts("backlog", *narrowed)] == [21]
    assert [line["n"] for line in facts("backlog", "--filter=macro=m")] == [60]
    assert [line["n"] for line in facts("backlog", "--filter=-macro=n")] == [30]


def test_definitions_are_data() -> None:
    found = json.loads(printed("--definitions", "--json"))
    by_key = {one["key"]: one for one in found["metrics"]}
    assert {"csat", "csat_stars", "sla_next_reply", "fcr", "backlog", "volume"} <= by_key.keys()
    assert by_key["fcr"]["mature_after_days"] == 7
    assert "team" in {one["key"] for one in found["dimensions"]}
    assert "FCR: 1 − contacts" in printed("--definitions")


def test_what_a_tile_says_below_its_figure_is_printed_too(payments: Team, gia: User) -> None:
    """From the same parts: each number of the report stands in the words of the tile."""
    days = [(n, f"2026-05-{1 + n % 28:02}") for n in range(40)]
    head = (
        "external_id,status,created_at,last_solved_at,team,labels,rating,rating_scale,rating_offered_at,rated_at,"
        "active_s,first_public_reply_at\n"
    )
    rows = "".join(
        f"t{n},solved,{day}T10:00Z,{day}T{11 + n % 9}:00Z,payments,refund,{'good' if n < 25 else ''},good_bad,"
        f"{day}T12:00Z,{f'{day}T13:00Z' if n < 25 else ''},{200 + n},{day}T10:{n:02}Z\n"
        for n, day in days
    )
    bring(head + rows)
    chosen = read("since=2026-05-01&until=2026-05-31", user=gia)
    tiles = {tile.metric.family: tile for tile in measuring.board(chosen, METRICS).tiles()}
    for metric in METRICS:
        [line] = facts(metric.key)
        small = [line[name] for name in line if name not in PLAIN]
        words = " ".join(fact.text for fact in tiles[metric.key].facts)
        assert (line["value"], line["n"]) == (tiles[metric.key].figure.value, tiles[metric.key].figure.n)
        for value in filter(None, small):
            assert any(said(value) in words for said in (share, clock, grouped)), (metric.key, value, words)
    assert {"median", "p90", "measured_on"} < facts("aht")[0].keys()
    assert facts("csat")[0]["response_rate"] == 0.625
    assert "response rate" in printed("csat", *DAYS)
    assert "62.5%" in printed("csat", *DAYS)


def test_the_backlog_is_told_by_its_age_as_on_its_tab(payments: Team, gia: User) -> None:
    bring(HEAD + "".join(f"b{n},open,2026-05-{1 + n:02}T10:00Z,payments\n" for n in range(28)))
    section = parts.ages(read("since=2026-05-01&until=2026-05-31", user=gia))
    assert section is not None
    [line] = facts("backlog")
    by_age = [line[f"open_from_{age}_days"] for age in backlogs.AGES]
    assert by_age == [n for _key, _label, n in section.context["rows"]]
    assert sum(by_age) == line["value"] == 28
    assert (line["excluded"], line["not_measured"]) == (0, None), (
        "nobody counts the latter: null, never a zero"
    )
    assert "–" in printed("backlog", *DAYS)
    assert [facts("backlog", "--by", "team")[0][f"open_from_{age}_days"] for age in backlogs.AGES] == by_age
    assert not {"open_from_0_days"} & facts("backlog", "--by", "week")[0].keys()


def test_of_an_agent_with_few_contacts_nothing_is_printed(payments: Team) -> None:
    head = "external_id,status,created_at,team,assignee,active_s,handled_at\n"
    bring(
        head
        + "".join(f"t{n},solved,2026-05-04T10:00Z,payments,thin,{200 + n},2026-05-04\n" for n in range(9))
    )
    [line] = facts("aht", "--by", "agent")
    assert (line["n"], line["is_small"]) == (9, True)
    assert [line[name] for name in ("value", "low", "high", "median", "p90", "measured_on")] == [None] * 6
