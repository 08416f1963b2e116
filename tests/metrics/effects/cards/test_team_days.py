"""Days on which teams began to work by a change: said on its card, and the looks are taken anew with them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics.effects import asking, dating, looking, suggesting
from metrics.effects.errors import CardRefused, DatesRefused
from metrics.effects.models import Card, TeamStart
from metrics.models import Ticket
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents.models import Document
from sopdesk.jobs.models import Job
from sopdesk.readership.models import MustRead, Receipt
from tests import factories
from tests.metrics.effects.desk_of_two_sites import (
    DUBLIN,
    SINCE,
    of,
    reading,
    work,
)

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 6, 29)
HARBOR, OWN = "harbor-payments", "payments"


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
