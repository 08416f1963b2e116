"""By which policy, target and hours a promise was measured: on its ticket, in the file, and of the figures of SLA."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metrics import calendars, reporting, service_levels
from metrics.dashboards import versions
from metrics.dashboards.filters import read
from metrics.models import SiteHours, SlaPolicy, SlaResult, Ticket
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring
from tests.metrics.dashboards.test_tiles_as_files import taken

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,priority,created_at,first_public_reply_at,last_solved_at,team,conversation\n"
TALK = "agent@2026-05-12T10:10Z;customer@2026-05-12T11:00Z;agent@2026-05-12T12:00Z;customer@2026-05-12T13:00Z"
DAYS = "since=2026-05-01&until=2026-05-31"


@pytest.fixture
def two_versions(payments: Team, harbor_payments: Team) -> SlaPolicy:
    """The second holds from 10 May on, and has hours of their own for the vendor's site."""
    service_levels.default_policy()
    first = SlaPolicy.objects.select_related("calendar").get()
    second = SlaPolicy.objects.create(
        slug=first.slug, version=2, name="Standard", calendar=first.calendar, holds_from=date(2026, 5, 10)
    )
    service_levels.add_targets(
        second, {"first_reply": {"": 7200, "urgent": 60}, "next_reply": {"": 3600}, "resolution": {"": 3600}}
    )
    always = calendars.create("always", "Always", "UTC", calendars.ROUND_THE_CLOCK)
    SiteHours.objects.create(policy=second, site=harbor_payments.site, calendar=always)
    rows = [f"old{n},solved,,2026-05-0{5 + n}T10:00Z,,2026-05-0{6 + n}T10:00Z,payments,\n" for n in range(3)]
    rows.append("new,solved,,2026-05-12T10:00Z,2026-05-12T10:10Z,2026-05-12T14:00Z,payments,\n")
    rows.append(f"theirs,open,urgent,2026-05-12T10:00Z,,,harbor-payments,{TALK}\n")
    bring(HEAD + "".join(rows))
    return second


def test_figures_say_which_versions_they_are_of(
    two_versions: SlaPolicy, gia: User, finn: User, as_person: Any
) -> None:
    chosen = read(DAYS, user=gia)
    said = [(str(line.policy), line.counts) for line in versions.lines(chosen)]
    assert said == [("Standard v2", [2, 2, 2]), ("Standard v1", [3, 0, 3])]
    for place, metric in enumerate(("sla_reply", "sla_next_reply", "sla_resolution")):
        [line] = reporting.report(gia, metric, period=chosen.period_now)
        assert line.figure.n == sum(counts[place] for _policy, counts in said)
    assert [line.counts for line in versions.lines(read(DAYS, user=finn))] == [[1, 2, 1]]
    assert [line.counts for line in versions.lines(read(f"{DAYS}&priority=urgent", user=gia))] == [[1, 2, 1]]
    browser = as_person(gia)
    assert "/metrics/parts/versions?" in browser.get(f"/metrics/sla?{DAYS}").content.decode()
    page = browser.get(f"/metrics/parts/versions?{DAYS}").content.decode()
    assert f"/metrics/service-levels/policies/{two_versions.pk}" in page
    assert "All of them by one version" not in page
    assert [[*row.values()] for row in taken(browser, "versions", since="2026-05-01", until="2026-05-31")] == [
        ["Standard", "2", "2", "2", "2"], ["Standard", "1", "3", "0", "3"]
    ]  # fmt: skip


def test_a_ticket_says_by_which_rules_each_promise_was_measured(
    two_versions: SlaPolicy, gia: User, as_person: Any
) -> None:
    browser = as_person(gia)
    page = browser.get(f"/metrics/tickets/{Ticket.objects.get(external_id='theirs').pk}").content.decode()
    always = calendars.create("always", "Always", "UTC", calendars.ROUND_THE_CLOCK)
    assert f'<a href="/metrics/service-levels/policies/{two_versions.pk}">Standard v2</a>' in page
    assert f'<a href="/metrics/service-levels/calendars/{always.pk}">Always v1</a>' in page
    assert "1 min <span" in page
    assert ">urgent</span>" in page
    old = Ticket.objects.get(external_id="old0").pk
    assert "Standard v1</a>" in browser.get(f"/metrics/tickets/{old}").content.decode()
    assert _queries(browser, "theirs") == _queries(browser, "old0")


def _queries(browser: Client, ticket: str) -> int:
    """How many a page takes: of four promises as many as of two."""
    number = Ticket.objects.get(external_id=ticket).pk
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/metrics/tickets/{number}").status_code == 200
    return len(asked)


def test_the_file_of_tickets_says_it_too(two_versions: SlaPolicy, gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    answer = browser.get(f"/metrics/tickets.csv?{DAYS}&show=volume")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    rows = {row["ticket"]: row for row in csv.DictReader(text.splitlines())}
    names = ("target_s", "priority_applied", "policy", "calendar")
    assert [rows["theirs"][f"first_reply_{name}"] for name in names] == [
        "60", "urgent", "Standard v2", "Always v1"
    ]  # fmt: skip
    assert [rows["new"][f"resolution_{name}"] for name in names] == [
        "3600", "", "Standard v2", "Mon–Fri 09:00–17:30 v1"
    ]  # fmt: skip
    overdue = {(row["ticket"], row["promise"]): row for row in taken(browser, "overdue")}
    assert [overdue["theirs", "resolution"][name] for name in names] == [
        "3600",
        "",
        "Standard v2",
        "Always v1",
    ]
    assert rows["theirs"]["first_reply_due_at"] == "2026-05-12T10:01:00+00:00"
    told = {
        (row["ticket"], metric): row[f"{metric}_elapsed_s"]
        for row in rows.values()
        for metric in ("first_reply", "resolution")
    }
    measured = {
        (each.ticket.external_id, each.metric): "" if each.elapsed_s is None else str(each.elapsed_s)
        for each in SlaResult.objects.filter(metric__in=["first_reply", "resolution"]).select_related(
            "ticket"
        )
    }
    assert any(measured.values())
    assert {key: value for key, value in told.items() if value} == {
        key: value for key, value in measured.items() if value
    }
