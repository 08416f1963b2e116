"""Which target holds for a ticket: the page says what the measuring does."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from metrics import calendars
from metrics.models import SiteHours, SlaPolicy, SlaResult, SlaTarget
from metrics.promises import trying
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 8, 8, tzinfo=UTC)
TARGETS: list[dict[str, Any]] = [
    {"metric": "first_reply", "seconds": 8 * 3600},
    {"metric": "first_reply", "priority": "urgent", "seconds": 3600},
    {"metric": "first_reply", "channel": "Chat", "seconds": 600},
    {"metric": "first_reply", "channel": "chat", "priority": "urgent", "seconds": 300},
    {"metric": "first_reply", "label": "privacy", "seconds": 48 * 3600},
    {"metric": "first_reply", "label": "fraud", "seconds": 24 * 3600},
    {"metric": "resolution", "priority": "urgent", "seconds": 7200},
]


@pytest.fixture
def own(payments: Team, harbor_payments: Team) -> SlaPolicy:
    clock = calendars.create("always", "Always", "UTC", calendars.ROUND_THE_CLOCK)
    office = calendars.create("office", "Office", "Asia/Manila", calendars.OFFICE, country="PH")
    made = SlaPolicy.objects.create(slug="own", name="Own", calendar=clock, source=source())
    mine = {"metric": "first_reply", "team": payments, "seconds": 1800}
    SlaTarget.objects.bulk_create(SlaTarget(policy=made, **row) for row in (*TARGETS, mine))
    SiteHours.objects.create(policy=made, site=harbor_payments.site, calendar=office)
    return made


def test_the_page_and_the_measuring_agree_on_every_kind_of_ticket(
    own: SlaPolicy, payments: Team, harbor_payments: Team
) -> None:
    teams = {"": None, payments.slug: payments, harbor_payments.slug: harbor_payments}
    kinds = [*product(teams, ("chat", "email"), ("urgent", "normal"), ("", "privacy", "privacy|fraud"))]
    head = "external_id,status,created_at,team,channel,priority,labels,first_public_reply_at,last_solved_at\n"
    lines = [
        f"{number},open,{AT:%Y-%m-%dT%H:%MZ},{team},{channel},{priority},{labels},,\n"
        for number, (team, channel, priority, labels) in enumerate(kinds)
    ]
    bring(head + "".join(lines))
    results = SlaResult.objects.values_list("ticket__external_id", "metric", "target_s", "due_at")
    measured = {(number, metric): (seconds, due) for number, metric, seconds, due in results}
    for number, (team, channel, priority, labels) in enumerate(kinds):
        ticket = trying.Ticket(AT, frozenset(filter(None, labels.split("|"))), teams[team], channel, priority)
        found = {row.metric: row.seconds for row in trying.holding(own, ticket).values()}
        assert found == {metric: told[0] for (of, metric), told in measured.items() if of == str(number)}
        clock = calendars.clock_for(trying.hours_of(own, ticket), AT.date(), calendars.LAST_DAY)
        for metric, seconds in found.items():
            assert clock.due(AT, seconds) == measured[str(number), metric][1]


def test_the_page_says_target_hours_and_when_it_is_due(
    own: SlaPolicy, harbor_payments: Team, gia: User
) -> None:
    browser = Client()
    browser.force_login(gia)
    address = reverse("promises:policy", args=[own.pk])
    said = {
        "at": "2026-06-08T10:00",
        "labels": "Privacy, x",
        "team": harbor_payments.pk,
        "priority": "Urgent",
    }
    page = browser.get(f"{address}?{urlencode(said)}").content.decode()
    assert "label privacy" in page
    assert "48 h" in page
    assert "Office v1" in page
    assert "Due" in page
    assert "Work it out" in browser.get(address).content.decode()
    wrong = browser.get(f"{address}?{urlencode({**said, 'at': 'soon', 'team': 'x'})}")
    assert wrong.status_code == 200
    assert "Write a time" in wrong.content.decode()
