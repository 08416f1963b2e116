"""manage.py report prints what the dashboards draw, and says what there is when asked for what there is not."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sopdesk.accounts.models import Team
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
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
    ):
        with pytest.raises(CommandError, match=says):
            printed(*arguments)


def test_definitions_are_data() -> None:
    found = json.loads(printed("--definitions", "--json"))
    by_key = {one["key"]: one for one in found["metrics"]}
    assert {"csat", "csat_stars", "sla_next_reply", "fcr", "backlog", "volume"} <= by_key.keys()
    assert by_key["fcr"]["mature_after_days"] == 7
    assert "team" in {one["key"] for one in found["dimensions"]}
    assert "FCR: 1 − contacts" in printed("--definitions")
