"""What a file says is neither lost nor distorted on its way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from metrics.dashboards.tickets import OPEN
from metrics.effects import counting, measures
from metrics.effects.groups import Group
from metrics.models import Backlog, HandleSegment, Rollup, Ticket, VendorFigure
from sopdesk.accounts.models import User
from tests.metrics.bringing import SHIPPED, bring
from tests.metrics.test_importing import counts

pytestmark = pytest.mark.django_db
TIMES = "external_id,status,created_at,last_solved_at,talk_s,hold_s,wrap_s,active_s\n"
BARE = "external_id,status,created_at,last_solved_at\n"


def test_handle_time_is_talk_hold_and_wrap_else_the_active_time() -> None:
    rows = ["30,20,10,999", ",20,10,", ",20,10,999", "30,,,", ",,,300", ",,,"]
    bring(TIMES + "".join(f"A{n},solved,2026-05-04,2026-05-05,{row}\n" for n, row in enumerate(rows)))
    found = HandleSegment.objects.order_by("ticket__external_id").values_list("handle_s", flat=True)
    assert [*found] == [60, 30, 30, 30, 300]


def test_without_a_version_the_later_import_wins() -> None:
    """A ticket that was reopened has lost its solve: its moments look older than they were."""
    solved, reopened = "A1,solved,2026-05-04,2026-05-06\n", "A1,open,2026-05-04,\n"
    bring(BARE + solved)
    assert counts(bring(BARE + reopened)) == (0, 1, 0, 0)
    assert Ticket.objects.get().last_solved_at is None
    assert counts(bring(BARE + reopened + "\n")) == (0, 0, 1, 0)


def test_without_a_version_the_later_line_wins() -> None:
    bring(BARE + "A1,solved,2026-05-04,2026-05-06\nA1,open,2026-05-04,\n")
    assert Ticket.objects.get().status == "open"


def test_an_import_that_began_before_another_of_the_same_source_is_older() -> None:
    bring(BARE + "A1,open,2026-05-04,\n")
    Ticket.objects.update(last_import=10**9)
    assert counts(bring(BARE + "A1,solved,2026-05-04,2026-05-06\n")) == (0, 0, 1, 0)


def test_a_ticket_of_a_day_to_come_is_flagged_and_counts_on_no_day(gia: User, as_person: Any) -> None:
    now = timezone.now()
    ahead = [now + timedelta(hours=hours) for hours in (23, 25)]
    done = bring(
        "external_id,status,created_at\n" + "".join(f"A{n},new,{at:%FT%TZ}\n" for n, at in enumerate(ahead))
    )
    assert (counts(done), done.flagged) == ((2, 0, 0, 0), 1)
    assert Ticket.objects.get(external_id="A1").flags == ["created_ahead"]
    whole = Rollup.objects.filter(label="")
    assert [sum(getattr(row, name) or 0 for row in whole) for name in ("created_n", "flagged_n")] == [1, 1]
    assert sum(row.open_n for row in Backlog.objects.all()) == 1
    Ticket.objects.filter(external_id="A0").update(created_at=now, external_id="here")
    Ticket.objects.filter(external_id="A1").update(created_at=now, external_id="ahead")
    for show, there in (("volume", (True, False)), ("flagged", (False, True))):
        listed = as_person(gia).get(reverse("metrics:tickets"), {"show": show}).content.decode()
        assert (">here<" in listed, ">ahead<" in listed) == there
    assert [ticket.external_id for ticket in Ticket.objects.filter(OPEN)] == ["here"]
    today = timezone.localdate()
    of_days = counting.counts(measures.CREATED, Group([""], [], [0]), today - timedelta(days=1), today)
    assert int(of_days.total.sum()) == 1


HOW = {**SHIPPED["sopdesk"], "columns": {**SHIPPED["sopdesk"]["columns"], "vendor_figures": "vendor_figures"}}
FIGURES = "external_id,status,created_at,vendor_sla_met,vendor_reply_s,vendor_figures\n"


def test_a_figure_of_the_source_that_cannot_be_read_costs_no_ticket() -> None:
    done = bring(
        FIGURES + "A1,new,2026-05-04,perhaps,12 min,Zeit bis zur Lösung (P1)/business/60/t;rubbish\n"
        "A2,new,2026-05-04,yes,720,first_reply/calendar/60/\n",
        read_as=HOW,
    )
    assert (counts(done), done.flagged) == ((2, 0, 0, 0), 1)
    assert Ticket.objects.get(external_id="A1").flags == ["vendor_figure_unread"]
    found = VendorFigure.objects.order_by("ticket__external_id", "name", "pk")
    assert [(row.name, row.seconds, row.met) for row in found] == [
        ("Zeit bis zur Lösung (P1)", 60, True), ("first_reply", 720, None), ("first_reply", 60, None),
        ("sla", None, True),
    ]  # fmt: skip


def test_a_figure_with_the_name_of_another_counts_no_ticket_twice() -> None:
    bring(
        FIGURES
        + "A1,new,2026-05-04,yes,,sla/business/60/t\nA2,new,2026-05-04,,,sla/business/60/t;sla/business//f\n",
        read_as=HOW,
    )
    assert VendorFigure.objects.filter(ticket__external_id="A1", name="sla").count() == 1
    whole = Rollup.objects.filter(label="")
    assert sum(row.created_n or 0 for row in whole) == 2
    assert sum(row.vendor_sla_n or 0 for row in whole) == 2
