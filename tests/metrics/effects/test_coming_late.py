"""A look is taken anew when many of its tickets came after it, and its charts mark what else was published."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from metrics.effects import coming_late, drawing, judging, looking, making, published
from metrics.effects.looking import Due, Known
from metrics.effects.models import Card
from metrics.effects.subjects import Subject, subject_of
from metrics.models import Rollup, Source
from sopdesk.accounts.models import Team, User
from tests import factories

pytestmark = pytest.mark.django_db
DUBLIN = ZoneInfo("Europe/Dublin")
SINCE = datetime(2026, 6, 15, 9, tzinfo=DUBLIN)
DAY = SINCE.date()
ENDS = DAY + timedelta(days=14)


@pytest.fixture
def subject(ana: User, ben: User, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """An SOP of refunds; whatever its tickets are, there is nothing to read in them."""
    monkeypatch.setattr(judging, "judge", lambda *_args, **_kwargs: [])
    past = factories.past(ana, ben, since=SINCE, data={"labels": ["refund"]})
    sop = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=[past])
    found = subject_of(sop.versions.get())
    assert found is not None
    return found


def bring(team: Team, day: date, n: int, label: str = "refund") -> None:
    source, _made = Source.objects.get_or_create(name="Helpdesk")
    Rollup.objects.create(day=day, source=source, team=team, label=label, created_n=n)


def look(subject: Subject) -> Card | None:
    return making.make(subject, None, 2, Known(DAY - timedelta(days=90), ENDS))


def on(day: date, monkeypatch: pytest.MonkeyPatch) -> list[Due]:
    """What is due on a day when all tickets until then are there."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)
    monkeypatch.setattr(looking, "known", lambda: Known(DAY - timedelta(days=90), day))
    return [due for due in looking.due() if due.look == 2]


def test_a_look_is_taken_anew_when_its_tickets_come_late(
    subject: Subject, payments: Team, gia: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a file a month."""
    bring(payments, DAY - timedelta(days=7), 40)
    bring(payments, DAY - timedelta(days=8), 100)  # before the week that is compared
    bring(payments, ENDS, 100)  # after it
    first = look(subject)
    assert first is not None
    assert first.told_n == 40
    soon = ENDS + timedelta(days=20)
    bring(payments, DAY + timedelta(days=8), 9)
    assert on(soon, monkeypatch) == [], "nine more are not many"
    assert look(subject) is None
    bring(payments, DAY + timedelta(days=9), 30)
    assert on(soon, monkeypatch) == [Due(subject.version.pk, 2, " 79-0")]
    again = look(subject)
    assert again is not None
    assert (again.told_n, again.asked_by) == (79, None)
    assert on(soon, monkeypatch) == []
    assert look(subject) is None
    bring(payments, DAY + timedelta(days=10), 500)
    assert on(ENDS + coming_late.FOR, monkeypatch) == [], "it is not done for ever"
    page = as_person(gia).get(reverse("effects:read", args=[again.pk])).content.decode()
    assert "many tickets, ratings or handle times of these weeks came in after the look before" in page
    assert reverse("effects:read", args=[first.pk]) in page


@pytest.mark.parametrize("of", ["answered_n", "handled_n"])
def test_a_look_is_taken_anew_when_ratings_or_handle_times_come_late(
    subject: Subject, payments: Team, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """As with a file of surveys, which brings no ticket."""
    bring(payments, DAY + timedelta(days=8), 40)
    first = look(subject)
    assert first is not None
    assert (first.told_n, first.told_answers) == (40, 0)
    soon = ENDS + timedelta(days=20)
    Rollup.objects.update(**{of: 10})
    assert on(soon, monkeypatch) == [], "ten are not many"
    Rollup.objects.update(**{of: 11})
    assert on(soon, monkeypatch) == [Due(subject.version.pk, 2, " 40-11")]
    again = look(subject)
    assert again is not None
    assert (again.told_n, again.told_answers) == (40, 11)
    assert on(soon, monkeypatch) == []
    assert look(subject) is None


def test_one_of_before_answers_were_counted_stays(
    subject: Subject, payments: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(payments, DAY + timedelta(days=8), 40)
    made = look(subject)
    assert made is not None
    Card.objects.bulk_create([_without_number(made, told_n=40, told_answers=None)])
    Rollup.objects.update(handled_n=40)
    assert on(ENDS + timedelta(days=9), monkeypatch) == []


def test_one_of_before_they_were_counted_is_taken_anew_once(
    subject: Subject, payments: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.make(subject, None, 2, Known(DAY - timedelta(days=90), DAY + timedelta(days=9)))
    assert made is not None
    Card.objects.bulk_create([_without_number(made)])
    assert on(ENDS + timedelta(days=9), monkeypatch) == [], "nothing is there"
    bring(payments, DAY + timedelta(days=10), 40)
    assert on(ENDS + timedelta(days=9), monkeypatch) == [Due(subject.version.pk, 2, " 40-0")]


def _without_number(card: Card, **more: int | None) -> Card:
    values = {field.attname: getattr(card, field.attname) for field in Card._meta.concrete_fields}
    return Card(**{**values, "id": None, "told_n": None, "told_answers": None, **more})


def test_charts_mark_what_else_was_published_for_the_labels(
    subject: Subject, payments: Team, ana: User, ben: User, gia: User, as_person: Any
) -> None:
    at = datetime(2026, 7, 8, 9, tzinfo=DUBLIN)
    for key, label in (("SOP-0002", "refund"), ("SOP-0003", "other")):
        factories.published("sop", key, author=ana, reviewer=ben, since=at, data={"labels": [label]})
    card = look(subject)
    assert card is not None
    [other] = published.beside(card, gia)
    assert (other.name, other.day) == ("SOP-0002 v1", at.date())
    side = {"value": 2.0, "low": 1.0, "high": 3.0, "n": 20}
    weeks = [{"day": f"{DAY + timedelta(days=7 * n)}", "ours": side, "others": None} for n in range(-4, 8)]
    chart = drawing.lines(
        {"points": weeks, "others": None}, DAY, "number", published=[(other.day, other.name)]
    )
    assert chart is not None
    assert chart.has_published
    assert [mark for mark in chart.chart["marks"] if mark["name"] == "SOP-0002 v1"] == [
        {"x": "2026-07-06", "name": "SOP-0002 v1"}
    ]
    page = as_person(gia).get(reverse("effects:read", args=[card.pk])).content.decode()
    assert "Also published for these labels" in page
    assert "SOP-0003" not in page
    card.began = {payments.slug: "2026-06-22"}
    assert published.beside(card, gia) == [], "weeks of each team's own day have no date"
