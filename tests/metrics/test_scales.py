"""Satisfaction on every scale there is: each by itself, one of them for all that stands together, others told of."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from metrics import describing, reporting, rollups
from metrics.dashboards import measuring
from metrics.dashboards.filters import read
from metrics.dashboards.tabs import TABS
from metrics.definitions import CSAT, SCALES
from metrics.effects import counting as effects
from metrics.filters import Period
from metrics.improving import ranking
from metrics.improving.measuring import figures as initiative_figures
from metrics.improving.models import Initiative
from metrics.models import Rating, Rollup, StaleDay, Ticket
from metrics.movers import movers
from metrics.watching import watching
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,last_solved_at,team,labels,rating,rating_scale,rated_at,rating_offered_at\n"
DAYS = {"since": "2026-05-01", "until": "2026-05-28", "against": "nothing"}
MAY = Period(date(2026, 5, 1), date(2026, 5, 28))
# Of each scale how often which answer was given, and the share satisfied.
GIVEN: Final = {
    "good_bad": ({"good": 24, "bad": 6}, 0.8),
    "1_5": ({"5": 10, "4": 10, "3": 4, "1": 1}, 0.8),
    "fd_103": ({"103": 9, "101": 9, "100": 6, "-100": 2, "-103": 14}, 0.45),
    "1_3": ({"3": 12, "2": 4, "1": 6}, 12 / 22),
}
OTHERS: Final = {"nps": {"10": 50}, "ces": {"7": 3}}
ANSWERS: Final = {scale: sum(given.values()) for scale, (given, _share) in GIVEN.items()}


def rows(answers: dict[str, dict[str, int]], team: str) -> str:
    """A ticket an answer, one day after the other."""
    given = [(scale, one) for scale, of in answers.items() for one, n in of.items() for _n in range(n)]
    return "".join(
        f"{scale}{n},solved,2026-05-{1 + n % 28:02}T09:00Z,2026-05-{1 + n % 28:02}T10:00Z,{team},refund,{one},{scale},"
        f"2026-05-{1 + n % 28:02}T11:00Z,\n"
        for n, (scale, one) in enumerate(given)
    )


@pytest.fixture
def desk(payments: Team) -> None:
    """Two sources: one with Freshdesk's scale and 1 to 3, the other with the rest and with other questions."""
    given = {scale: answers for scale, (answers, _share) in GIVEN.items()}
    fresh = {scale: given.pop(scale) for scale in ("fd_103", "1_3")}
    bring(HEAD + rows(fresh, payments.slug), at=source("Fresh"))
    asked = f"asked,solved,2026-05-01T09:00Z,2026-05-01T10:00Z,{payments.slug},refund,,good_bad,,2026-05-01T10:00Z\n"
    bring(HEAD + rows({**given, **OTHERS}, payments.slug) + asked, at=source("Stars"))


def table(browser: Client, **params: str) -> list[dict[str, str]]:
    answer = browser.get(reverse("metrics:figures_csv"), {"tab": "csat", **DAYS, **params})
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def total(browser: Client, show: str, scale: str) -> int:
    answer = browser.get(reverse("metrics:tickets"), {"show": show, "scale": scale, **DAYS})
    found: int = answer.context["listing"].total
    return found


@pytest.mark.parametrize("metric", SCALES, ids=lambda metric: metric.scale)
def test_each_scale_is_told_by_itself_on_every_part_of_a_page(
    metric: Any, desk: None, gia: User, as_person: Any
) -> None:
    browser, scale = as_person(gia), metric.scale
    n, share = ANSWERS[scale], GIVEN[scale][1]
    [tile] = table(browser, scale=scale)
    assert (tile["metric"], tile["scale"], int(tile["n"])) == ("csat", scale, n)
    assert float(tile["value"]) == pytest.approx(share)
    for part in ("trend", "by"):
        lines = table(browser, scale=scale, part=part)
        assert {line["scale"] for line in lines} == {scale}
        assert sum(int(line["n"]) for line in lines) == n
    assert total(browser, "csat", scale) == n
    assert total(browser, "rated_bad", scale) == n - round(share * n)
    shown = browser.get(reverse("metrics:tab", args=["csat"]), {"scale": scale, **DAYS}).content.decode()
    assert f"{metric.label} over time" in shown
    assert f"{metric.label} by team" in shown
    assert re.search(rf'show=csat[^"]*scale={scale}', shown)
    [line] = reporting.report(None, metric, period=MAY)
    assert (line.figure.n, line.figure.value) == (n, pytest.approx(share))


