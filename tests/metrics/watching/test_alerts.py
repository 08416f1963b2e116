"""A spike becomes one alert, which a lead of its site sees, and people acknowledge, close and open again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from metrics.models import Rollup, Source
from metrics.watching import handling, tasks, told
from metrics.watching.expecting import DAYS
from metrics.watching.models import Alert
from metrics.watching.watching import watch
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests import factories
from tests.metrics.dashboards.test_tiles_as_files import taken

pytestmark = pytest.mark.django_db
LAST = timezone.localdate() - timedelta(days=1)


@pytest.fixture
def spike(payments: Team, harbor_payments: Team) -> date:
    """Ten weeks of twenty tickets a day in each team; on the last day Harbor gets eighty with one label."""
    source = Source.objects.create(name="Helpdesk")
    rows = []
    for team in (payments, harbor_payments):
        for place in range(DAYS + 1):
            busy = 4 if team == harbor_payments and place == DAYS else 1
            day = LAST - timedelta(days=DAYS - place)
            rows += [
                Rollup(day=day, source=source, team=team, label=label, created_n=20 * busy)
                for label in ("", "refund-request")
            ]
    rows.append(Rollup(day=LAST + timedelta(days=1), source=source, team=payments, label="", created_n=3))
    Rollup.objects.bulk_create(rows)
    return LAST


def watched(day: date, told_until: date | None = None) -> list[Alert]:
    newest = told.newest()
    return watch(day, dict.fromkeys(newest, told_until) if told_until else newest)


def test_a_spike_is_one_alert_for_each_series_it_lifts(spike: date, harbor_payments: Team) -> None:
    for _twice in range(2):
        watched(spike)
    found = {(a.label, a.team, a.site and a.site.slug): a for a in Alert.objects.all()}
    assert set(found) == {
        ("refund-request", None, None),
        ("refund-request", None, "harbor"),
        ("", harbor_payments, "harbor"),
    }
    alert = found["refund-request", None, "harbor"]
    assert (alert.metric, alert.direction, alert.value, alert.expected) == ("volume", "up", 80, 20)
    assert (alert.first_day, alert.last_day, alert.state) == (spike, spike, "new")


def test_the_nightly_job_watches_each_day_once(spike: date) -> None:
    for _twice in range(2):
        tasks.watch()
        for job in Job.objects.filter(kind="watching.days").unfinished():
            while running.run(job.pk):
                pass
    assert Job.objects.filter(kind="watching.days").count() == 1
    assert Alert.objects.count() == 3


def test_a_spell_grows_and_what_is_over_closes_itself(spike: date) -> None:
    watched(spike)
    source, team = Source.objects.get(), Team.objects.get(slug="harbor-payments")
    for ahead, count in ((1, 80), *((n, 20) for n in range(2, 15))):
        day = spike + timedelta(days=ahead)
        Rollup.objects.create(day=day, source=source, team=team, label="", created_n=count)
        watched(day, day + timedelta(days=1))
    alert = Alert.objects.get(team=team)
    assert alert.first_day == spike
    assert alert.last_day >= spike + timedelta(days=1)
    assert alert.state == "closed"


def test_people_acknowledge_close_and_open_again(spike: date, finn: User, dev: User) -> None:
    watched(spike)
    alert = Alert.objects.get(label="refund-request", site__slug="harbor")
    with pytest.raises(PermissionDenied):
        handling.acknowledge(alert, note="", actor=dev)
    for verb, state in (
        (handling.acknowledge, "acknowledged"),
        (handling.close, "closed"),
        (handling.reopen, "new"),
    ):
        assert verb(alert, note="A campaign", actor=finn).state == state
    handling.reopen(alert, note="A campaign", actor=finn)
    events = Entry.objects.filter(event__startswith="alert:").order_by("pk").values_list("event", flat=True)
    assert list(events) == ["alert:acknowledged", "alert:closed", "alert:reopened"]


def test_a_lead_sees_spikes_of_their_own_site_alone(
    spike: date, finn: User, gia: User, dev: User, as_person: Any
) -> None:
    watched(spike)
    assert Alert.objects.visible_to(gia).count() == 3
    assert {alert.site for alert in Alert.objects.visible_to(finn)} == {finn.team and finn.team.site}
    assert not Alert.objects.visible_to(dev).exists()
    whole = Alert.objects.get(site=None)
    for name in ("read", "acknowledge"):
        address = reverse(f"watching:{name}", args=[whole.pk])
        browser = as_person(finn)
        assert (browser.get if name == "read" else browser.post)(address).status_code == 404


def test_the_desk_and_the_page_lead_to_rule_changes_and_tickets(
    spike: date, finn: User, ana: User, ben: User, as_person: Any
) -> None:
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, data={"labels": ["refund-request"]})
    watched(spike)
    alert = Alert.objects.get(label="refund-request", site__slug="harbor")
    browser = as_person(finn)
    assert reverse("watching:read", args=[alert.pk]) in browser.get("/").content.decode()
    page = browser.get(reverse("watching:read", args=[alert.pk])).content.decode()
    assert page.count("SOP-0001") >= 2, "as its rule, and as published lately"
    assert "label=refund-request" in page
    done = browser.post(reverse("watching:acknowledge", args=[alert.pk]), {"note": "A campaign"}, follow=True)
    assert "A campaign" in done.content.decode()
    too_long = browser.post(reverse("watching:close", args=[alert.pk]), {"note": "x" * 3000})
    assert too_long.status_code == 422


def test_the_list_is_taken_away_as_it_is_filtered(spike: date, finn: User, gia: User, as_person: Any) -> None:
    watched(spike)
    assert len(taken(as_person(gia), "spikes")) == 3
    [of_team] = [row for row in taken(as_person(finn), "spikes", metric="volume") if row["team"]]
    assert (of_team["team"], of_team["value"], of_team["expected"], of_team["site"]) == (
        "harbor-payments",
        "80",
        "20",
        "harbor",
    )
    assert taken(as_person(finn), "spikes", metric="aht") == []


def test_the_list_takes_as_many_queries_with_two_as_with_three(
    spike: date, gia: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    watched(spike)
    browser, address = as_person(gia), reverse("watching:list")
    with django_assert_max_num_queries(99) as few:
        assert len(browser.get(address, {"q": "refund"}).context["rows"]) == 2
    with django_assert_max_num_queries(len(few)):
        assert len(browser.get(address).context["rows"]) == 3
    assert browser.get(address, {"state": "odd", "sort": "pk", "page": "x"}).status_code == 200
