"""Cards: made by themselves on their day, never altered, and shown to nobody who may not read the figures."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics import reporting
from metrics.definitions import AHT, CSAT, REOPENED
from metrics.effects import asking, counting, looking
from metrics.effects.groups import Group
from metrics.effects.measures import CSATS, HANDLED, REOPENINGS
from metrics.effects.models import Card
from metrics.models import Rollup
from metrics.summing import mature_until
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents.models import Document
from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from tests import factories
from tests.metrics.effects.desk_of_two_sites import (
    FIRST,
    LAST,
    of,
    reading,
    work,
)

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 6, 29)


def test_each_look_whose_day_has_come_is_taken_once(cards: list[Card]) -> None:
    sites = {card.site and card.site.slug for card in cards}
    assert sites == {None, "dublin", "harbor"}
    assert {card.look for card in cards} == {2, 4, 8}
    assert {card.version.number for card in cards} == {2}
    assert looking.submit_due() == 0
    assert Card.objects.count() == len(cards) == 9


def test_a_card_says_what_moved_and_against_whom(cards: list[Card]) -> None:
    card = of(cards, None)
    handled = reading(card, "aht")
    assert handled["looks"] == [0.25, 0.75, 1]
    assert (card.verdict, handled["verdict"]) == ("moved", "down")
    assert handled["effect"]["value"] == pytest.approx(0.5, abs=0.02)
    assert handled["others"]["change"]["value"] == pytest.approx(1, abs=0.02)
    assert handled["ours"]["before"]["n"] == 28 * 12
    assert reading(card, "csat")["verdict"] == "no_difference"
    assert reading(card, "volume")["missing"] == {"why": "constant"}


def test_too_early_a_card_says_what_is_missing_and_until_when(cards: list[Card]) -> None:
    card = of(cards, None, 2)
    assert reading(card, "reopened")["missing"] == {"why": "immature", "day": "2026-07-06"}
    assert reading(card, "csat")["ours"]["after"]["n"] == 7 * 12


def test_a_card_counts_what_the_dashboard_counts(sop: Document) -> None:
    group = Group(["refund-request"], ["refund-request"], [*Team.objects.values_list("pk", flat=True)])
    parts = reporting.parts(Rollup.objects.filter(label="refund-request"))
    for measure, metric in ((CSATS[0], CSAT), (HANDLED, AHT), (REOPENINGS, REOPENED)):
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


def test_asked_anew_on_another_day_it_is_another_job(
    cards: list[Card], gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first may have made no card: it found a team that has not its weeks yet."""
    first = asking.ask_anew(cards[0], actor=gia)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2999, 1, 1))
    assert asking.ask_anew(cards[0], actor=gia) != first


def test_a_vendors_lead_sees_cards_of_their_own_site_alone(
    cards: list[Card], finn: User, gia: User, dev: User, as_person: Any
) -> None:
    assert {card.site_id for card in Card.objects.visible_to(finn)} == {finn.team and finn.team.site_id}
    assert Card.objects.visible_to(gia).count() == 9
    assert not Card.objects.visible_to(dev).exists()
    assert as_person(finn).get(reverse("effects:read", args=[of(cards, None).pk])).status_code == 404
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
    card = of(cards, None, 4)
    later = {"looks", "confidence", "sites", "needed"}
    old = [{name: value for name, value in each.items() if name not in later} for each in card.readings]
    card.pk, card.readings, card.method, card.asked_by = None, old, 1, gia
    card.save(force_insert=True)
    page = as_person(gia).get(reverse("effects:read", args=[card.pk])).content.decode()
    assert "95.0\N{NARROW NO-BREAK SPACE}% interval" in unescape(page)
    assert "would have been needed" not in page


def test_weeks_without_a_comparison_group_are_shown(cards: list[Card], gia: User, as_person: Any) -> None:
    card = of(cards, None)
    for point in reading(card, "aht")["points"]:
        point["others"] = None
    card.pk, card.asked_by = None, gia
    card.save(force_insert=True)
    assert as_person(gia).get(reverse("effects:read", args=[card.pk])).status_code == 200
