"""Value, n, interval and "not measured" are words that everybody can read, not titles that only a mouse finds."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.template.loader import render_to_string

from metrics.dashboards import markup
from metrics.dashboards.comparing import Change
from metrics.dashboards.filters import read
from metrics.dashboards.models import Mailing, SavedView
from metrics.dashboards.writing import letter
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.panels import LabelFigures
from metrics.reporting import Figure
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import HEAD, address, page, rows

DAYS = {"since": "2026-05-01", "until": "2026-05-31"}
TAG = re.compile(r"<[^>]*>")


def words(html: str) -> str:
    return " ".join(TAG.sub(" ", html).replace("\u202f", " ").replace("&nbsp;", " ").split())


def test_a_change_says_its_interval() -> None:
    change = Change(0.05, -0.0032, 0.1034, 0)
    assert words(markup.reach(change, CSAT)) == "95 %: −0.3 pp … +10.3 pp"
    assert "title=" not in markup.change(change, CSAT) + markup.reach(change, CSAT)
    assert markup.reach(Change(12), VOLUME) == ""


def test_what_was_not_measured_is_no_dash() -> None:
    assert words(markup.value_or_why(Figure(AHT, None, 0))) == "not measured"
    assert words(markup.value_or_why(Figure(CSAT, None, 7, is_small=True))) == "too few"


def test_the_panel_beside_a_label_says_n_interval_and_what_was_not_measured() -> None:
    figures = [Figure(VOLUME, 40, 40), Figure(CSAT, 0.825, 40, 0.68, 0.912), Figure(AHT, None, 0)]
    days = {"first": date(2026, 5, 1), "last": date(2026, 5, 28)}
    rows_shown = [LabelFigures("refund", figures, "/")]
    shown = render_to_string("metrics/figures_panel.html", {"rows": rows_shown, **days})
    for said in ("Volume 40", "CSAT 82.5 % n 40 · 68.0 % – 91.2 %", "AHT not measured"):
        assert said in words(shown)
    assert "title=" not in shown.split("<tbody")[1].split("</table>")[0]


@pytest.mark.django_db
def test_a_tile_its_line_and_its_letter_say_the_interval_of_the_change(
    payments: Team, gia: User, as_person: Any
) -> None:
    bring(HEAD + rows(40, payments.slug) + rows(40, payments.slug, month=4, good_of=2))
    [tile] = as_person(gia).get(address("csat"), DAYS).context["tiles"]
    low, high = (f"{100 * value:+.1f} pp" for value in (tile.change.low, tile.change.high))
    shown = words(page(as_person(gia), "csat", **DAYS))
    assert shown.count(f"95 %: {low} … {high}") == 2, "on the tile, and in its team's line"
    assert f"n {tile.figure.n} · 95 %: " in shown
    view = SavedView(owner=gia, name="May", tab="csat", query="since=2026-05-01&until=2026-05-31")
    body = letter(Mailing(view=view, owner=gia), gia).body.replace("\u202f", " ")
    assert f"({low} … {high}" in body
    assert read(view.query, user=gia).against_label


@pytest.mark.django_db
@pytest.mark.parametrize(("tab", "head"), [("csat", "Change, 95 %"), ("volume", "Change")])
def test_the_head_of_a_table_names_the_interval_of_changes_that_have_one(
    payments: Team, gia: User, as_person: Any, tab: str, head: str
) -> None:
    bring(HEAD + rows(40, payments.slug) + rows(40, payments.slug, month=4, good_of=2))
    table = page(as_person(gia), tab, **DAYS).partition('id="lines-title"')[2].partition("</thead>")[0]
    heads = [words(cell) for cell in re.findall("<th .*?</th>", table)]
    assert head in heads
