"""Cards: made by themselves on their day, never altered, and shown to nobody who may not read the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from metrics import reporting
from metrics.definitions import AHT, CSAT, REOPENED
from metrics.effects import asking, counting, dating, looking, suggesting
from metrics.effects.counting import Group
from metrics.effects.errors import CardRefused, DatesRefused
from metrics.effects.measures import CSAT_TWO, HANDLED, REOPENINGS
from metrics.effects.models import Card, TeamStart
from metrics.models import Rollup, Ticket
from metrics.summing import mature_until
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents.models import Document
from sopdesk.jobs.importance import Importance
from sopdesk.jobs.models import Job
from sopdesk.readership.models import MustRead, Receipt
from tests import factories
from tests.metrics.bringing import bring
from tests.metrics.effects.desk_of_two_sites import (
    DUBLIN,
    FIRST,
    HEAD,
    LAST,
    SINCE,
    look_at,
    of,
    reading,
    tickets,
    work,
)
from tests.sharing import rows_of_a_module

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 6, 29)
HARBOR, OWN = "harbor-payments", "payments"


@pytest.fixture(scope="module", autouse=True)
def looked_at(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """What desk_of_two_sites.py says: for all these tests."""

    def write() -> None:
        with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
            look_at()

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


@pytest.fixture
def cards(db: None) -> list[Card]:
    return list(Card.objects.order_by("pk"))


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


def test_asked_anew_on_another_day_it_is_another_job(
    cards: list[Card], gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first may have made no card: it found a team that has not its weeks yet."""
    first = asking.ask_anew(cards[0], actor=gia)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2999, 1, 1))
    assert asking.ask_anew(cards[0], actor=gia) != first


def test_a_look_is_taken_anew_when_its_tickets_come_late(
    cards: list[Card], gia: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a file a month: half of one site's tickets came after the looks, some of them long after."""
    late = [f"late-{line}\n" for line in tickets(OWN).splitlines()]
    bring(HEAD + "".join(late[:8]))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 8, 20))
    assert looking.due() == [], "eight more are not many"
    bring(HEAD + "".join(late[8:]))
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 12, 20))
    assert looking.due() == [], "nor is it done for ever"
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 8, 20))
    assert looking.submit_due() == 3
    work()
    assert looking.due() == []
    assert Card.objects.count() == 9 + 9
    [first, again] = Card.objects.filter(look=8, site=None).order_by("pk")
    assert [reading(card, "aht")["ours"]["before"]["n"] for card in (first, again)] == [336, 504]
    page = as_person(gia).get(reverse("effects:read", args=[again.pk])).content.decode()
    assert "many tickets of these weeks came in after the look before" in page
    assert reverse("effects:read", args=[first.pk]) in page


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


def test_charts_mark_what_else_was_published_for_the_labels(
    cards: list[Card], ana: User, ben: User, gia: User, as_person: Any
) -> None:
    at = datetime(2026, 7, 8, 9, tzinfo=DUBLIN)
    for key, label in (("SOP-0002", "refund-request"), ("SOP-0003", "other")):
        factories.published("sop", key, author=ana, reviewer=ben, since=at, data={"labels": [label]})
    answer = as_person(gia).get(reverse("effects:read", args=[of(cards, None).pk]))
    charts = [shown.lines for shown in answer.context["readings"] if shown.lines]
    assert charts
    assert {name for chart in charts for _x, name in chart.published} == {"SOP-0002 v1"}
    assert all(chart.effective < x for chart in charts for x, _name in chart.published)
    assert "Also published for these labels" in answer.content.decode()


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


def say(card: Card, actor: User, **days: date | None) -> list[TeamStart]:
    named = {slug.replace("_", "-"): day for slug, day in days.items()}
    return dating.set_days(card, named, seen_number=dating.seen(card, actor), actor=actor)