def test_without_a_choice_the_scale_with_most_answers_holds_for_all(
    desk: None, gia: User, as_person: Any
) -> None:
    browser = as_person(gia)
    for part in ("", "trend", "by"):
        lines = table(browser, part=part)
        assert {line["scale"] for line in lines} == {"fd_103"}, part
        assert sum(int(line["n"]) for line in lines) == 40
    # On most days another scale has more answers: the day is told on that of the whole, or not at all.
    days = reporting.report(None, CSAT, by=["day"], period=MAY)
    assert {line.figure.metric.scale for line in days} == {"fd_103"}
    assert sum(line.figure.n for line in days) == 40
    [stars] = table(browser, source=str(source("Stars").pk))
    assert (stars["scale"], stars["n"]) == ("good_bad", "30")
    by_source = reporting.report(None, CSAT, by=["source"], period=MAY)
    assert [(line.figure.n, line.figure.excluded) for line in by_source] == [(40, 22), (0, 55 + 53)]


def test_a_tile_says_what_is_not_in_it_and_leads_there(desk: None, gia: User, as_person: Any) -> None:
    chosen = read("since=2026-05-01&until=2026-05-28", user=gia)
    [tile] = measuring.board(chosen, (CSAT,)).tiles()
    assert tile.metric.scale == "fd_103"
    assert (tile.figure.excluded, tile.figure.not_measured) == (30 + 25 + 22 + 53, 1)
    said = {fact.text: fact for fact in tile.facts}
    assert "99.2 % of those asked answered" in {text.replace("\u202f", " ") for text in said}
    assert said["53 answers to another question (NPS, effort) are not in it"].scale == ""
    other = said["30 answers on another scale are not in it: CSAT (good or bad)"]
    page = as_person(gia).get(reverse("metrics:dashboard"), {**DAYS, "label": "refund"}).content.decode()
    link = re.search(rf'href="([^"]*scale=good_bad)">{re.escape(other.text)}', page)
    assert link
    assert as_person(gia).get(link[1].replace("&amp;", "&")).context["metric"].scale == "good_bad"
    assert "label=refund" in link[1]


def test_other_questions_alone_are_no_satisfaction(payments: Team, gia: User, as_person: Any) -> None:
    bring(HEAD + rows(OTHERS, payments.slug))
    page = as_person(gia).get(reverse("metrics:tab", args=["csat"]), DAYS).content.decode()
    assert "not measured" in page
    assert "53 answers to another question (NPS, effort) are not in it" in page
    [line] = reporting.report(None, CSAT, period=MAY)
    assert (line.figure.value, line.figure.n, line.figure.not_measured) == (None, 0, 0)


