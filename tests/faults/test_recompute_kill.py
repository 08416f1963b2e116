"""A recompute whose worker is killed in the middle goes on where it was, and measures nothing twice."""

from __future__ import annotations

from datetime import date, timedelta

import psutil
import pytest
from django.db.models import Sum
from django.utils import timezone

from metrics.models import Rollup, SlaPolicy, SlaResult, StaleDay
from metrics.promises import editing, recomputing
from metrics.promises.models import Recompute
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.faults.processes import Machine, kill, until
from tests.metrics.bringing import bring, source

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TICKETS, KILLS = 400, 2
JUNE = {"first": date(2026, 6, 1), "last": date(2026, 6, 30)}
WORK = (
    "import sys, django; django.setup();"
    "import tests.faults.steps;"
    "from sopdesk.jobs import running;"
    "[None for _ in iter(lambda: running.run(int(sys.argv[1])), False)]"
)


def test_a_recompute_survives_its_worker(gia: User, place: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopdesk.jobs.submitting.hint", lambda _job_id: None)
    head = "external_id,status,created_at,first_public_reply_at,last_solved_at\n"
    days = [f"2026-06-{n % 20 + 1:02}" for n in range(TICKETS)]
    lines = [f"t{n},solved,{day}T08:00Z,{day}T10:30Z,{day}T22:00Z\n" for n, day in enumerate(days)]
    bring(head + "".join(lines))
    old = SlaPolicy.objects.get()
    strict = [{"metric": "first_reply", "seconds": 3600}, {"metric": "resolution", "seconds": 8 * 3600}]
    editing.save_policy({"name": "Stricter", "calendar": old.calendar}, old=old, targets=strict, sites={},
                        holds_from=None, note="", actor=gia)  # fmt: skip
    asked = preview(gia)
    assert asked.comparison["changed"] == 2 * TICKETS
    job = recomputing.apply(asked, actor=gia).job
    assert job is not None
    for _round in range(KILLS):
        worker, before = at_work(place, job), progress(job)
        until(lambda before=before: progress(job) > before, 30, "work goes on")
        kill(worker)
        # A second later, as a process that had to be started would find it: the lease of the dead has run out.
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert progress(job) < TICKETS, "it ended before it could be killed"
    until(lambda: is_finished(job), 30, "the recompute ends")
    assert {*SlaResult.objects.values_list("policy__version", flat=True)} == {2}
    assert SlaResult.objects.count() == 2 * TICKETS
    assert not StaleDay.objects.exists()
    assert preview(gia).comparison["changed"] == 0, "measured again, nothing is left to change"
    rolled = Rollup.objects.filter(label="").aggregate(
        met=Sum("sla_reply_met_n"), late=Sum("sla_reply_breached_n")
    )
    told = SlaResult.objects.filter(metric="first_reply")
    assert rolled == {
        "met": told.filter(state="met").count(),
        "late": told.filter(state="breached").count(),
    }


def preview(gia: User) -> Recompute:
    asked = recomputing.ask(source(), **JUNE, actor=gia)
    while running.run(asked.preview_id or 0):
        pass
    asked.refresh_from_db()
    return asked


def at_work(place: Machine, job: Job) -> psutil.Process:
    """A process of its own that does the job, four tickets a chunk, with a lease of a second."""
    return place.start("recompute", ["-c", WORK, str(job.pk)])


def progress(job: Job) -> int:
    job.refresh_from_db()
    assert job.state != Job.State.FAILED, job.error
    return job.progress_done


def is_finished(job: Job) -> bool:
    """Goes on with it here as soon as the dead worker's lease has run out."""
    while running.run(job.pk):
        pass
    job.refresh_from_db()
    return job.state == Job.State.DONE
