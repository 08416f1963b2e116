"""Drawing: at random, repeatable, of every stratum, and never to whose ticket it was."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metrics.quality import sampling
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Draw, Review, SamplingRule
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 9)


def rule(actor: User, **values: Any) -> SamplingRule:
    card = making.scorecard(actor, name=f"Card {SamplingRule.objects.count()}")
    said = {"name": f"Rule {SamplingRule.objects.count()}", "scorecard": card, "count": 3, "per": "team"}
    return sampling.add_rule(actor=actor, **{**said, **values})


def tickets(team: Team, n: int, **values: Any) -> None:
    for number in range(n):
        making.ticket(f"{team.slug}-{number}", team, **values)


def test_so_many_of_every_team_and_the_same_again(gia: User, payments: Team, harbor_payments: Team) -> None:
    tickets(payments, 10)
    tickets(harbor_payments, 2)
    made = sampling.draw(rule(gia), WEEK, actor=gia)
    assert (made.tickets, made.unassigned) == (5, 0)
    drawn = Counter(Review.objects.values_list("team__slug", flat=True))
    assert drawn == {payments.slug: 3, harbor_payments.slug: 2}
    again = sampling.draw(made.rule, WEEK + timedelta(days=3), actor=gia)
    assert again == made
    assert Review.objects.count() == 5


def test_the_seed_decides(gia: User, payments: Team) -> None:
    tickets(payments, 30)
    of = sampling.candidates(rule(gia), WEEK)
    one, same, other = (
        [ticket.external_id for ticket in sampling.drawn(of, "team", 5, seed)] for seed in ("a", "a", "b")
    )
    assert one == same
    assert one != other
    assert len(set(one)) == 5


def test_every_ticket_has_about_the_same_chance(gia: User, payments: Team) -> None:
    tickets(payments, 20)
    of = sampling.candidates(rule(gia), WEEK)
    seen = Counter(
        ticket.external_id for seed in range(200) for ticket in sampling.drawn(of, "team", 5, str(seed))
    )
    assert len(seen) == 20
    assert all(25 <= n <= 80 for n in seen.values())  # 50 expected; binomial, beyond 4 deviations either side


def test_only_that_week_and_what_counts(gia: User, payments: Team) -> None:
    making.ticket("in", payments)
    making.ticket("late", payments, solved=datetime(2026, 11, 16, 0, 30, tzinfo=UTC))
    making.ticket("spam", payments, is_spam=True)
    making.ticket("merged", payments, merged_into="in")
    making.ticket("open", payments, solved=None, status="deleted")
    found = sampling.candidates(rule(gia), WEEK)
    assert [ticket.external_id for ticket in found] == ["in"]


def test_nobody_gets_their_own_ticket_or_one_they_may_not_see(
    gia: User, finn: User, payments: Team, harbor_payments: Team
) -> None:
    making.ticket("hers", payments, assignee=gia.name.upper())
    making.ticket("his", harbor_payments, assignee=finn.email)
    made = sampling.draw(rule(gia), WEEK, actor=gia)
    assert [(row.external_id, row.reviewer) for row in Review.objects.all()] == [("his", gia)]
    assert (made.tickets, made.unassigned) == (2, 1)


def test_reviewers_get_about_as_much(gia: User, payments: Team) -> None:
    others = [factories.user(f"Analyst {n}", "analyst", team=payments) for n in range(2)]
    tickets(payments, 31)
    sampling.draw(rule(gia, count=30), WEEK, actor=gia)
    loads = Counter(Review.objects.values_list("reviewer", flat=True))
    assert loads == {person.pk: 10 for person in (gia, *others)}


def test_by_agent_and_label(gia: User, payments: Team) -> None:
    making.ticket("a", payments, assignee="Dev", labels=["refund", "chargeback"])
    making.ticket("b", payments, assignee=None, labels=[])
    by_agent = sampling.draw(rule(gia, per="agent"), WEEK, actor=gia)
    by_label = sampling.draw(rule(gia, per="label"), WEEK, actor=gia)
    assert (by_agent.tickets, by_label.tickets) == (1, 1)


def test_the_weekly_task_draws_once(gia: User, payments: Team) -> None:
    tickets(payments, 4)
    rule(gia)
    rule(gia, is_active=False)
    today = date(2026, 11, 18)
    assert sampling.draw_due(today) == 1
    assert sampling.draw_due(today) == 0
    assert Draw.objects.get().week == WEEK
    assert Entry.objects.get(event="sample:drawn").actor_name == "sampling"


def test_a_week_that_is_not_over_is_refused(gia: User) -> None:
    with pytest.raises(QualityRefused):
        sampling.draw(rule(gia), date.today(), actor=gia)  # noqa: DTZ011 - any day of this week
