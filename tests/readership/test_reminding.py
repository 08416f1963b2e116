"""Reminders: on their days, once a day and person, by day where its reader is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.letters.models import Letter
from sopdesk.readership import confirming, reminding
from sopdesk.readership.models import MustRead
from sopdesk.readership.reading import reading_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(must_read: MustRead, dev: User, eve: User) -> datetime:
    """The morning in Dublin of the day on which SOP-0001 is due; Dev and Eve have to read it."""
    User.objects.update(created_at=timezone.now() - timedelta(days=90))
    Letter.objects.all().delete()
    return datetime(must_read.due_on.year, must_read.due_on.month, must_read.due_on.day, 9, tzinfo=UTC)


def told(person: User) -> list[str]:
    return list(Letter.objects.filter(to=person.email).order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("days", "letters"), [(-3, 0), (-2, 1), (-1, 0), (0, 1), (1, 0), (6, 0), (7, 1), (8, 0), (14, 1)]
)
def test_two_days_before_on_the_day_and_weekly_after(
    due: datetime, dev: User, days: int, letters: int
) -> None:
    reminding.MADE_UP, made_up = timedelta(days=1), reminding.MADE_UP
    try:
        reminding.remind_all(due + timedelta(days=days))
    finally:
        reminding.MADE_UP = made_up
    assert len(told(dev)) == letters


def test_never_twice_on_one_day(due: datetime, dev: User) -> None:
    assert reminding.remind_all(due) == 2
    assert reminding.remind_all(due + timedelta(hours=3)) == 0
    assert told(dev) == ["1 document to read"]


def test_a_day_on_which_nothing_ran_is_made_up_for(due: datetime, dev: User) -> None:
    reminding.remind_all(due + timedelta(days=2))
    assert told(dev) == ["1 must-read is overdue"]
    reminding.remind_all(due + timedelta(days=3))
    assert len(told(dev)) == 1


def test_what_was_read_is_not_reminded_of(due: datetime, must_read: MustRead, dev: User, eve: User) -> None:
    confirming.confirm(must_read, reader=dev, seen_hash=reading_of(must_read, dev).hash)
    reminding.remind_all(due)
    assert (told(dev), told(eve)) == ([], ["1 document to read"])


def test_it_is_day_where_the_reader_is(due: datetime, dev: User, eve: User) -> None:
    midnight_in_dublin = due.replace(hour=0) - timedelta(minutes=30)
    reminding.remind_all(midnight_in_dublin)
    assert told(dev) == []
    assert told(eve) == ["1 document to read"], "half past seven in Manila"


def test_a_lead_hears_of_the_team_in_the_same_letter(
    due: datetime, must_read: MustRead, eve: User, finn: User
) -> None:
    User.objects.filter(pk=finn.pk).update(created_at=timezone.now() - timedelta(days=90))
    reminding.remind_all(due + timedelta(days=7))
    [letter] = Letter.objects.filter(to=finn.email)
    assert "overdue since" in letter.body
    assert "SOP-0001" in letter.body
    assert "1 have not read it yet" in letter.body
    assert "/readiness" in letter.body


def test_a_lead_who_has_read_it_still_hears_of_the_team(
    due: datetime, must_read: MustRead, eve: User, finn: User
) -> None:
    confirming.confirm(must_read, reader=finn, seen_hash=reading_of(must_read, finn).hash)
    reminding.remind_all(due)
    [letter] = Letter.objects.filter(to=finn.email)
    assert letter.subject == "Your team: 1 must-read is due"
    reminding.remind_all(due - timedelta(days=2))
    assert Letter.objects.filter(to=finn.email).count() == 1


def test_nobody_is_written_to_when_nothing_is_due(due: datetime) -> None:
    assert reminding.remind_all(due - timedelta(days=5)) == 0
    assert not Letter.objects.exists()
