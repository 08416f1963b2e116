"""What stands below the figures: the curve of waiting, the hours, the age of the backlog, promises at risk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from metrics import reporting
from metrics.asking import Report
from metrics.dashboards import tickets, waiting
from metrics.dashboards.filters import read
from metrics.filters import Period
from metrics.models import SlaResult
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring, source

HEAD = "external_id,status,created_at,first_solved_at,last_solved_at,team,labels\n"


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


def curve(user: User, query: str) -> waiting.Curve | None:
    chosen = read(query, user=user)
    asked = Report(user, (), chosen.period_now, chosen.narrow())
    return waiting.curve(asked, waiting.told(timezone.now()))


@pytest.mark.django_db
def test_what_is_open_waits_as_long_as_its_source_has_told_of_it(gia: User, as_person: Any) -> None:
    """Twelve were solved after two hours and five after five days. Three are open, last heard of within two days, one
    of them after a solve; one was closed at a time that nobody told, and one is deleted: neither waits.
    The newest word of this source is of 20 May, and of another one of today."""
    head = "external_id,status,created_at,last_solved_at,reopened_at,updated_at\n"
    rows = [f"a{n},solved,2026-05-04T10:00Z,2026-05-04T12:00Z,,2026-05-04T12:00Z\n" for n in range(12)]
    rows += [f"b{n},solved,2026-05-11T10:00Z,2026-05-16T10:00Z,,2026-05-16T10:00Z\n" for n in range(5)]
    rows += [
        "c1,open,2026-05-19T10:00Z,,,2026-05-20T10:00Z\n",
        "c2,new,2026-05-19T12:00Z,,,2026-05-19T12:00Z\n",
    ]
    rows += ["c3,open,2026-05-18T13:00Z,2026-05-18T14:00Z,2026-05-18T15:00Z,2026-05-18T15:00Z\n"]
    rows += ["d1,closed,2026-05-04T10:00Z,,,\n", "d2,deleted,2026-05-04T10:00Z,,,\n"]
    bring(head + "".join(rows))
    today = timezone.now() - timedelta(minutes=5)
    bring(f"external_id,status,created_at\ne,open,{today:%Y-%m-%dT%H:%M}Z\n", at=source("Other"))
    days = "since=2026-05-01&until=2026-05-31"
    found = curve(gia, days)
    assert found is not None
    assert (found.n, found.open_n) == (20, 3)
    # At two days only the five that took five are left to be at risk: the three were last heard of before.
    assert {mark: share for mark, share, *_interval in found.at_marks()}[2 * 86_400] == pytest.approx(8 / 20)
    assert found.shares[-1] == 0
    [told] = reporting.report(None, "time_to_solve", period=Period(date(2026, 5, 1), date(2026, 5, 31)))
    assert (told.figure.value, told.figure.n) == (found.median, 20)
    assert (told.figure.low, told.figure.high) == found.between
    assert dict(told.beside) == {"unsolved_yet": 3}
    page = as_person(gia).get(f"/metrics/parts/waiting?{days}")
    assert [(each.source, each.until.isoformat()) for each in page.context["section"]["told"]] == [
        ("Helpdesk", "2026-05-20T10:00:00+00:00"), ("Other", f"{today:%Y-%m-%dT%H:%M}:00+00:00")
    ]  # fmt: skip
    assert "Helpdesk</bdi> has told until" in page.content.decode()
    assert curve(gia, "since=2026-05-01&until=2026-05-18") is None  # of 18 tickets no curve is drawn
    [few] = reporting.report(None, "time_to_solve", period=Period(date(2026, 5, 1), date(2026, 5, 18)))
    assert (few.figure.value, few.figure.n, few.figure.is_small) == (None, 18, True)
    by_macro = as_person(gia).get(f"/metrics/parts/waiting?{days}&macro=M-1")
    assert by_macro.status_code == 200


@pytest.mark.django_db
def test_tickets_that_are_open_since_long_count_by_the_day_of_their_creation(gia: User) -> None:
    solved = [f"a{n},solved,2026-05-04T10:00Z,,2026-05-04T12:00Z,,\n" for n in range(18)]
    rows = [*solved, "b,solved,2026-05-04T10:00Z,,2026-05-14T10:00Z,,\n", "c,open,2026-05-05T02:00Z,,,,\n"]
    bring(HEAD + "".join(rows))
    found = curve(gia, "since=2026-05-01&until=2026-05-31")
    assert found is not None
    assert (found.n, found.open_n) == (20, 1)
    # It was last heard of on the 14th, nine and a half days after the middle of its day: before the other was solved.
    assert found.shares == [pytest.approx(0.1), 0]


@pytest.mark.django_db
def test_a_ticket_that_is_open_again_is_not_solved(gia: User) -> None:
    """First solved on the 2nd, opened on the 4th, solved on the 6th, and opened again by its last update on the 8th."""
    head = "external_id,status,created_at,first_solved_at,reopened_at,last_solved_at,updated_at\n"
    stamps = "2026-05-01T10:00Z,2026-05-02T10:00Z,2026-05-04T10:00Z,2026-05-06T10:00Z,2026-05-08T10:00Z"
    bring(f"{head}again,open,{stamps}\nover,solved,{stamps}\n")
    for last, n in ((1, 2), (3, 0), (5, 2), (7, 0), (9, 1)):
        chosen = read(f"since=2026-05-01&until=2026-05-0{last}", user=gia)
        [line] = reporting.report(gia, "backlog", period=chosen.period_now) or [None]
        assert (line.figure.value if line else 0) == n
        assert tickets.tickets(gia, chosen, "backlog").count() == n
    [line] = reporting.report(gia, "resolution", period=chosen.period_now)
    assert (line.figure.n, line.figure.not_measured) == (1, 1)
    assert [ticket.external_id for ticket in tickets.tickets(gia, chosen, "resolution")] == ["over"]
    assert [ticket.external_id for ticket in tickets.tickets(gia, chosen, "unsolved")] == ["again"]


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
    for metric, of_each in (("at_risk", 1), ("overdue", 2)):
        lines = reporting.report(None, metric, by=("team",), period=Period(friday.date(), friday.date()))
        assert {line.keys["team"]: line.figure.value for line in lines} == dict.fromkeys(teams, of_each)
        [mine] = reporting.report(finn, metric, period=Period(friday.date(), friday.date()))
        assert mine.figure.value == of_each
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
