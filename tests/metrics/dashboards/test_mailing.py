"""Views by mail: each receiver's own figures, at their own clock, once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import DjangoAssertNumQueries

from metrics.dashboards import mailing, measuring, refusals, saving, writing
from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.models import Mailing, SavedView
from metrics.levels import Refused
from metrics.models import Import
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.letters.models import Letter
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import HEAD, rows

pytestmark = pytest.mark.django_db
# A Monday: 08:00 in Manila is midnight UTC, 08:00 in Dublin is 08:00 UTC (winter).
MONDAY = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
EIGHT = time(8)


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    return bring(HEAD + rows(40, payments.slug) + rows(30, harbor_payments.slug, label="payout"))


@pytest.fixture
def view(gia: User) -> SavedView:
    query = "since=2026-05-01&until=2026-05-31"
    return saving.save(name="CSAT of May", tab="csat", query=query, shared="own", actor=gia)


def start(view: SavedView, *people: User, every: str = "week", weekday: int = 0) -> Mailing:
    made = mailing.start(view, every=every, weekday=weekday, at=EIGHT, receivers=people, actor=view.owner)
    Mailing.objects.update(created_at=MONDAY - timedelta(days=30))
    return made


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def test_each_gets_their_own_figures_when_it_is_time_where_they_are(
    figures: Import, view: SavedView, gia: User, finn: User
) -> None:
    start(view, gia, finn)
    assert mailing.send_due(at(-0.1)) == 0
    assert mailing.send_due(at(0.1)) == 1
    [to_finn] = Letter.objects.all()
    assert to_finn.to == finn.email
    assert "n 30" in to_finn.body
    assert "n 70" not in to_finn.body
    assert mailing.send_due(at(8.1)) == 1
    to_gia = Letter.objects.get(to=gia.email)
    assert "n 70" in to_gia.body
    assert "/metrics/csat?since=2026-05-01&until=2026-05-31" in to_gia.body
    assert "CSAT of May" in to_gia.subject


def test_a_view_of_choices_that_are_not_kept_together_says_why(
    view: SavedView, gia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise Refused("Not kept together.")

    monkeypatch.setattr(measuring, "board", refuse)
    start(view, gia)
    assert mailing.send_due(at(8.1)) == 1
    assert "Not kept together." in Letter.objects.get().body


def test_running_twice_writes_once(figures: Import, view: SavedView, gia: User) -> None:
    start(view, gia)
    assert [mailing.send_due(at(hours)) for hours in (8, 8, 8.5, 19.9)] == [1, 0, 0, 0]
    assert Letter.objects.count() == 1
    assert mailing.send_due(at(8 + 7 * 24)) == 1


def test_daily_is_every_day_and_what_was_missed_for_long_is_not_made_up_for(
    figures: Import, view: SavedView, gia: User
) -> None:
    start(view, gia, every="day")
    assert mailing.send_due(at(21)) == 0
    assert mailing.send_due(at(24 + 19)) == 1
    assert Letter.objects.get().key.endswith(":2026-12-01")


def test_nothing_is_written_for_a_time_before_it_was_started(view: SavedView, gia: User) -> None:
    start(view, gia, every="day")
    Mailing.objects.update(created_at=at(9))
    assert mailing.send_due(at(10)) == 0


def test_paused_stopped_and_left_mailings_write_nothing(
    figures: Import, view: SavedView, gia: User, finn: User
) -> None:
    made = start(view, gia, finn, every="day")
    mailing.pause(made, actor=gia)
    assert mailing.send_due(at(8)) == 0
    mailing.resume(made, actor=gia)
    mailing.leave(made, actor=finn)
    assert mailing.send_due(at(8)) == 1
    mailing.stop(made, actor=gia)
    assert mailing.send_due(at(32)) == 0
    told = Entry.objects.filter(subject_type="metrics_dashboards.mailing").values_list("event", flat=True)
    verbs = {event.split(":")[1] for event in told}
    assert verbs == {"started", "paused", "resumed", "left", "stopped"}


def test_who_may_no_longer_read_figures_gets_nothing(figures: Import, view: SavedView, finn: User) -> None:
    start(view, finn)
    finn.roles = ["agent"]
    finn.save()
    assert mailing.send_due(at(0.1)) == 0


def test_figures_are_sent_to_people_who_read_figures_only(view: SavedView, gia: User, eve: User) -> None:
    with pytest.raises(ViewRefused):
        start(view, eve)
    with pytest.raises(ViewRefused):
        mailing.start(view, every="day", weekday=0, at=EIGHT, receivers=[], actor=gia)
    with pytest.raises(PermissionDenied):
        mailing.start(view, every="day", weekday=0, at=EIGHT, receivers=[gia], actor=eve)
    assert not Mailing.objects.exists()


def test_a_lead_sends_to_those_of_the_own_site(gia: User, finn: User) -> None:
    own = saving.save(name="Mine", tab="", query="", shared="own", actor=finn)
    with pytest.raises(ViewRefused):
        mailing.start(own, every="day", weekday=0, at=EIGHT, receivers=[gia], actor=finn)
    assert mailing.start(own, every="day", weekday=0, at=EIGHT, receivers=[finn], actor=finn).pk


def test_it_is_started_paused_and_stopped_in_the_browser(
    view: SavedView, gia: User, finn: User, as_person: Any
) -> None:
    browser = as_person(gia)
    asked = {"every": "week", "weekday": "2", "at": "07:30", "receivers": [gia.pk, finn.pk]}
    assert browser.post(f"/metrics/views/{view.pk}/mail", asked)["Location"] == "/metrics/mailings"
    made = Mailing.objects.get()
    assert "Wednesday" in browser.get("/metrics/mailings").content.decode()
    assert as_person(finn).post(f"/metrics/mailings/{made.pk}/pause").status_code == 404
    assert as_person(finn).post(f"/metrics/mailings/{made.pk}/stop").status_code == 404
    assert as_person(finn).post(f"/metrics/mailings/{made.pk}/leave").status_code == 302
    assert browser.post(f"/metrics/mailings/{made.pk}/pause").status_code == 302
    assert "Resume" in browser.get("/metrics/mailings").content.decode()
    assert "Stop sending it" in browser.get(f"/metrics/mailings/{made.pk}/stop").content.decode()
    browser.post(f"/metrics/mailings/{made.pk}/stop")
    assert not Mailing.objects.exists()
    refused = browser.post(f"/metrics/views/{view.pk}/mail", {**asked, "at": "late"})
    assert refused.status_code == 422


def test_more_mailings_take_no_more_queries(
    view: SavedView, gia: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = as_person(gia)
    start(view, gia)
    browser.get("/metrics/mailings")
    with django_assert_max_num_queries(30) as few:
        browser.get("/metrics/mailings")
    for _number in range(20):
        start(view, gia)
    with django_assert_max_num_queries(len(few)):
        browser.get("/metrics/mailings")


def test_one_view_that_fails_does_not_stop_those_behind_it(
    figures: Import, view: SavedView, gia: User, finn: User, as_person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = start(view, gia), start(view, finn, gia)
    whole = writing.letter

    def letter(made: Mailing, person: User) -> Any:
        if made == broken:
            raise ZeroDivisionError
        return whole(made, person)

    monkeypatch.setattr(writing, "letter", letter)
    assert mailing.send_due(at(8.1)) == 2
    assert {letter.key.split(":")[1] for letter in Letter.objects.all()} == {str(other.pk)}
    assert "could not be worked out" in as_person(gia).get("/metrics/mailings").content.decode()
    monkeypatch.undo()
    assert mailing.send_due(at(8.5)) == 0, "it is tried again after an hour"
    assert mailing.send_due(at(9.2)) == 1
    broken.refresh_from_db()
    assert broken.failed_at is None


def test_the_letter_says_of_whom_it_is(figures: Import, gia: User, finn: User) -> None:
    query = "since=2026-05-01&until=2026-05-31&team=harbor-payments&label=payout"
    kept = saving.save(name="Payouts", tab="csat", query=query, shared="own", actor=gia)
    start(kept, gia, finn)
    assert mailing.send_due(at(8.1)) == 2
    whole, own = (Letter.objects.get(to=person.email).body for person in (gia, finn))
    assert "Tickets of all sites.\n" in whole
    assert "Tickets of Harbor, the site that you read.\n" in own
    for body in (whole, own):
        assert "Only: Team Harbor · Harbor Payments\nOnly: Label payout\n" in body


@pytest.mark.parametrize("gone", [{"is_active": False}, {"roles": ["agent"]}])
def test_nothing_is_sent_for_an_owner_who_is_gone_and_somebody_else_can_stop_it(
    gone: dict[str, Any], figures: Import, view: SavedView, gia: User, finn: User, hal: User, as_person: Any
) -> None:
    made = start(view, finn)
    User.objects.filter(pk=gia.pk).update(**gone)
    assert mailing.send_due(at(0.1)) == 0
    assert as_person(finn).post(f"/metrics/mailings/{made.pk}/stop").status_code == 404
    admin = as_person(hal)
    assert view.name in admin.get("/metrics/mailings").content.decode()
    assert admin.post(f"/metrics/mailings/{made.pk}/leave").status_code == 404
    assert admin.post(f"/metrics/mailings/{made.pk}/stop").status_code == 302
    assert not Mailing.objects.exists()


def test_who_may_not_sign_in_any_more_gets_nothing(
    figures: Import, view: SavedView, gia: User, finn: User
) -> None:
    start(view, gia, finn)
    User.objects.filter(pk=finn.pk).update(is_active=False)
    assert mailing.send_due(at(8.1)) == 1
    assert Letter.objects.get().to == gia.email


def test_an_hour_that_comes_twice_or_never_is_one_letter(figures: Import, view: SavedView, gia: User) -> None:
    """Dublin leaves 01:00 to 02:00 out on 29 March 2026 and has it twice on 25 October."""
    start(view, gia, every="day")
    Mailing.objects.update(at=time(1, 30), created_at=datetime(2026, 1, 1, tzinfo=UTC))
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    minutes = [timedelta(minutes=minute) for minute in (10, 40, 70, 100, 130)]
    assert [mailing.send_due(spring + after) for after in minutes] == [0, 0, 0, 1, 0]
    assert [mailing.send_due(autumn + after) for after in minutes] == [0, 1, 0, 0, 0]


def test_what_mail_servers_refuse_is_noted_and_in_the_end_paused(
    view: SavedView, gia: User, finn: User, as_person: Any
) -> None:
    made, browser = start(view, gia, finn, every="day"), as_person(gia)

    def refused(person: User, day: int) -> None:
        Letter.objects.create(
            key=f"figures:{made.pk}:{person.pk}:2026-11-{day:02}", to=person.email, attempts=10
        )

    refused(finn, 1)
    refusals.note()
    made.refresh_from_db()
    assert made.undelivered_since is not None
    assert made.paused_at is None
    assert "could not be delivered" in browser.get("/metrics/mailings").content.decode()
    assert "cannot be delivered" in browser.get("/metrics/views").content.decode()
    refused(finn, 2)
    sent = Letter.objects.create(key=f"figures:{made.pk}:{gia.pk}:2026-11-02", to=gia.email, sent_at=MONDAY)
    refused(finn, 3)
    refusals.note()
    made.refresh_from_db()
    assert made.paused_at is None, "others get it"
    sent.delete()
    refusals.note()
    made.refresh_from_db()
    assert made.paused_at is not None
    assert Entry.objects.get(event="figure_mail:paused").facts["why"] == "undelivered"
    browser.post(f"/metrics/mailings/{made.pk}/resume")
    refusals.note()
    made.refresh_from_db()
    assert (made.paused_at, made.undelivered_since) == (None, None)