def test_a_lead_says_when_their_team_began_and_the_looks_are_taken_anew(
    cards: list[Card], finn: User
) -> None:
    [said] = say(of(cards, "harbor"), finn, harbor_payments=BEGAN)
    assert (said.team.slug, said.day, said.set_by) == (HARBOR, BEGAN, finn)
    assert {each.look for each in looking.due()} == {2, 4, 8}
    work()
    again = list(Card.objects.exclude(pk__in=[card.pk for card in cards]))
    assert {(card.site and card.site.slug, card.look) for card in again} == {
        (site, look) for site in (None, "harbor") for look in (2, 4, 8)
    }
    assert {card.asked_by for card in again} == {finn}
    assert {str(card.began) for card in again} == {str({HARBOR: "2026-06-29"})}
    handled = reading(of(again, None), "aht")
    assert handled["weeks"] == 2  # the tickets end in the fourth week after the later team began
    assert looking.due() == []
    entry = Entry.objects.get(event="effect:dated")
    assert entry.facts["teams"] == {HARBOR: {"was": None, "day": "2026-06-29"}}
    assert say(of(cards, "harbor"), finn, harbor_payments=BEGAN) == []


def test_a_day_taken_back_and_said_again_is_worked_out_each_time(cards: list[Card], ana: User) -> None:
    whole = of(cards, None, 2)
    for day, began in ((BEGAN, {HARBOR: "2026-06-29"}), (SINCE.date(), {}), (BEGAN, {HARBOR: "2026-06-29"})):
        assert len(say(whole, ana, harbor_payments=day)) == 1
        work()
        assert Card.objects.filter(look=2, site=None).latest("pk").began == began
    assert Card.objects.filter(look=2, site=None).count() == 4
    first, _own, back, _again = Card.objects.filter(look=2, site=None).order_by("pk")
    assert back.readings == first.readings
    assert TeamStart.objects.count() == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        TeamStart.objects.update(day=None)


def test_nobody_says_it_of_anothers_team(cards: list[Card], finn: User, gia: User, as_person: Any) -> None:
    own = of(cards, "harbor")
    for card, actor, slug in (
        (own, finn, "payments"), (of(cards, None), finn, "harbor_payments"),
        (of(cards, "dublin"), finn, "payments"), (own, gia, "harbor_payments"),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            say(card, actor, **{slug: BEGAN})
    browser = as_person(finn)
    assert browser.get(reverse("effects:dates", args=[of(cards, "dublin").pk])).status_code == 404
    sent = {"seen": 0, f"team-{OWN}": "2026-06-29", f"team-{HARBOR}": ""}
    assert browser.post(reverse("effects:dates", args=[own.pk]), sent).status_code == 302
    assert not TeamStart.objects.exists()
    say(of(cards, None), User.objects.get(name="An Author"), payments=BEGAN)
    assert not TeamStart.objects.visible_to(finn).exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-06-14", "It came in force on 15 Jun 2026"),
        ("2999-01-01", "still to come"),
        ("2026-08-01", "no tickets of that day"),
        ("yesterday", "valid date"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(
    cards: list[Card], finn: User, as_person: Any, day: str, said: str
) -> None:
    address = reverse("effects:dates", args=[of(cards, "harbor").pk])
    page = as_person(finn).post(address, {"seen": 0, f"team-{HARBOR}": day})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not TeamStart.objects.exists()


def test_a_day_after_the_version_ended_is_refused(cards: list[Card], sop: Document) -> None:
    card = of(cards, None)
    card.version = sop.versions.get(number=1)
    assert "until 15 Jun 2026 only" in dating.problem(card, BEGAN, looking.known())


def test_of_two_who_say_days_at_once_the_later_is_told(
    cards: list[Card], ana: User, finn: User, as_person: Any
) -> None:
    card = of(cards, "harbor")
    say(of(cards, None), ana, harbor_payments=BEGAN)
    with pytest.raises(DatesRefused):
        dating.set_days(card, {HARBOR: None}, seen_number=0, actor=finn)
    sent = as_person(finn).post(reverse("effects:dates", args=[card.pk]), {"seen": 0}, follow=True)
    assert "Somebody else said days meanwhile" in sent.content.decode()
    assert 'value="2026-06-29"' in sent.content.decode()


def test_a_look_waits_for_the_team_that_began_last(
    cards: list[Card], ana: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 7, 26))
    say(of(cards, None), ana, harbor_payments=date(2026, 7, 20))
    assert not Job.objects.filter(kind=looking.KIND).unfinished().exists()
    with pytest.raises(CardRefused, match="14 Sep 2026"):
        asking.ask_anew(of(cards, None), actor=ana)
    page = as_person(ana).get(reverse("effects:read", args=[of(cards, None).pk])).content.decode()
    assert "Other days of teams hold by now" in page
    assert "14 Sep 2026" in page
    assert Card.objects.count() == 9


def test_a_look_that_a_team_of_no_card_held_up_is_taken_when_it_has_its_weeks(
    cards: list[Card], ana: User, harbor_payments: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 7, 26))
    third, whole = factories.team("Third", at=harbor_payments.site), of(cards, None)
    one_day = Ticket.objects.filter(team=harbor_payments, created_at__date=date(2026, 6, 10))
    one_day.filter(labels__contains=["refund-request"]).update(team=third)
    TeamStart.objects.create(change=whole.change, team=third, day=date(2026, 7, 6), set_by=ana)
    say(whole, ana, harbor_payments=date(2026, 6, 22))
    work()
    newer = Card.objects.exclude(pk__in=[card.pk for card in cards])
    assert Job.objects.filter(kind=looking.KIND, payload__look=4, state=Job.State.DONE).count() == 2
    assert not newer.filter(look=4).exists()  # four weeks after 6 July are still to come
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 8, 10))
    assert {each.look for each in looking.due()} == {4}
    looking.submit_due()
    work()
    assert {card.site and card.site.slug for card in newer.filter(look=4)} == {None, "harbor"}
    assert looking.due() == []


