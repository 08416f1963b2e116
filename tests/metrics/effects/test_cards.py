"""Cards: made by themselves on their day, never altered, and shown to nobody who may not read the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from metrics import reporting
from metrics.definitions import AHT, CSAT, REOPENED
from metrics.effects import asking, counting, looking, tasks
from metrics.effects.counting import Group
from metrics.effects.measures import CSAT_TWO, HANDLED, REOPENINGS
from metrics.effects.models import Card
from metrics.models import Rollup
from metrics.summing import mature_until
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents.models import Document
from sopdesk.jobs import running
from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from tests import factories
from tests.metrics.bringing import bring
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
DUBLIN = ZoneInfo("Europe/Dublin")
SINCE = datetime(2026, 6, 15, 9, tzinfo=DUBLIN)
FIRST, LAST = date(2026, 5, 10), date(2026, 7, 25)
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,rating,rating_scale,rated_at,"
    "active_s,reopen_count\n"
)


def tickets(team: str) -> str:
    """Twelve tickets a day: six to be refunded, handled in half the time from the change on; six others as ever."""
    lines = []
    for number in range((LAST - FIRST).days * 12):
        day, label = FIRST + timedelta(days=number // 12), ("refund-request", "other")[number % 2]
        faster = label == "refund-request" and day >= SINCE.date()
        handled = (300 + 17 * (number % 13)) // (2 if faster else 1)
        lines.append(
            f"{team}{number},solved,{day}T10:00Z,{day}T12:00Z,{day}T12:00Z,{team},{label},"
            f"{'bad' if number % 5 == 0 else 'good'},good_bad,{day}T13:00Z,{handled},{number % 9 == 0:d}\n"
        )
    return "".join(lines)


@pytest.fixture(scope="module", autouse=True)
def looked_at(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Ten weeks of tickets of two sites, one change of an SOP, and every look that was due: for all these tests."""

    def write() -> None:
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
            dublin = factories.site("Dublin")
            harbor = factories.site("Harbor", kind="vendor", time_zone="Asia/Manila")
            own = factories.team("Payments", at=dublin)
            vendors = factories.team("Harbor Payments", at=harbor)
            factories.team("Policy", at=dublin)
            author = factories.user("An Author", "author", team=own)
            reviewer = factories.user("A Reviewer", "reviewer", team=own, functions=["product", "operations"])
            bring(HEAD + tickets(own.slug) + tickets(vendors.slug))
            with connection.cursor() as cursor:  # by itself Postgres counts only what was committed
                cursor.execute("ANALYZE")
            versions = [
                factories.past(author, reviewer, since=since, data={"labels": ["refund-request"]})
                for since in (datetime(2025, 9, 1, tzinfo=DUBLIN), SINCE)
            ]
            factories.published("sop", "SOP-0001", author=author, reviewer=reviewer, versions=versions)
            tasks.look()
            work()

    with rows_of_a_module(django_db_blocker, write):
        yield


@pytest.fixture
def payments(db: None) -> Team:
    return Team.objects.get(slug="payments")


@pytest.fixture
def policy(db: None) -> Team:
    return Team.objects.get(slug="policy")


@pytest.fixture
def harbor_payments(db: None) -> Team:
    return Team.objects.get(slug="harbor-payments")


@pytest.fixture
def sop(db: None) -> Document:
    return Document.objects.get(key="SOP-0001")


def work() -> None:
    for job in Job.objects.filter(kind=looking.KIND).unfinished():
        while running.run(job.pk):
            pass


@pytest.fixture
def cards(db: None) -> list[Card]:
    return list(Card.objects.order_by("pk"))


def reading(card: Card, key: str) -> dict[str, Any]:
    return next(each for each in card.readings if each["key"] == key)


def test_each_look_whose_day_has_come_is_taken_once(cards: list[Card]) -> None:
    sites = {card.site and card.site.slug for card in cards}
    assert sites == {None, "dublin", "harbor"}
    assert {card.look for card in cards} == {2, 4, 8}
    assert {card.version.number for card in cards} == {2}
    assert looking.due() == []
    assert looking.submit_due() == 0
    assert Card.objects.count() == len(cards) == 9


def test_a_card_says_what_moved_and_against_whom(cards: list[Card]) -> None:
    card = next(card for card in cards if card.look == 8 and card.site is None)
    handled = reading(card, "aht")
    assert handled["looks"] == [0.25, 0.75, 1]
    assert (card.verdict, handled["verdict"]) == ("moved", "down")
    assert handled["effect"]["value"] == pytest.approx(0.5, abs=0.02)
    assert handled["others"]["change"]["value"] == pytest.approx(1, abs=0.02)
    assert handled["ours"]["before"]["n"] == 28 * 12
    assert reading(card, "csat")["verdict"] == "no_difference"
    assert reading(card, "volume")["missing"] == {"why": "constant"}


def test_too_early_a_card_says_what_is_missing_and_until_when(cards: list[Card]) -> None:
    card = next(card for card in cards if card.look == 2 and card.site is None)
    assert reading(card, "reopened")["missing"] == {"why": "immature", "day": "2026-07-06"}
    assert reading(card, "csat")["ours"]["after"]["n"] == 7 * 12


