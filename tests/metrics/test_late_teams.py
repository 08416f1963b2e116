"""A team that comes to be after an import gets the tickets that its source sent there."""

from __future__ import annotations

from datetime import date

import pytest

from metrics import late_teams
from metrics.models import Rollup, StaleDay, Ticket
from metrics.tasks import age
from metrics.undoing import undo
from sopdesk.accounts.models import Team, User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,last_solved_at,team,rating,rating_scale,rated_at\n"


def done(job: Job | None) -> Job:
    assert job is not None
    while running.run(job.pk):
        pass
    return Job.objects.get(pk=job.pk)


def test_a_new_team_gets_its_tickets_and_their_days(payments: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_teams, "CHUNK_TICKETS", 2)
    teams = ["Night Shift", "night-shift", payments.slug, "elsewhere", "Night shift"]
    bring(
        HEAD
        + "".join(
            f"A{n},solved,2026-05-04,2026-05-05,{team},good,good_bad,2026-05-07\n"
            for n, team in enumerate(teams)
        )
    )
    done(late_teams.submit_due())
    assert late_teams.submit_due() is None
    night = Team.objects.create(site=payments.site, slug="night-shift", name="Night shift")
    assert done(late_teams.submit_due()).report == {"given": 3}
    assert [*StaleDay.objects.order_by("day").values_list("day", flat=True)] == [
        date(2026, 5, day) for day in (4, 5, 7)
    ]
    assert Ticket.objects.filter(team=night).count() == 3
    assert Ticket.objects.get(external_id="A2").team == payments
    age()
    whole = Rollup.objects.filter(label="", team=night)
    assert (sum(row.created_n or 0 for row in whole), sum(row.good_n or 0 for row in whole)) == (3, 3)
    assert late_teams.submit_due() is None


def test_a_new_short_name_counts_and_tickets_of_a_team_stay(payments: Team) -> None:
    bring(HEAD + f"A1,new,2026-05-04,,{payments.slug},,,\nA2,new,2026-05-04,,money,,,\n")
    done(late_teams.submit_due())
    Team.objects.filter(pk=payments.pk).update(slug="money")
    assert done(late_teams.submit_due()).report == {"given": 1}
    assert set(Ticket.objects.values_list("team", flat=True)) == {payments.pk}


def test_an_undo_brings_no_team_of_before_back(payments: Team, gia: User) -> None:
    """The ticket was kept as it was when nobody had that team yet."""
    row = "A1,{},2026-05-04,,night-shift,,,\n"
    bring(HEAD + row.format("new"))
    again = bring(HEAD + row.format("open"))
    night = Team.objects.create(site=payments.site, slug="night-shift", name="Night shift")
    done(late_teams.submit_due())
    undo(again, actor=gia)
    again.refresh_from_db()
    done(again.undo_job)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.team) == ("new", night)
