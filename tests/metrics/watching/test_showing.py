"""What the page of a spike leads to: its days, the tickets that tell, and of a team the labels that carry it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.models import Rollup, Source
from metrics.watching import showing, telling
from metrics.watching.expecting import DAYS
from metrics.watching.models import Alert
from metrics.watching.watching import watch
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tabs import HEAD, rows

pytestmark = pytest.mark.django_db
LAST = date(2026, 5, 28)


def spell(**values: Any) -> Alert:
    said: dict[str, Any] = {
        "metric": "volume", "direction": "up", "first_day": LAST - timedelta(days=1), "last_day": LAST,
        "value": 9, "expected": 1, "n": 9, "q": 0.001,
    }  # fmt: skip
    return Alert.objects.create(**{**said, **values})


def test_its_tickets_are_those_of_exactly_its_days(payments: Team, gia: User, as_person: Any) -> None:
    bring(HEAD + rows(56, payments.slug))
    [shown] = showing.shown([spell(label="refund")], gia)
    said = dict(parse_qsl(urlsplit(shown.tickets_url).query))
    assert (said["since"], said["until"], said["show"]) == ("2026-05-27", "2026-05-28", "all")
    listing = as_person(gia).get(shown.tickets_url).context["listing"]
    assert {ticket.created_at.date() for ticket in listing.rows} == {LAST - timedelta(days=1), LAST}


def test_a_team_is_led_to_the_rules_of_the_labels_that_carry_it(
    harbor_payments: Team, finn: User, ana: User, ben: User, as_person: Any
) -> None:
    """Twenty tickets a day with each label, and on the last day eighty with one of them."""
    for number, label in enumerate(("refund", "payout"), start=1):
        factories.published("sop", f"SOP-000{number}", author=ana, reviewer=ben, data={"labels": [label]})
    source = Source.objects.create(name="Helpdesk")
    Rollup.objects.bulk_create(
        Rollup(day=LAST - timedelta(days=ago), source=source, team=harbor_payments, label=label, created_n=n)
        for ago in range(DAYS)
        for label, n in (("payout", 20), ("refund", 20 if ago else 80), ("", 40 if ago else 100))
    )
    watch(LAST, {source.pk: LAST + timedelta(days=1)})
    alert = Alert.objects.get(team=harbor_payments)
    assert alert.carried_by == [{"label": "refund", "amount": 60}]
    [shown] = showing.shown([alert], finn)
    assert [rule.document.key for rule in shown.rules] == ["SOP-0001"]
    alert.last_day = timezone.localdate()
    assert [version.document.key for version in showing.recent_changes(alert, finn)] == ["SOP-0001"]
    page = as_person(finn).get(reverse("watching:read", args=[alert.pk])).content.decode()
    assert "The labels that carry it" in page
    assert "+60" in page
    assert "SOP-0002" not in page


def test_the_tickets_that_tell_are_named(payments: Team, harbor_payments: Team, gia: User) -> None:
    bring(HEAD + rows(90, payments.slug, good_of=3) + rows(60, harbor_payments.slug))

    def told(metric: str, direction: str) -> list[tuple[str, str]]:
        of_one = {"team": payments, "site": payments.site, "last_day": LAST - timedelta(days=3)}
        alert = spell(metric=metric, direction=direction, **of_one)
        found = telling.tellings(alert, gia).rows
        return [(row.ticket.external_id.removeprefix("payments5-"), row.said) for row in found]

    assert told("volume", "up") == [("80", ""), ("52", ""), ("24", "")]
    assert told("csat", "down") == [("24", "bad")]
    assert told("csat", "up") == [("80", "good"), ("52", "good")]
    assert told("aht", "up") == [("80", "4:40"), ("52", "4:12"), ("24", "3:44")]
    assert told("aht", "down") == [("24", "3:44"), ("52", "4:12"), ("80", "4:40")]


def test_a_lead_is_shown_tickets_of_their_own_site(
    payments: Team, harbor_payments: Team, finn: User, gia: User
) -> None:
    bring(HEAD + rows(56, payments.slug) + rows(56, harbor_payments.slug))
    for metric in ("volume", "csat", "aht"):
        alert = spell(metric=metric, direction="up", label="refund")
        assert {row.ticket.team for row in telling.tellings(alert, finn).rows} == {harbor_payments}
        assert len({row.ticket.team for row in telling.tellings(alert, gia).rows}) == 2
