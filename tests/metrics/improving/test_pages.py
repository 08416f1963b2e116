"""The pages: what each person sees and does there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics import rollups
from metrics.filters import Period
from metrics.improving import initiatives, measuring
from metrics.improving.errors import InitiativeRefused
from metrics.improving.models import Initiative
from metrics.improving.scopes import Scope
from metrics.models import Rollup, Source, Week
from sopdesk.accounts.models import Team, User
from sopdesk.documents import editing
from tests import factories
from tests.metrics.dashboards.test_tiles_as_files import taken, tiles
from tests.spans import spans_of

pytestmark = pytest.mark.django_db
LAST = date(2026, 6, 28)
MAY = {"until": "2026-06-28", "period": "28"}
PARTS = {
    "created_n": 400, "measured_n": 400, "handled_n": 400, "handle_s": 240000, "handle_square": 2e8,
    "good_n": 80, "bad_n": 20, "solved_n": 300, "reopen_known_n": 300, "reopened_n": 30,
}  # fmt: skip
SAID = {
    "title": "Better refunds", "why": "Slow.", "metric": "csat", "direction": "up", "target": "85",
    "due_on": "2026-12-31",
}  # fmt: skip


def address(name: str, *args: Any) -> str:
    return reverse(f"improving:{name}", args=args)


def rolled(team: Team, label: str, **place: str) -> None:
    source, _made = Source.objects.get_or_create(name="Helpdesk", defaults={"time_zone": "UTC"})
    for day in (LAST - timedelta(days=7), LAST + timedelta(days=28)):
        Rollup.objects.create(day=day, source=source, team=team, label=label, **place, **PARTS)
        for span in spans_of(day):
            Week.objects.create(**span, source=source, team=team, label=label, **place, **PARTS)


@pytest.fixture
def refund(payments: Team) -> None:
    rolled(payments, "refund")
    rollups.refresh_facets()


def new(browser: Any, person: User, **values: Any) -> Any:
    url = f"{address('initiative_new')}?label=refund&lever=no_sop&until=2026-06-28&period=28"
    return browser.post(url, {**SAID, "owner": person.pk, **values})


@pytest.mark.usefixtures("refund")
def test_from_the_row_to_an_initiative_and_its_effect(ana: User, as_person: Any) -> None:
    browser = as_person(ana)
    page = browser.get(address("work"), MAY).content.decode()
    assert all(
        text in page
        for text in ("refund", "No SOP", "Make an initiative", "agent-hours a week ×", ">100</a>")
    )
    answer = new(browser, ana)
    made = Initiative.objects.get()
    assert (answer.url, made.target) == (address("initiative", made.pk), 0.85)
    page = browser.get(answer.url).content.decode()
    assert all(text in page for text in ("Baseline: 1 Jun 2026 to 28 Jun 2026", "cannot be told from chance"))
    assert "Better refunds" in browser.get(address("work"), MAY).content.decode()


@pytest.mark.usefixtures("refund")
def test_what_is_refused_keeps_what_was_typed(ana: User, as_person: Any) -> None:
    browser = as_person(ana)
    for wrong in ({"target": "120"}, {"due_on": "x"}, {"owner": "0"}):
        answer = new(browser, ana, **wrong)
        assert answer.status_code == 422
        assert "Better refunds" in answer.content.decode()
    assert browser.get(f"{address('initiative_new')}?label=nothing").status_code == 404


@pytest.mark.usefixtures("refund")
def test_steps_and_changes(ana: User, ben: User, gia: User, as_person: Any) -> None:
    browser = as_person(ana)
    new(browser, ana)
    made = Initiative.objects.get()
    past = [factories.past(ana, ben)]
    sop = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    change = editing.start_change(sop, actor=ana).change
    browser.post(address("initiative_link", made.pk), {"change": change.pk})
    assert "Better refunds" in browser.get(reverse("changes:read", args=[change.pk])).content.decode()
    assert browser.post(address("initiative_link", made.pk), {"change": "x"}).status_code == 422
    browser.post(address("initiative_unlink", made.pk, change.pk))
    assert not made.changes.exists()
    browser.post(address("initiative_move", made.pk), {"step": "begin"})
    answer = browser.post(address("initiative_move", made.pk), {"step": "drop", "note": " "})
    assert (answer.status_code, Initiative.objects.get().state) == (409, "under_way")
    browser.post(address("initiative_edit", made.pk), {**SAID, "owner": gia.pk, "target": "90"})
    made.refresh_from_db()
    assert (made.owner, made.target) == (gia, 0.9)
    assert browser.get(address("initiative_edit", made.pk)).status_code == 404


@pytest.mark.usefixtures("refund")
def test_pages_are_taken_away_as_they_are(ana: User, finn: User, as_person: Any) -> None:
    browser = as_person(ana)
    page = browser.get(address("work"), MAY)
    [row], [[shown, *_rest]] = taken(browser, "work", **MAY), page.context["rows"]
    assert (row["label"], row["dissatisfied_n"], row["hours_n"]) == ("refund", "100", "400")
    assert float(row["hours_low"]) == pytest.approx(shown.hours_between[0], rel=1e-4)
    assert taken(as_person(finn), "work", **MAY) == []
    made = Initiative.objects.get(pk=new(browser, ana).url.rsplit("/", 1)[1])
    read = browser.get(address("initiative", made.pk))
    for html in (page, read):
        found = tiles(html.content.decode())
        assert found
        assert all(".csv" in tile and "data-picture hidden" in tile for tile in found)
    effects = taken(browser, "initiative", initiative=made.pk)
    assert (effects[0]["metric"], effects[0]["baseline_n"], effects[0]["now_n"]) == (
        "csat", "100", "100",
    )  # fmt: skip
    way = taken(browser, "initiative-way", initiative=made.pk)
    assert [row["n"] for row in way if row["n"] != "0"] == ["100", "100"]
    hidden = as_person(finn).get(reverse("metrics:tile_csv", args=["initiative"]), {"initiative": made.pk})
    assert hidden.status_code == 404


@pytest.mark.usefixtures("refund")
def test_a_vendors_lead_sees_none_of_ours(ana: User, finn: User, as_person: Any) -> None:
    new(as_person(ana), ana)
    made, lead = Initiative.objects.get(), as_person(finn)
    assert "refund" not in lead.get(address("work"), MAY).content.decode().split("<main")[1]
    assert "Better refunds" not in lead.get(address("initiatives")).content.decode()
    assert lead.get(address("initiative", made.pk)).status_code == 404


@pytest.mark.usefixtures("refund")
def test_a_lever_and_an_order_stand_in_the_address(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    assert (
        "Make an initiative"
        not in browser.get(address("work"), {**MAY, "lever": "stale_sop"}).content.decode()
    )
    for query in ("sort=hours", "sort=__class__", "lever=x", "period=x", "until=x", "team=nobody"):
        assert browser.get(f"{address('work')}?{query}").status_code == 200


@pytest.mark.parametrize("name", ["work", "initiatives"])
def test_empty_pages_say_what_they_are_for(name: str, gia: User, as_person: Any) -> None:
    assert "empty-state" in as_person(gia).get(address(name)).content.decode()


@pytest.mark.parametrize("name", ["work", "initiatives"])
def test_more_rows_take_no_more_queries(
    name: str,
    gia: User,
    payments: Team,
    as_person: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def add(start: int, count: int) -> None:
        for number in range(start, start + count):
            rolled(payments, f"label-{number}")
            said = {"label": f"label-{number}", "lever": "no_sop", "state": "proposed", "metric": "csat"}
            more = {"owner": gia, "created_by": gia, "direction": "up", "target": 0.9, "due_on": LAST}
            Initiative.objects.create(title=f"Better {number}", **said, **more)
        rollups.refresh_facets()

    browser = as_person(gia)
    add(0, 1)
    browser.get(address(name), MAY)
    with django_assert_max_num_queries(60) as one:
        browser.get(address(name), MAY)
    add(1, 20)
    with django_assert_max_num_queries(len(one)):
        browser.get(address(name), MAY)


def test_is_late_only_while_it_runs(ana: User) -> None:
    made = Initiative(state="under_way", due_on=LAST)
    assert initiatives.is_late(made, LAST + timedelta(days=1))
    assert not initiatives.is_late(made, LAST)
    made.state = "done"
    assert not initiatives.is_late(made, LAST + timedelta(days=1))


@pytest.mark.usefixtures("refund")
def test_its_chart_marks_what_was_published_for_its_label(ana: User, ben: User, as_person: Any) -> None:
    browser = as_person(ana)
    made = new(browser, ana).url
    for key, label in (("SOP-0001", "refund"), ("SOP-0002", "payout")):
        at = datetime(2026, 7, 8, 9, tzinfo=UTC)
        factories.published("sop", key, author=ana, reviewer=ben, since=at, data={"labels": [label]})
    answer = browser.get(made)
    assert [mark["name"] for mark in answer.context["chart"]["marks"]] == [
        "baseline ends 28 Jun", "SOP-0001 v1",
    ]  # fmt: skip
    assert "1 publication of an SOP" in answer.content.decode()


def narrowed(browser: Any, person: User, **choices: str) -> Any:
    said = {"label": "refund", "lever": "no_sop", **MAY, **choices}
    return browser.post(f"{address('initiative_new')}?{urlencode(said)}", {**SAID, "owner": person.pk})


def test_made_from_a_narrowed_row_it_is_of_these_tickets(
    payments: Team, harbor_payments: Team, gia: User, finn: User, as_person: Any
) -> None:
    rolled(payments, "refund")
    rolled(harbor_payments, "refund")
    rolled(harbor_payments, "refund", channel="chat")
    # A day on which somebody answered and nothing was created.
    Rollup.objects.create(
        day=LAST - timedelta(days=3), source=Source.objects.get(), team=harbor_payments, label="refund",
        channel="chat", good_n=0,
    )  # fmt: skip
    rollups.refresh_facets()
    browser, chat = as_person(gia), {"site": "harbor", "channel": "chat"}
    shown = browser.get(address("work"), {**MAY, **chat})
    assert "site=harbor" in shown.content.decode().split("Make an initiative")[0].rsplit("<a", 1)[1]
    before = browser.get(f"{address('initiative_new')}?{urlencode({'label': 'refund', **MAY, **chat})}")
    assert "Of Harbor alone. Channel: <bdi>chat</bdi>." in " ".join(before.content.decode().split())
    page = browser.get(narrowed(browser, gia, **chat).url).content.decode()
    made = Initiative.objects.get()
    assert (made.site, made.scope) == (harbor_payments.site, {"channel": "chat"})
    assert made.baselines.get(metric="csat").n == 100, "of three hundred of the label"
    assert [one.now.n for one in measuring.effects(made, gia)][:1] == [100]
    assert "site=harbor&amp;channel=chat" in page
    assert '<dd dir="auto">chat</dd>' in page
    assert list(Initiative.objects.visible_to(finn)) == [made]
    listed = browser.get(address("initiatives")).content.decode()
    assert "Channel: <bdi>chat</bdi>" in listed
    assert "Better refunds" in browser.get(address("work"), {**MAY, **chat}).content.decode()
    for other in ({}, {"site": "harbor"}, {"channel": "chat"}):
        assert "Better refunds" not in browser.get(address("work"), {**MAY, **other}).content.decode()


def test_a_team_or_a_source_is_kept_and_named(
    payments: Team, harbor_payments: Team, gia: User, as_person: Any
) -> None:
    rolled(payments, "refund")
    rolled(harbor_payments, "refund")
    rollups.refresh_facets()
    source, browser = str(Source.objects.get().pk), as_person(gia)
    page = browser.get(narrowed(browser, gia, team="harbor-payments", source=source).url).content.decode()
    made = Initiative.objects.get()
    assert (made.site, made.scope) == (
        harbor_payments.site, {"team": "harbor-payments", "source": source},
    )  # fmt: skip
    assert made.baselines.get(metric="csat").n == 100
    assert "Harbor Payments</dd>" in page
    assert "Helpdesk</dd>" in page
    assert narrowed(browser, gia, site="vendor").status_code == 302
    assert Initiative.objects.latest("pk").baselines.get(metric="csat").n == 100


def test_a_lead_proposes_of_no_other_site(
    payments: Team, harbor_payments: Team, finn: User, as_person: Any
) -> None:
    rolled(payments, "refund")
    rolled(harbor_payments, "refund")
    rollups.refresh_facets()
    browser = as_person(finn)
    for choice in ({"site": "dublin"}, {"team": "payments"}, {"site": "in_house"}):
        assert narrowed(browser, finn, **choice).status_code == 404
    values = {**SAID, "owner": finn, "target": 0.9, "due_on": LAST, "label": "refund", "lever": "no_sop"}
    period = Period(LAST - timedelta(days=27), LAST)
    for scope in (Scope(), Scope(payments.site), Scope(harbor_payments.site, {"team": "payments"})):
        with pytest.raises(InitiativeRefused):
            initiatives.propose(actor=finn, period=period, scope=scope, **values)
    assert narrowed(browser, finn, team="harbor-payments").status_code == 302
    assert Initiative.objects.get().site == harbor_payments.site
