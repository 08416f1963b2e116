"""A day is judged when its sources have told of it to its end, and anew when they tell much more of it later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.models import Import, Rollup, Source, StaleDay
from metrics.watching import tasks, told
from metrics.watching.expecting import DAYS
from metrics.watching.models import Alert, Watched
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = timezone.localdate()
NOON = TODAY - DAY  # the newest file was of noon of this day
USUAL = 100


@pytest.fixture
def desk(payments: Team) -> Source:
    """A hundred tickets a day, and of the day of the newest file half as many."""
    source = Source.objects.create(name="Helpdesk")
    lay(source, payments, NOON - (DAYS + 1) * DAY, NOON - DAY)
    lay(source, payments, NOON, NOON, USUAL // 2)
    return source


def lay(source: Source, team: Team, first: date, last: date, count: int = USUAL) -> None:
    Rollup.objects.bulk_create(
        Rollup(day=first + place * DAY, source=source, team=team, label=label, created_n=count)
        for place in range((last - first).days + 1)
        for label in ("", "refund-request")
    )


def watch() -> None:
    """What beat does, and a worker."""
    tasks.watch()
    for job in Job.objects.filter(kind="watching.days").unfinished():
        while running.run(job.pk):
            pass


def test_half_a_day_is_no_alarm(desk: Source, payments: Team) -> None:
    watch()
    assert Watched.objects.latest("day").day == NOON - DAY
    Rollup.objects.filter(day=NOON).update(created_n=USUAL)
    lay(desk, payments, TODAY, TODAY, USUAL // 2)
    watch()
    assert Watched.objects.latest("day").day == NOON
    assert not Alert.objects.exists()


def test_a_day_that_ends_with_half_is_one(desk: Source, payments: Team) -> None:
    lay(desk, payments, TODAY, TODAY, 1)
    watch()
    assert {(alert.direction, alert.first_day, alert.n) for alert in Alert.objects.all()} == {
        ("down", NOON, USUAL // 2)
    }


def test_a_day_that_got_many_more_is_judged_anew(
    desk: Source, payments: Team, gia: User, as_person: Any
) -> None:
    lay(desk, payments, TODAY, TODAY, 1)
    watch()
    wrong = Alert.objects.get(team=payments)
    Alert.objects.filter(pk=wrong.pk).update(state="acknowledged", handled_by=gia)
    Rollup.objects.filter(day=NOON).update(created_n=USUAL // 2 + 5)
    watch()
    wrong.refresh_from_db()
    assert wrong.state == "acknowledged", "five more are no other day"
    Rollup.objects.filter(day=NOON).update(created_n=USUAL)
    watch()
    wrong.refresh_from_db()
    assert (wrong.state, wrong.closed_because, wrong.n) == ("closed", "told_later", USUAL // 2)
    page = as_person(gia).get(reverse("watching:read", args=[wrong.pk])).content.decode()
    assert "more tickets came in later" in page
    entry = Entry.objects.filter(event="alert:closed", subject_id=str(wrong.pk)).get()
    assert entry.facts == {"why": "told_later", "day": NOON.isoformat()}
    Rollup.objects.filter(day=NOON).update(created_n=4 * USUAL)
    watch()
    assert set(Alert.objects.exclude(state="closed").values_list("direction", flat=True)) == {"up"}


def test_a_spell_loses_the_day_that_was_none(desk: Source, payments: Team) -> None:
    Rollup.objects.filter(day=NOON - DAY).update(created_n=USUAL // 3)
    lay(desk, payments, TODAY, TODAY, 1)
    watch()
    spell = Alert.objects.get(team=payments)
    assert (spell.first_day, spell.last_day, spell.n) == (NOON - DAY, NOON, USUAL // 2)
    Rollup.objects.filter(day=NOON - DAY).update(created_n=USUAL)
    watch()
    spell.refresh_from_db()
    assert (spell.first_day, spell.last_day, spell.n, spell.state) == (NOON, NOON, USUAL // 2, "new")


def test_a_series_waits_for_all_its_sources(desk: Source, payments: Team, harbor_payments: Team) -> None:
    """Telephony comes weekly: the team and the label that it is of wait for it, another team does not."""
    phone = Source.objects.create(name="Telephony")
    lay(phone, harbor_payments, NOON - (DAYS + 1) * DAY, NOON - 4 * DAY)
    lay(desk, harbor_payments, NOON - (DAYS + 1) * DAY, NOON, USUAL)
    lay(desk, payments, TODAY, TODAY, 1)
    watch()
    found = {(alert.label, alert.team, alert.site) for alert in Alert.objects.all()}
    assert found == {("", payments, payments.site), ("refund-request", None, payments.site)}
    lay(phone, harbor_payments, NOON - 3 * DAY, TODAY, USUAL)
    watch()
    assert Watched.objects.filter(source=phone).latest("day").day == NOON
    assert not Alert.objects.filter(team=harbor_payments).exists()


def test_a_source_that_is_silent_for_long_is_not_waited_for(desk: Source, payments: Team) -> None:
    old = Source.objects.create(name="Old helpdesk")
    lay(old, payments, NOON - (DAYS + 1) * DAY, NOON - 37 * DAY)
    lay(desk, payments, TODAY, TODAY, 1)
    watch()
    alert = Alert.objects.get(team=payments, last_day=NOON)
    assert (alert.n, alert.expected) == (USUAL // 2, USUAL), "its tickets are not part of what is usual"


def test_days_that_an_import_adds_up_are_not_judged_meanwhile(desk: Source, payments: Team) -> None:
    lay(desk, payments, TODAY, TODAY, 1)
    job = Job.objects.create(kind="metrics.import_tickets", key="x", payload={}, state=Job.State.RUNNING)
    at_work = Import.objects.create(source=desk, stored="x", size=1, sha256="x", time_zone="UTC", job=job)
    StaleDay.objects.create(ticket_import=at_work, day=NOON - DAY)
    assert told.newest() == {desk.pk: NOON - DAY}
    Job.objects.update(state=Job.State.FAILED)
    assert told.newest() == {desk.pk: TODAY}
