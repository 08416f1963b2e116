"""What stands below the figures: the curve of waiting, the hours, the age of the backlog, promises at risk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from metrics.dashboards import tickets, waiting
from metrics.dashboards.filters import read
from metrics.models import SlaResult
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

HEAD = "external_id,status,created_at,first_solved_at,last_solved_at,team,labels\n"


def test_open_tickets_count_as_long_as_they_have_waited() -> None:
    """Worked example 15, each ticket twice, so that there are enough: 10 hours, not 7."""
    hour = 3600.0
    solved = [(hours * hour, True, 2) for hours in (2, 4, 6, 8, 10, 12)]
    found = waiting.estimate([*solved, (20 * hour, False, 8)])
    assert found is not None
    assert found.median == 10 * hour
    assert (found.n, found.open_n) == (20, 8)
    assert found.shares == sorted(found.shares, reverse=True)
    assert all(
        low <= share <= high for low, share, high in zip(found.low, found.shares, found.high, strict=True)
    )


def test_of_few_tickets_no_curve_is_drawn() -> None:
    assert waiting.estimate([(60.0, True, 19)]) is None
    assert waiting.estimate([(60.0, False, 99)]) is None
    assert waiting.estimate([]) is None


@pytest.mark.django_db
def test_the_curve_and_the_hours_are_fetched_after_the_page(
    payments: Team, harbor_payments: Team, gia: User, finn: User, as_person: Any
) -> None:
    """23:30 UTC of a Tuesday in June is 00:30 of a Wednesday in Dublin."""
    made = [
        f"{team}{n},solved,2026-06-02T23:30Z,2026-06-03T01:30Z,2026-06-03T01:30Z,{team},refund\n"
        for team in (payments.slug, harbor_payments.slug) for n in range(20)
    ]  # fmt: skip
    bring(HEAD + "".join(made))
    days = "since=2026-06-01&until=2026-06-07"
    for person, n in ((gia, 40), (finn, 20)):
        browser = as_person(person)
        assert "/metrics/parts/hours?" in browser.get(f"/metrics/volume?{days}").content.decode()
        fetched = browser.get(f"/metrics/parts/hours?{days}", headers={"HX-Request": "true"})
        assert "<html" not in fetched.content.decode()
        cells = {(x, y): count for x, y, count in fetched.context["section"]["chart"]["cells"] if count}
        assert cells == {(0, 2): n}
        curve = browser.get(f"/metrics/parts/waiting?{days}").context["section"]["curve"]
        assert curve.n == n
        assert curve.median == pytest.approx(7200, rel=0.01)
    assert as_person(gia).get("/metrics/parts/nothing").status_code == 404


@pytest.mark.django_db
def test_promises_at_risk_and_overdue_are_those_of_the_viewer(
    payments: Team,
    harbor_payments: Team,
    gia: User,
    finn: User,
    as_person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 8 open hours from Friday 10:30 on, 90 minutes are left on Friday at 17:00, which is less than a fifth; due is
    Monday at 10:00. A day before there was more, and of 40 hours there is."""
    teams = ("payments", "harbor-payments")
    rows = [f"{team}{n},open,2026-06-0{1 + 2 * n}T09:30Z,,,{team},\n" for team in teams for n in range(3)]
    bring(f"{HEAD.strip()},first_public_reply_at\n" + "".join(row.replace("\n", ",\n") for row in rows))
    SlaResult.objects.filter(metric="resolution").delete()
    SlaResult.objects.filter(started_at__day=5).update(state="running")
    persons = ((as_person(gia), (2, 4)), (as_person(finn), (1, 2)))
    friday = datetime(2026, 6, 5, 17, tzinfo=ZoneInfo("Europe/Dublin"))
    monkeypatch.setattr(timezone, "now", lambda: friday)
    for browser, expected in persons:
        page = browser.get("/metrics/sla?since=2026-06-05")
        shown = page.context["sections"][0].context
        assert (shown["risky_n"], shown["overdue_n"]) == expected
        for show, n in zip(("at_risk", "overdue"), expected, strict=True):
            assert f"/metrics/tickets?show={show}&amp;sort=" in page.content.decode()
            listed = browser.get(f"/metrics/tickets?show={show}&sort=created&since=2026-06-05")
            assert (listed.context["listing"].total, listed.context["counted"].split()[0]) == (n, str(n))
    assert {result.ticket.external_id for result in shown["risky"]} == {"harbor-payments2"}
    assert [ticket.created_at.day for ticket in listed.context["listing"].rows] == [1, 3]
    monkeypatch.setattr(timezone, "now", lambda: friday - timedelta(hours=1))
    assert not persons[0][0].get("/metrics/tickets?show=at_risk").context["listing"].total
    monkeypatch.setattr(timezone, "now", lambda: friday + timedelta(days=3))
    assert persons[0][0].get("/metrics/tickets?show=overdue").context["listing"].total == 6


@pytest.mark.django_db
def test_the_age_of_the_backlog_adds_up_to_its_figure(payments: Team, gia: User, as_person: Any) -> None:
    rows = [f"b{n},open,2026-05-{1 + n:02}T10:00Z,,,payments,\n" for n in range(28)]
    bring(HEAD + "".join(rows))
    page = as_person(gia).get("/metrics/backlog?since=2026-05-01&until=2026-05-31")
    [tile] = page.context["tiles"]
    [section] = page.context["sections"]
    assert tile.figure.value == section.context["total"] == 28
    chosen = read("since=2026-05-01&until=2026-05-31", user=gia)
    assert tickets.tickets(gia, chosen, "unsolved").count() == 28
