"""Agents and macros together with labels, SOPs, priority and market: worked out of the tickets, within limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrics import from_tickets, reporting, rollups
from metrics.counting import part_sql, part_values
from metrics.definitions import METRICS
from metrics.filters import Period
from metrics.models import HandleSegment, Source, Ticket
from metrics.reporting import Refused
from metrics.summing import held
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
MAY = Period(date(2026, 5, 1), date(2026, 5, 28))
HEAD = (
    "external_id,status,created_at,first_solved_at,last_solved_at,team,labels,priority,market,requester,assignee,"
    "macro_keys,active_s,rating,rating_scale,rated_at\n"
)
Told = dict[str, tuple[float | None, int]]


def row(n: int, team: str, month: int = 5) -> str:
    day = f"2026-{month:02}-{1 + n % 28:02}"
    labels = ("refund", "refund|payout", "other")[n % 3]
    whose = ("ann", "ann", "ann", "bob", "")[n % 5]
    return (
        f"{team}-{month}-{n},solved,{day}T10:00Z,{day}T12:00Z,{day}T12:00Z,{team},{labels},{('low', 'urgent')[n % 2]},"
        f"DE,c{n % 9}@x.example,{whose},{('m1', 'm1|m2', 'm3', '')[n % 4]},{60 + n},"
        f"{'bad' if n % 7 == 0 else 'good'},good_bad,{day}T13:00Z\n"
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> None:
    """60 tickets of each of two teams."""
    bring(HEAD + "".join(row(n, team.slug) for n in range(60) for team in (payments, harbor_payments)))


def told(user: User | None, metric: str, by: tuple[str, ...] = (), **narrow: Any) -> Told:
    lines = reporting.report(user, metric, by=by, period=MAY, narrow=narrow)
    return {" ".join(line.keys.values()): (line.figure.value, line.figure.n) for line in lines}


def counted(condition: Callable[[Ticket], bool]) -> int:
    return sum(map(condition, Ticket.objects.all()))


@pytest.mark.usefixtures("figures")
def test_the_agents_of_a_label_add_up_to_the_label(hal: User) -> None:
    for metric in ("volume", "csat", "aht"):
        for by, narrow in ((("agent",), {"label": "refund"}), (("agent", "priority"), {"label": "payout"})):
            lines = reporting.report(hal, metric, by=by, period=MAY, narrow=narrow)
            [whole] = reporting.report(hal, metric, period=MAY, narrow=narrow)
            nobodys = Ticket.objects.filter(assignee=None, labels__contains=[narrow["label"]]).count()
            assert sum(line.figure.n for line in lines) == whole.figure.n - nobodys > nobodys > 0, metric
    [of_label] = told(hal, "volume", label="refund").values()
    assert of_label == (80, 80)


@pytest.mark.usefixtures("figures")
def test_of_a_person_nothing_is_said_below_twenty(hal: User, gia: User) -> None:
    of_agents = told(hal, "volume", ("agent",), label="refund", priority="low")
    assert of_agents == {"ann": (24, 24), "bob": (None, 8)}
    assert told(hal, "csat", agent="bob", label="refund", priority="low") == {"": (None, 8)}
    assert told(hal, "csat", agent="ann", label="refund")[""][1] == counted(
        lambda t: t.assignee == "ann" and "refund" in t.labels
    )
    with pytest.raises(PermissionDenied):
        told(gia, "volume", ("agent",), label="refund")
    with pytest.raises(Refused, match="so that one can be left out"):
        told(hal, "volume", label="refund", **{"-agent": "ann"})


@pytest.mark.usefixtures("figures")
def test_a_vendors_lead_reads_the_tickets_of_their_site(finn: User, harbor_payments: Team) -> None:
    assert told(finn, "volume", ("agent",), label="refund") == {"ann": (24, 24), "bob": (None, 8)}
    assert told(finn, "volume", ("team",), macro="m1", label="refund") == {"harbor-payments": (20, 20)}
    assert told(finn, "volume", macro="m1", label="refund", site="dublin") == {"": (0, 0)}
    Ticket.objects.exclude(team=harbor_payments).delete()
    assert told(finn, "volume", ("agent",), label="refund") == {"ann": (24, 24), "bob": (None, 8)}


def test_a_contact_was_repeated_whoever_had_the_next(
    finn: User, payments: Team, harbor_payments: Team
) -> None:
    """Another agent of another site, about the same label, without the macro. The last makes the first mature."""
    rows = (
        f"{n},open,2026-05-0{day}T10:00Z,,,{team},refund,{priority},DE,z@x.example,{who},{macro},,,,\n"
        for n, day, team, priority, who, macro in (
            (1, 4, harbor_payments.slug, "low", "ann", "m1"),
            (2, 6, payments.slug, "urgent", "bob", ""),
            (3, 20, harbor_payments.slug, "low", "ann", "m1"),
        )
    )
    bring(HEAD + "".join(rows))
    assert told(finn, "fcr", macro="m1", label="refund", priority="low") == {"": (0, 1)}


@pytest.mark.usefixtures("figures")
def test_a_ticket_counts_once_with_several_macros_or_labels_of_an_sop(
    gia: User, ana: User, ben: User
) -> None:
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, since=datetime(2026, 5, 1, tzinfo=UTC),
        data={"labels": ["refund", "payout"]},
    )  # fmt: skip
    assert told(gia, "volume", macro=["m1", "m2"]) == {"": (60, 60)}
    assert told(gia, "volume", ("macro",), macro=["m1", "m2"]) == {"m1": (60, 60), "m2": (30, 30)}
    assert told(gia, "volume", **{"-macro": ["m1", "m2"]}) == {"": (60, 60)}
    both = counted(lambda t: "m1" in (t.macro_keys or []) and t.labels != ["other"])
    assert told(gia, "volume", macro="m1", sop="SOP-0001") == {"": (both, both)}
    assert told(gia, "volume", ("sop",), macro="m1") == {"SOP-0001": (both, both)}
    of_macros = told(gia, "volume", ("macro",), label="payout", market="DE")
    assert {macro: n for macro, (_value, n) in of_macros.items()} == {
        macro: counted(lambda t: "payout" in t.labels and macro in (t.macro_keys or []))  # noqa: B023
        for macro in ("m1", "m2", "m3")
    }


@pytest.mark.usefixtures("figures")
def test_a_label_is_meant_by_its_other_names(gia: User, hal: User, ana: User, ben: User) -> None:
    data = {"group": "Money", "status": "active", "aliases": ["payout"]}
    factories.published("label", "refund", author=ana, reviewer=ben, data=data)
    cache.clear()
    for name in ("refund", "payout"):
        assert told(gia, "volume", ("label",), macro="m1", label=name) == {"refund": (40, 40)}
    assert told(hal, "volume", ("agent", "label"), priority="low") == {
        "ann other": (None, 12), "ann refund": (24, 24), "bob other": (None, 4), "bob refund": (None, 8),
    }  # fmt: skip


@pytest.mark.usefixtures("figures")
def test_too_many_tickets_are_refused_in_words(hal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_tickets, "MOST_READ", 79)
    with pytest.raises(
        Refused, match=r"about 80, and 79 at most are read\. Choose fewer days, or leave out: label\."
    ) as no:
        told(hal, "csat", ("agent",), label="refund")
    assert no.value.apart == ("agent", "label")
    assert told(hal, "csat", ("agent",), label="payout")  # of fewer
    assert told(hal, "csat", agent="bob", priority="low")  # bob has 24
    monkeypatch.setattr(from_tickets, "MOST_THROUGH", 119)
    with pytest.raises(Refused, match="These days have more than 119 tickets in all"):
        told(hal, "csat", agent="bob", priority="low")
    assert told(hal, "csat", ("agent",)), "rollups are read as ever"


@pytest.mark.usefixtures("figures")
def test_a_refusal_names_choices_as_people_read_them(
    hal: User, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"labels": ["refund"]}
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, since=datetime(2026, 5, 1, tzinfo=UTC), data=data
    )
    monkeypatch.setattr(from_tickets, "MOST_READ", 1)
    with pytest.raises(Refused, match=r"Figures by agent together with SOP are .* or leave out: SOP\.") as no:
        told(hal, "csat", ("agent",), sop="SOP-0001")
    assert no.value.apart == ("agent", "sop")


@pytest.mark.usefixtures("figures")
def test_a_vendors_lead_does_not_read_how_many_tickets_all_sites_have(
    hal: User, finn: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_tickets, "MOST_THROUGH", 119)
    for user in (hal, None):
        with pytest.raises(Refused, match="more than 119 tickets in all"):
            told(user, "csat", ("agent",), label="refund")
    with pytest.raises(Refused, match="These days have too many tickets to be looked through") as no:
        told(finn, "csat", ("agent",), label="refund")
    assert not any(letter.isdigit() for letter in str(no.value))
    monkeypatch.setattr(from_tickets, "MOST_THROUGH", 120)
    assert told(finn, "csat", ("agent",), label="refund")


@pytest.mark.usefixtures("figures")
def test_what_an_agent_handles_of_others_tickets_counts_before_it_is_read(
    hal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent of calls, who is never an assignee."""
    HandleSegment.objects.bulk_create(
        HandleSegment(
            ticket=ticket, agent="cleo", active_s=60, handle_s=60, ended_at=ticket.created_at, origin="call"
        )
        for ticket in Ticket.objects.all()
        for _each in range(3)
    )
    rollups.rebuild([MAY.first + timedelta(days=n) for n in range(28)])
    asked = {"agent": "cleo", "market": "DE"}
    assert told(hal, "volume", **asked) == {"": (None, 0)}
    assert told(hal, "aht", **asked)[""][1] == 360
    monkeypatch.setattr(from_tickets, "MOST_READ", 299)
    with pytest.raises(Refused, match="about 360, and 299 at most"):
        told(hal, "aht", **asked)


