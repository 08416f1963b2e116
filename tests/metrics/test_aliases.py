"""Other names of labels: figures and lists count a ticket under the label that its source meant, and once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache

from metrics import aliases, levels, reporting
from metrics.dashboards import tickets
from metrics.dashboards.filters import read
from metrics.filters import Period
from metrics.models import Import, Rollup
from metrics.panels import last_days
from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Document
from tests import factories
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import table

HEAD = "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,active_s,first_public_reply_at\n"
# Ten tickets are about refunds: four by the label's name, three by another, two by both, one by a label merged into it.
LABELS = (*["refund"] * 4, *["refunds"] * 3, *["refund|refunds"] * 2, "chargeback", *["payout"] * 5)
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
DAYS = {"since": "2026-05-01", "until": "2026-05-31"}


def row(n: int, team: str, labels: str) -> str:
    day = f"2026-05-{1 + n:02}"
    solved = f"{day}T12:00Z" if n % 3 else ""
    status = "solved" if solved else "open"
    return f"t{n},{status},{day}T10:00Z,{solved},{solved},{team},{labels},{60 + n},{day}T10:05Z\n"


@pytest.fixture
def named(payments: Team, ana: User, ben: User) -> Import:
    """A label by its own name, by another, by both at once, and by one that was merged into it."""
    for key, data in (
        ("refund", {"aliases": ["Money-back", "refunds"]}),
        ("chargeback", {"status": "merged", "merged_into": "refund"}),
        ("payout", {}),
    ):
        factories.published(
            "label", key, author=ana, reviewer=ben, data={"group": "Money", "status": "active", **data}
        )
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, data={"labels": ["refund"]})
    made = bring(HEAD + "".join(row(n, payments.slug, labels) for n, labels in enumerate(LABELS)))
    cache.clear()
    return made


def test_a_name_means_one_label() -> None:
    of = aliases.resolved([
        ("a", ["Alpha", "b", "x"], ""), ("b", ["x"], ""), ("c", ["Gamma"], "d"), ("d", [], "a"), ("e", [], "f"),
        ("f", [], "e"),
    ])  # fmt: skip
    names = aliases.Names(of, frozenset())
    asked = {
        "Alpha": "a",
        "alpha": "a",
        "x": "a",
        "b": "b",
        "c": "a",
        "Gamma": "a",
        "d": "a",
        "e": "e",
        "z": "z",
    }
    assert {name: names.meant(name) for name in asked} == asked
    assert names.spelled(["d"]) == {"a", "Alpha", "alpha", "x", "c", "d", "Gamma", "gamma"}
    assert names.meant_by(["x", "", "a", "z"]) == ["a", "z"]


@pytest.mark.django_db
@pytest.mark.parametrize("metric", ["volume", "aht", "first_reply", "resolution", "backlog"])
def test_a_report_counts_a_ticket_under_the_label_once(metric: str, named: Import) -> None:
    lines = {
        line.keys["label"]: line.figure.n for line in reporting.report(None, metric, by=["label"], period=MAY)
    }
    assert set(lines) == {"refund", "payout"}
    for key, n in lines.items():
        [narrowed] = reporting.report(None, metric, period=MAY, narrow={"label": key})
        [by_sop] = reporting.report(None, metric, period=MAY, narrow={"sop": "SOP-0001"})
        assert narrowed.figure.n == n
        assert key == "payout" or by_sop.figure.n == n
    [alias] = reporting.report(None, metric, period=MAY, narrow={"label": "chargeback"})
    assert alias.figure.n == lines["refund"]
    if metric == "volume":
        assert lines == {"refund": 10, "payout": 5}


@pytest.mark.django_db
def test_dashboards_and_their_lists_say_the_same(named: Import, gia: User, as_person: Any) -> None:
    for asked in ("refund", "refunds", "chargeback"):
        chosen = read(f"since=2026-05-01&until=2026-05-31&label={asked}", user=gia)
        assert chosen.chosen("label") == "refund"
        assert [key for key, _said in chosen.offered("label")] == ["payout", "refund"]
        assert tickets.tickets(gia, chosen, "volume").count() == 10
    [tile] = table(as_person(gia), tab="volume", label="refunds", **DAYS)
    assert tile["n"] == "10"
    lines = table(as_person(gia), tab="aht", part="by", by="label", mix="same", **DAYS)
    assert {line["name"]: line["n"] for line in lines} == {"refund": "10", "payout": "5"}
    lines = table(as_person(gia), tab="aht", part="by", by="sop", **DAYS)
    assert [line["n"] for line in lines if line["sop"] == "SOP-0001"] == ["10"]
    assert read("label=refund", user=gia).last_day() == date(2026, 5, 10)  # of the one that was merged


@pytest.mark.django_db
def test_so_does_what_stands_beside_the_label(named: Import, gia: User) -> None:
    document = Document.objects.get(key="refund")
    panel = last_days(gia, document, document.versions.get())
    assert panel is not None
    [line] = panel.context["rows"]
    counted = {figure.metric.key: figure.n for figure in line.figures}
    assert (line.label, counted["volume"], counted["aht"]) == ("refund", 10, 10)


@pytest.mark.django_db
def test_without_other_names_the_small_level_answers(payments: Team, gia: User, ana: User, ben: User) -> None:
    factories.published(
        "label", "refund", author=ana, reviewer=ben, data={"group": "Money", "aliases": ["never-used"]}
    )
    bring(HEAD + row(1, payments.slug, "refund"))
    for by, narrow in ((("label",), {}), ((), {"label": "refund"})):
        assert levels.level_for(gia, by, levels.wanted(narrow)).rollups.model is Rollup
