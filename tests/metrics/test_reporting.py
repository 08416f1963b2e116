"""The door to figures: any metric, cut by anything, says the same as the tickets themselves."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from metrics import backlogs, reporting, rollups
from metrics.filters import Period
from metrics.models import Ticket
from sopdesk.accounts.models import Team, User
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,reopened_at,reopen_count,reply_count,group_stations,"
    "requester,labels,macro_keys,assignee,team,channel,priority,market,is_spam\n"
)
ROWS = """\
a,solved,2026-05-04T10:00Z,2026-05-04T12:00Z,2026-05-04T12:00Z,,0,1,1,one@x.example,refund|fraud,m1|m2,ann,payments,chat,low,DE,
b,solved,2026-05-06T10:00Z,2026-05-07T12:00Z,2026-05-07T12:00Z,,0,3,2,one@x.example,refund,m1,ann,payments,email,low,FR,
c,solved,2026-05-04T10:00Z,2026-05-04T12:00Z,2026-05-20T12:00Z,2026-05-08T12:00Z,1,,,two@x.example,fraud,,bob,harbor-payments,chat,high,DE,
d,open,2026-05-30T10:00Z,,,,,,,three@x.example,,,bob,elsewhere,chat,high,DE,
e,open,2026-05-12T10:00Z,,,,,,,,refund,,,payments,email,low,DE,true
"""


@pytest.fixture
def tickets(payments: Team, harbor_payments: Team) -> None:
    bring(HEAD + ROWS)


def told(metric: str, by: tuple[str, ...] = (), user: User | None = None, **narrow: Any) -> dict[str, Any]:
    lines = reporting.report(user, metric, by=by, period=MAY, narrow=narrow)
    return {" ".join(line.keys.values()): (line.figure.value, line.figure.n) for line in lines}


VOLUMES: list[tuple[tuple[str, ...], dict[str, int]]] = [
    ((), {"": 5}),
    (("team",), {"payments": 3, "harbor-payments": 1, "elsewhere": 1}),
    (("site",), {"dublin": 3, "harbor": 1, "": 1}),
    (("vendor",), {"in_house": 3, "vendor": 1, "": 1}),
    (("channel", "priority"), {"chat low": 1, "email low": 2, "chat high": 2}),
    (("market",), {"DE": 4, "FR": 1}),
    (("label",), {"refund": 3, "fraud": 2}),
    (("label", "market"), {"refund DE": 2, "refund FR": 1, "fraud DE": 2}),
    (("macro",), {"m1": 2, "m2": 1}),
    (("source",), {"Helpdesk": 5}),
    (("week",), {"2026-04-27": 0, "2026-05-04": 3, "2026-05-11": 1, "2026-05-18": 0, "2026-05-25": 1}),
]


def test_volume_by_everything(tickets: None) -> None:
    for by, expected in VOLUMES:
        assert {key: n for key, (_value, n) in told("volume", by).items()} == expected, by


def test_filters_narrow_it(tickets: None) -> None:
    assert told("volume", team="payments", market="DE")[""][1] == 2
    assert told("volume", label=["refund", "fraud"])[""][1] == 4
    assert told("volume", vendor="vendor")[""][1] == 1
    assert told("volume", ("label",), label="fraud", priority="high") == {"fraud": (1, 1)}


def test_a_contact_that_came_back_was_not_resolved_at_first(tickets: None) -> None:
    [line] = reporting.report(None, "fcr", period=MAY)
    assert (line.figure.value, line.figure.n) == (pytest.approx(2 / 3), 3)
    assert (line.figure.excluded, line.figure.not_measured) == (1, 1)


def test_touches_transfers_and_reopenings(tickets: None) -> None:
    assert told("one_touch")[""] == (0.5, 2)
    assert told("transferred")[""] == (0.5, 2)
    assert told("reopened")[""] == (pytest.approx(1 / 3), 3)
    [line] = reporting.report(None, "one_touch", period=MAY)
    assert line.figure.not_measured == 1


def test_the_backlog_is_that_of_the_last_day(tickets: None) -> None:
    by_day = {key: n for key, (_value, n) in told("backlog", ("day",)).items()}
    assert [by_day[f"2026-05-{day:02}"] for day in (4, 5, 6, 7, 8, 19, 20, 30, 31)] == [
        0,
        0,
        1,
        0,
        1,
        1,
        0,
        1,
        1,
    ]
    assert told("backlog") == {"": (1, 1)}
    whole = backlogs.standing(None, (), Period(date(2026, 5, 1), date(2026, 5, 14)), {})[()]
    assert whole.ages == Counter({7: 1})
    weeks = {key: n for key, (_value, n) in told("backlog", ("week", "team")).items() if n}
    assert weeks == {
        "2026-05-04 harbor-payments": 1,
        "2026-05-11 harbor-payments": 1,
        "2026-05-25 elsewhere": 1,
    }


def test_agents_are_for_those_who_may_see_them_and_never_few(
    tickets: None, gia: User, finn: User, hal: User
) -> None:
    lines = reporting.report(hal, "volume", by=("agent",), period=MAY)
    assert {line.keys["agent"]: (line.figure.value, line.figure.n) for line in lines} == {
        "ann": (None, 2),
        "bob": (None, 2),
    }
    assert all(line.figure.is_small for line in lines)
    assert [line.keys for line in reporting.report(finn, "volume", by=("agent",), period=MAY)] == [
        {"agent": "bob"}
    ]
    with pytest.raises(PermissionDenied):
        reporting.report(gia, "volume", by=("agent",), period=MAY)


def test_a_lead_sees_their_own_site(tickets: None, finn: User, dev: User) -> None:
    assert told("volume", ("team",), finn) == {"harbor-payments": (1, 1)}
    with pytest.raises(PermissionDenied):
        told("volume", (), dev)


@pytest.mark.parametrize(
    ("metric", "by", "narrow", "says"),
    [
        ("csta", (), {}, "There is no metric “csta”. There is: csat"),
        ("csat", ("colour",), {}, "There is no dimension “colour”. There is: team"),
        ("csat", (), {"day": "x"}, "There is no filter “day”. There is: team"),
        ("csat", (), {"sop": "SOP-9999"}, "There is no SOP “SOP-9999” in force"),
        ("csat", ("label",), {"-agent": "x"}, "not kept by agent"),
        ("backlog", (), {"-agent": "x"}, "not kept by agent"),
    ],
)
def test_what_makes_no_sense_is_said(
    metric: str, by: tuple[str, ...], narrow: dict[str, Any], says: str
) -> None:
    with pytest.raises(reporting.Refused, match=says):
        reporting.report(None, metric, by=by, period=MAY, narrow=narrow)


def test_a_repeat_that_comes_later_changes_the_day_before_it(payments: Team) -> None:
    head = "external_id,status,created_at,requester,labels\n"
    later = "later,open,2026-05-30T10:00Z,z@x.example,other\n"  # by then the others are mature
    bring(head + "one,open,2026-05-04T10:00Z,a@x.example,refund\n" + later)
    assert told("fcr")[""] == (1, 1)
    bring(head + "two,open,2026-05-08T10:00Z,a@x.example,refund\n")
    assert told("fcr")[""] == (0.5, 2)
    Ticket.objects.filter(external_id="two").update(flags=["created_ahead"])
    rollups.rebuild([date(2026, 5, day) for day in (4, 8)])
    assert told("fcr")[""] == (1, 1), "dated ahead it is no contact, nor the repeat of one"
