"""After an upgrade that counts something new the days of before are added up anew, once, and the page says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from metrics import rebuilding, upgrading
from metrics.models import Backlog, Cell, Import, Rollup, Slice, StaleDay, Ticket, Week, WeekCell
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring, source
from tests.metrics.test_rebuilding import everything

pytestmark = pytest.mark.django_db
ROWS = (
    "external_id,status,created_at,last_solved_at\n"
    "1,solved,2026-05-04T10:00Z,2026-05-04T15:00Z\n2,solved,2026-05-20T10:00Z,2026-05-20T15:00Z\n"
)


def jobs() -> list[Job]:
    return [*Job.objects.filter(kind=rebuilding.KIND)]


def test_a_desk_that_was_new_then_has_nothing_to_do() -> None:
    assert upgrading.submit_due() is None
    bring(ROWS)
    assert upgrading.submit_due() is None
    assert jobs() == []


def test_an_older_desk_adds_up_its_days_once(gia: User, as_person: Any) -> None:
    bring(ROWS)
    [*whole] = Rollup.objects.filter(label="").order_by("day").values_list("day", "solve_log")
    applied = (
        MigrationRecorder(connection).migration_qs.get(app="metrics", name=upgrading.COUNTS_SINCE).applied
    )
    Import.objects.update(created_at=applied - timedelta(days=1))
    Rollup.objects.update(solve_log=None)  # as the migration left it
    Cell.objects.all().delete()
    job = upgrading.submit_due()
    assert job is not None
    assert upgrading.days_behind() == 17
    assert "Figures of 17 days" in as_person(gia).get(reverse("metrics:import_list")).content.decode()
    while running.run(job.pk):
        pass
    assert [*Rollup.objects.filter(label="").order_by("day").values_list("day", "solve_log")] == whole
    assert Cell.objects.exists()
    assert (upgrading.submit_due(), upgrading.days_behind(), len(jobs())) == (None, 0, 1)
    assert "added up anew" not in as_person(gia).get(reverse("metrics:import_list")).content.decode()


def test_workers_of_before_go_on_while_it_begins() -> None:
    """The migration comes first: until they are replaced they write the backlog without what is new in it."""
    bring(ROWS.replace("05-04T15", "05-09T15"))
    assert Backlog.objects.exists()
    known = (
        "day, source_id, team_id, team_name, channel, priority, market, labels, from_day, until_day, open_n"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO metrics_backlog ({known}) SELECT {known} FROM metrics_backlog")
    assert {(row.assignee, *row.macro_keys) for row in Backlog.objects.all()} == {("",)}
    assert {row.left_n for row in Backlog.objects.all()} == {0, None}


LEVELS = (Backlog, Cell, Rollup, Slice, Week, WeekCell)


@pytest.mark.parametrize("stays", ["2026-01", "2026-09", None])  # before those that go, after them, and none
def test_rows_of_all_teams_that_workers_of_before_left_go(stays: str | None) -> None:
    """Undoing an import while the upgrade began, these knew of no such rows."""
    if stays:
        bring(ROWS.replace("2026-05", stays))
    at, kept = source("Other"), everything()
    bring(ROWS, at=at)
    Ticket.objects.filter(source=at).delete()
    for level in (Backlog, Cell, Rollup, Slice):
        level.objects.filter(source=at).delete()
    for blocks in (Week, WeekCell):
        blocks.objects.filter(source=at, weeks__gt=0).delete()
        assert blocks.objects.filter(source=at, weeks__lt=0).exists()
    Import.objects.update(created_at=timezone.now() - timedelta(days=900))
    job = upgrading.submit_due()
    assert job is not None
    while running.run(job.pk):
        pass
    assert everything() == kept


def test_one_that_failed_is_tried_again_a_day_later() -> None:
    bring(ROWS)
    Import.objects.update(created_at=timezone.now() - timedelta(days=900))
    job = upgrading.submit_due()
    assert job is not None
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=timezone.now())
    assert (upgrading.submit_due(), len(jobs())) == (None, 1)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert upgrading.submit_due() is not None


def test_days_that_time_left_behind_are_counted_too() -> None:
    StaleDay.objects.bulk_create(StaleDay(day=timezone.localdate() - timedelta(days=n)) for n in range(3))
    assert upgrading.days_behind() == 3