def test_a_card_says_who_began_when_and_what_that_changed(
    cards: list[Card],
    ana: User,
    as_person: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = as_person(ana)
    with django_assert_max_num_queries(99) as before:
        plain = browser.get(reverse("effects:read", args=[of(cards, None).pk])).content.decode()
    assert "nobody said that one began later" in plain
    say(of(cards, None), ana, harbor_payments=BEGAN)
    work()
    newest = Card.objects.filter(look=8, site=None).latest("pk")
    address = reverse("effects:read", args=[newest.pk])
    with django_assert_max_num_queries(len(before) + 1) as one:  # the teams' names
        page = browser.get(address).content.decode()
    for words in ("each team by its own day: 2 weeks before", "29 Jun 2026", "Ana Lim", "stacked regression",
                  "With the earlier days", "Weeks are counted from"):  # fmt: skip
        assert words in page
    say(newest, ana, payments=date(2026, 6, 22))
    with django_assert_max_num_queries(len(one)):
        assert "Other days of teams hold" in browser.get(address).content.decode()


def test_readers_who_confirmed_suggest_a_day_that_is_never_taken_unasked(
    cards: list[Card], finn: User, eve: User, gia: User, sop: Document, as_person: Any
) -> None:
    card = of(cards, "harbor")
    must_read = MustRead.objects.create(
        change=card.change, document=sop, content_hash="a" * 64, audience="internal", due_on=date(2999, 1, 1)
    )
    read = {"must_read": must_read, "content_hash": "a" * 64}
    Receipt.objects.create(reader=finn, at=datetime(2026, 6, 20, tzinfo=DUBLIN), **read)
    assert suggesting.suggestions(card, finn) == {}
    Receipt.objects.create(reader=eve, at=datetime(2026, 6, 29, 12, tzinfo=DUBLIN), **read)
    assert suggesting.suggestions(card, finn) == {HARBOR: suggesting.Suggestion(BEGAN, 2)}
    assert suggesting.suggestions(card, gia) == {}
    browser, address = as_person(finn), reverse("effects:dates", args=[card.pk])
    plain = browser.get(address).content.decode()
    assert "2 readers had confirmed reading it by 29 Jun 2026" in plain
    assert 'value="2026-06-29"' not in plain
    assert 'value="2026-06-29"' in browser.get(address, {"suggested": ""}).content.decode()
    assert not TeamStart.objects.exists()


def test_weeks_without_a_comparison_group_are_shown(cards: list[Card], gia: User, as_person: Any) -> None:
    card = of(cards, None)
    for point in reading(card, "aht")["points"]:
        point["others"] = None
    card.pk, card.asked_by = None, gia
    card.save(force_insert=True)
    assert as_person(gia).get(reverse("effects:read", args=[card.pk])).status_code == 200
