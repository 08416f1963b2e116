"""Calendars and policies in the browser: versions, what is typed is kept, who may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from metrics import service_levels
from metrics.models import Calendar, SlaPolicy, SlaResult, Source
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from tests import factories
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
WEEK = {f"day_{n}": "09:00-12:00, 13:00–17:30" if n < 5 else "" for n in range(7)}
HOURS = {"name": "Dublin", "time_zone": "Europe/Dublin", "holidays": "ie", "days_off": "2026-12-24\n", **WEEK,
         "extra_open": "2026-12-05 10:00–14:00, 20:00-02:00", "holds_from": "", "note": "first"}  # fmt: skip


@pytest.fixture
def browser(gia: User) -> Client:
    client = Client()
    client.force_login(gia)
    return client


def new_calendar(browser: Client, **said: str) -> Calendar:
    answer = browser.post(reverse("promises:calendar_new"), {**HOURS, **said})
    assert answer.status_code == 302, answer.context["form"].errors
    return Calendar.objects.latest("pk")


def rows(*targets: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"t-TOTAL_FORMS": len(targets) + 3, "t-INITIAL_FORMS": 0}
    for number in range(len(targets) + 3):
        row = targets[number] if number < len(targets) else {"metric": "first_reply"}
        said |= {f"t-{number}-{name}": value for name, value in row.items()}
    return said


def test_a_calendar_is_made_with_its_hours(browser: Client, gia: User) -> None:
    calendar = new_calendar(browser)
    assert calendar.weekly[0] == [["09:00", "12:00"], ["13:00", "17:30"]]
    assert (calendar.holidays, calendar.days_off) == ("IE", [date(2026, 12, 24)])
    assert calendar.extra_open == [["2026-12-05", "10:00", "14:00"], ["2026-12-05", "20:00", "02:00"]]
    assert calendar.intervals.exists()
    assert Entry.objects.about(calendar).get().actor_id == gia.pk
    page = browser.get(reverse("promises:calendar", args=[calendar.pk])).content.decode()
    assert "Christmas Day" in page
    assert "10:00–14:00, 20:00–02:00" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("day_0", "nine to five", "no stretch of hours"),
        ("day_0", "09:00–25:00", "no day has"),
        ("day_0", "09:00–12:00, 11:00–13:00", "overlap"),
        ("holidays", "XX", "No public holidays"),
        ("days_off", "Christmas", "is no day"),
        ("extra_open", "2026-12-05", "Write the hours after the day"),
        ("time_zone", "Mars/Base", "valid choice"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_was_typed_stays(
    browser: Client, field: str, value: str, said: str
) -> None:
    answer = browser.post(reverse("promises:calendar_new"), {**HOURS, field: value, "name": "Kept name"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Kept name" in answer.content.decode()
    assert not Calendar.objects.exists()


def test_a_calendar_that_is_never_open_is_refused(browser: Client) -> None:
    closed = {**HOURS, **dict.fromkeys(WEEK, ""), "extra_open": ""}
    answer = browser.post(reverse("promises:calendar_new"), closed)
    assert answer.status_code == 422
    assert "never open" in answer.content.decode()


def test_a_policy_is_made_with_targets_and_the_hours_of_a_site(browser: Client) -> None:
    calendar, team = new_calendar(browser), factories.team("kyc")
    said = {
        "name": "Privacy first",
        "source": "",
        "calendar": calendar.pk,
        f"site_{team.site_id}": calendar.pk,
    }
    targets = rows(
        {"metric": "resolution", "label": "Privacy", "hours": 240, "minutes": "", "pauses": "on"},
        {"metric": "first_reply", "team": team.pk, "hours": "", "minutes": 30},
    )
    answer = browser.post(reverse("promises:policy_new"), {**said, **targets})
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["rows"].errors)
    policy = SlaPolicy.objects.get()
    assert {(t.metric, t.label, t.seconds, bool(t.pauses)) for t in policy.targets.all()} == {
        ("resolution", "privacy", 864_000, True),
        ("first_reply", "", 1800, False),
    }
    assert policy.site_hours.get().site == team.site
    page = browser.get(reverse("promises:policy", args=[policy.pk])).content.decode()
    assert "label privacy" in page
    assert "240 h" in page


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ([], "fill in one row at least"),
        ([{"metric": "resolution", "hours": 0, "minutes": 0, "label": "x"}], "a minute at least"),
        (
            [{"metric": "resolution", "hours": 1}, {"metric": "resolution", "hours": 2}],
            "Two rows promise the same",
        ),
        ([{"metric": "resolution", "hours": "many"}], "whole number"),
    ],
)
def test_targets_that_make_no_sense_are_named(
    browser: Client, targets: list[dict[str, Any]], said: str
) -> None:
    calendar = new_calendar(browser)
    answer = browser.post(
        reverse("promises:policy_new"), {"name": "P", "calendar": calendar.pk, **rows(*targets)}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SlaPolicy.objects.exists()


def test_an_edit_is_a_new_version_and_the_policies_follow_their_calendar(browser: Client) -> None:
    bring("external_id,status,created_at,last_solved_at\nt1,solved,2026-06-08T08:00Z,2026-06-08T09:00Z\n")
    before = SlaPolicy.objects.get()
    said = {**HOURS, "name": "Longer", "holds_from": "2026-07-01", "note": "open later"}
    browser.post(reverse("promises:calendar_edit", args=[before.calendar_id]), said)
    calendar, policy = Calendar.objects.latest("pk"), SlaPolicy.objects.latest("pk")
    assert (calendar.slug, calendar.version, policy.version) == (before.calendar.slug, 2, 2)
    assert (policy.calendar, policy.holds_from) == (calendar, date(2026, 7, 1))
    assert policy.targets.count() == before.targets.count()
    assert SlaResult.objects.get().policy == before
    page = browser.get(reverse("promises:calendar", args=[calendar.pk])).content.decode()
    assert "<ins>Longer</ins>" in page
    assert "open later" in page


def test_an_edit_of_a_version_that_is_not_the_newest_is_refused(browser: Client) -> None:
    old = service_levels.default_policy()
    said = {
        "name": "Mine",
        "calendar": old.calendar_id,
        **rows({"metric": "resolution", "hours": 1}),
        "t-TOTAL_FORMS": 1,
    }
    for expected in (302, 422):
        answer = browser.post(reverse("promises:policy_edit", args=[old.pk]), said)
        assert answer.status_code == expected
    assert "Somebody saved version 2" in answer.content.decode()
    assert SlaPolicy.objects.count() == 2


def test_saved_as_it_was_there_is_no_new_version(browser: Client) -> None:
    old = service_levels.default_policy()
    for kind, model, pk in (("policy", SlaPolicy, old.pk), ("calendar", Calendar, old.calendar_id)):
        address = reverse(f"promises:{kind}_edit", args=[pk])
        page = browser.get(address).context
        rows = [*page["rows"], page["rows"].management_form] if "rows" in page else []
        said = {bound.html_name: bound.value() for form in (page["form"], *rows) for bound in form}
        sent = {name: "on" if value is True else value for name, value in said.items()}
        answer = browser.post(address, {k: v for k, v in sent.items() if v not in (None, False)}, follow=True)
        assert "Nothing differs from version 1" in answer.content.decode()
        assert model.objects.count() == 1
    assert not Entry.objects.exists()


def test_what_holds_sooner_is_a_version_though_it_says_the_same(browser: Client) -> None:
    browser.post(reverse("promises:calendar_new"), {**HOURS, "holds_from": "2026-06-01"})
    first = Calendar.objects.get()
    for holds_from, versions in (("2026-07-01", 1), ("2026-05-01", 2)):
        browser.post(reverse("promises:calendar_edit", args=[first.pk]), {**HOURS, "holds_from": holds_from})
        assert Calendar.objects.count() == versions


def test_a_source_has_one_policy(browser: Client) -> None:
    old = service_levels.default_policy()
    said = {"name": "Second", "calendar": old.calendar_id, **rows({"metric": "resolution", "hours": 1})}
    answer = browser.post(reverse("promises:policy_new"), said)
    assert answer.status_code == 422
    assert "has a policy already" in answer.content.decode()


@pytest.mark.parametrize(
    ("at", "hours", "said"),
    [("2026-03-16T16:30", "4", "Wed 18 Mar 2026, 12:00"), ("2026-06-08T16:30", "1", "Mon 8 Jun 2026, 17:30"),
     ("2039-12-30T10:00", "8000", "Never"), ("0001-01-01T00:00", "1", "Write a time"),
     ("2026-13-01T00:00", "1", "Write a time"),
     ("2026-06-08T16:30", "NaN", "Enter a number")],
)  # fmt: skip
def test_what_would_be_due(browser: Client, at: str, hours: str, said: str) -> None:
    office = service_levels.default_policy().calendar
    answer = browser.get(reverse("promises:calendar", args=[office.pk]), {"at": at, "hours": hours})
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_a_lead_reads_and_does_not_edit(finn: User) -> None:
    policy, client = service_levels.default_policy(), Client()
    client.force_login(finn)
    page = client.get(reverse("promises:policy", args=[policy.pk])).content.decode()
    assert "Edit as a new version" not in page
    assert client.get(reverse("promises:policy_edit", args=[policy.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_asks_as_often_for_one_as_for_many(
    browser: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    calendar = service_levels.default_policy().calendar
    for number in range(count):
        source = Source.objects.create(name=f"S{number}")
        SlaPolicy.objects.create(slug=f"p{number}", name="P", source=source, calendar=calendar)
    with django_assert_max_num_queries(12):
        assert browser.get(reverse("promises:list")).status_code == 200