def test_every_tile_leads_to_a_definition_that_is_there(desk: None, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    there = {
        *re.findall(
            r'<section class="card" id="([^"]+)"', browser.get("/metrics/definitions").content.decode()
        )
    }
    assert there >= {metric.family for metric in reporting.known().values()}
    assert {metric.key for metric in describing.metrics()} == {
        metric.family for metric in reporting.known().values()
    }
    for scale in ("", *GIVEN):
        for key in TABS:
            where = reverse("metrics:tab", args=[key]) if key else reverse("metrics:dashboard")
            page = browser.get(where, {"scale": scale, **DAYS}).content.decode()
            led = {*re.findall(rf'href="{reverse("metrics:definitions")}#([^"]+)"', page)}
            assert led <= there, (key, scale)
            assert led or not TABS[key].metrics


def test_a_comparison_is_of_the_scale_of_now(desk: None, payments: Team, gia: User) -> None:
    """Before, everybody was asked on another scale: there is nothing to compare with, rather than that."""
    before = rows({"good_bad": {"good": 90}}, payments.slug).replace("2026-05-", "2026-04-")
    bring(HEAD + before, at=source("Before"))
    chosen = read("since=2026-05-01&until=2026-05-28", user=gia)
    board = measuring.board(chosen, (CSAT,), CSAT)
    [tile] = board.tiles()
    assert tile.other is not None
    assert (tile.other.n, tile.change) == (0, None)
    points, others = board.points(CSAT)
    assert {point.figure.metric.scale for point in (*points, *others)} == {"fd_103"}


def test_whatever_else_counts_answers_takes_every_scale(desk: None, gia: User) -> None:
    for scale, n in ANSWERS.items():
        [row] = ranking.ranked({}, MAY, gia, date(2026, 5, 29), scale=scale)
        unhappy = n - round(GIVEN[scale][1] * n)
        assert (row.csat.n, row.dissatisfied) == (n, pytest.approx((unhappy + 0.5) / (n + 1)))
        assert row.elsewhere == sum(ANSWERS.values()) - n
        draft = Initiative(label="refund")
        found = initiative_figures(draft, gia, MAY, ["csat"], scale=scale)["csat"]
        assert (found.n, found.metric.scale) == (n, scale)
    [row] = ranking.ranked({}, MAY, gia, date(2026, 5, 29))
    assert row.csat.metric.scale == "fd_103"
    series = {
        (each.metric, each.scale): standing
        for each, standing in watching.standings(date(2026, 5, 28))
        if each.team_id is None and each.site_id is None
    }
    assert ("csat", "fd_103") in series
    team = Team.objects.get(slug="payments")
    group = effects.Group(["refund"], [], [team.pk])
    assert effects.csat_measure(group, MAY.first, MAY.last).metric.scale == "fd_103"


def test_a_team_that_moved_on_any_scale_is_told(payments: Team, gia: User) -> None:
    many = {"fd_103": {"103": 80, "-103": 20}}
    few = {"fd_103": {"103": 30, "-103": 70}}
    before = rows(many, payments.slug).replace("2026-05-", "2026-04-")
    bring(HEAD + re.sub(r"^fd_103", "old", before, flags=re.MULTILINE) + rows(few, payments.slug))
    [mover] = movers(gia, date(2026, 5, 29))
    assert (mover.share.scale, mover.before, mover.now) == ("fd_103", pytest.approx(0.8, abs=0.01), 0.3)


def test_of_an_older_desk_the_days_with_such_answers_are_added_up_anew(desk: None) -> None:
    Rating.objects.exclude(ticket__in=Ticket.objects.filter(external_id="fd_1030")).filter(
        scale="fd_103"
    ).delete()
    Rating.objects.filter(scale__in=("1_3", "nps", "ces")).delete()
    [rated] = Rating.objects.filter(scale="fd_103")
    # Another question was asked of one on the 27th, and one answered twice in the same moment of the 28th.
    other, twice = Ticket.objects.filter(external_id__in=("good_bad0", "good_bad1")).order_by("external_id")
    for day, ticket, scale in ((27, other, "nps"), (28, twice, "good_bad"), (28, twice, "good_bad")):
        at = datetime(2026, 5, day, 12, tzinfo=UTC)
        Rating.objects.create(ticket=ticket, scale=scale, raw="5", normalised="positive", counts_at=at)
    Rollup.objects.update(freshdesk_n=None)
    with connection.schema_editor() as editor:
        import_module("metrics.migrations.0022_every_scale_of_satisfaction").mark(None, editor)
    days = {rated.counts_at.date(), *(date(2026, 5, day) for day in (1, 2, 27, 28))}
    assert {*StaleDay.objects.values_list("ticket_import", "day")} == {(None, day) for day in days}
    while rollups.catch_up(None):
        pass
    assert Rollup.objects.filter(label="", freshdesk_n=1).count() == 1