def test_a_card_counts_what_the_dashboard_counts(sop: Document) -> None:
    group = Group(["refund-request"], ["refund-request"], [*Team.objects.values_list("pk", flat=True)])
    parts = reporting.parts(Rollup.objects.filter(label="refund-request"))
    for measure, metric in ((CSAT_TWO, CSAT), (HANDLED, AHT), (REOPENINGS, REOPENED)):
        last = mature_until() if metric is REOPENED else LAST  # the dashboard leaves out what is not mature
        n, total = counting.counts(measure, group, FIRST, LAST).sums(FIRST, last, ours=True)
        figure = reporting.figure(metric, parts)
        assert n == figure.n
        assert measure is HANDLED or total / n == figure.value


def test_a_card_is_never_altered(cards: list[Card]) -> None:
    for attempt in (lambda: cards[0].delete(), lambda: Card.objects.update(look=4)):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_asked_anew_it_is_another_row(cards: list[Card], gia: User, finn: User) -> None:
    with pytest.raises(PermissionDenied):
        asking.ask_anew(cards[0], actor=finn)
    first, second = (asking.ask_anew(cards[0], actor=gia) for _ in range(2))
    assert first == second
    assert first.importance == Importance.FIRST  # somebody waits for this one
    assert {job.importance for job in Job.objects.exclude(pk=first.pk)} == {Importance.LATER}
    work()
    again = Card.objects.filter(asked_by=gia)
    assert {card.look for card in again} == {cards[0].look}
    assert again.count() == 3
    assert Card.objects.count() == 12
    assert Entry.objects.filter(event="effect:asked_anew").count() == 2


def test_a_vendors_lead_sees_cards_of_their_own_site_alone(
    cards: list[Card], finn: User, gia: User, dev: User, as_person: Any
) -> None:
    assert {card.site_id for card in Card.objects.visible_to(finn)} == {finn.team and finn.team.site_id}
    assert Card.objects.visible_to(gia).count() == 9
    assert not Card.objects.visible_to(dev).exists()
    whole = next(card for card in cards if card.site is None)
    assert as_person(finn).get(reverse("effects:read", args=[whole.pk])).status_code == 404
    listed = as_person(finn).get(reverse("effects:list")).content.decode()
    assert "Harbor" in listed
    assert "all sites" not in listed


def test_pages_show_the_latest_look_and_panels_lead_to_it(
    cards: list[Card], sop: Document, gia: User, ana: User, as_person: Any
) -> None:
    latest = next(card for card in cards if card.look == 8 and card.site is None)
    address = reverse("effects:read", args=[latest.pk])
    for url in (reverse("effects:list"), reverse("sops:read", args=["SOP-0001"])):
        assert f'href="{address}"' in as_person(gia).get(url).content.decode()
    change = reverse("changes:read", args=[latest.change_id])
    assert f'href="{address}"' in as_person(ana).get(change).content.decode()
    page = as_person(gia).get(address).content.decode()
    assert "associated with the change" in page
    assert "Comparison group" in page
    assert re.search(r"9\d\.\d\N{NARROW NO-BREAK SPACE}% interval", unescape(page))
    assert re.search(r"An effect of [\d.]+\N{NARROW NO-BREAK SPACE}pp would have been needed", page)
    odd = as_person(gia).get(reverse("effects:list"), {"verdict": "odd", "sort": "--x", "page": "-1"})
    assert odd.status_code == 200


def test_a_list_takes_as_many_queries_with_one_card_as_with_more(
    cards: list[Card],
    ana: User,
    ben: User,
    gia: User,
    as_person: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser, address = as_person(gia), reverse("effects:list")
    with django_assert_max_num_queries(99) as few:
        assert len(browser.get(address).context["rows"]) == 1
    for number in range(3):
        other = factories.published("sop", f"SOP-001{number}", author=ana, reviewer=ben)
        card = next(card for card in cards if card.site is None)
        card.pk, card.version = None, other.versions.get()
        card.save(force_insert=True)
    with django_assert_max_num_queries(len(few)):
        assert len(browser.get(address).context["rows"]) == 4


def test_sites_share_what_chance_may_do(cards: list[Card]) -> None:
    whole, alone = (
        reading(next(c for c in cards if c.look == 8 and bool(c.site) == by_site), "csat")
        for by_site in (False, True)
    )
    assert (whole["sites"], alone["sites"]) == (1, 2)
    assert whole["confidence"] < alone["confidence"]


def test_a_card_of_the_first_method_can_still_be_read(cards: list[Card], gia: User, as_person: Any) -> None:
    card = next(card for card in cards if card.look == 4 and card.site is None)
    old = [
        {
            name: value
            for name, value in each.items()
            if name not in {"looks", "confidence", "sites", "needed"}
        }
        for each in card.readings
    ]
    card.pk, card.readings, card.method, card.asked_by = None, old, 1, gia
    card.save(force_insert=True)
    page = as_person(gia).get(reverse("effects:read", args=[card.pk])).content.decode()
    assert "95.0\N{NARROW NO-BREAK SPACE}% interval" in unescape(page)
    assert "would have been needed" not in page