@pytest.mark.usefixtures("figures")
def test_days_of_deleted_tickets_are_refused(hal: User, finn: User, payments: Team) -> None:
    """Their sums stay, so that tickets would tell of fewer."""
    bring(HEAD + row(1, payments.slug), at=Source.objects.create(name="Other"))
    Source.objects.filter(name="Helpdesk").update(figures_frozen_before=date(2026, 5, 10))
    with pytest.raises(Refused, match="Tickets from before 10 May 2026 were deleted") as no:
        told(hal, "csat", ("agent",), label="refund")
    assert (no.value.since, no.value.apart) == (date(2026, 5, 10), ("agent", "label"))
    assert told(hal, "volume", ("agent",), label="refund", source="Other") == {"ann": (None, 1)}
    later = Period(date(2026, 5, 10), MAY.last)
    assert reporting.report(hal, "volume", period=later, narrow={"agent": "ann", "label": "refund"})
    Source.objects.update(figures_frozen_before=date(2026, 5, 1))
    assert told(finn, "volume", ("agent",), label="refund")


@pytest.mark.usefixtures("figures")
def test_all_figures_are_one_reading_and_no_more_with_more_tickets(
    hal: User, payments: Team, harbor_payments: Team
) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured, held():
            reporting.reports(hal, METRICS, by=["agent"], period=MAY, narrow={"label": "refund"})
        return [query["sql"] for query in captured]

    few = queries()
    assert sum("metrics_ticketpart" in sql for sql in few) == 1
    teams = (payments, harbor_payments)
    bring(HEAD + "".join(row(n, team.slug, 4) for n in range(60) for team in teams))
    assert len(queries()) == len(few) <= 9


@pytest.mark.usefixtures("figures")
def test_what_is_asked_for_is_asked_of_the_tickets_themselves() -> None:
    """Not of all that was worked out of all tickets first."""
    first = date(2026, 5, 1)
    values = part_values(first, first + timedelta(days=31))
    sql = part_sql(whole=True, one=False, named=False)
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (FORMAT JSON) SELECT * FROM ({sql}) AS part WHERE labels && '{{sought}}'", values
        )
        [[told]] = cursor.fetchall()
    nodes, narrowed = [told[0]["Plan"]], set()
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if any(
            "sought" in str(node.get(where))
            for where in ("Filter", "Join Filter", "One-Time Filter", "Recheck Cond")
        ):
            narrowed.add(node.get("Relation Name", node["Node Type"]))
    assert narrowed
    assert all(name.startswith("metrics_ticket") for name in narrowed), narrowed
