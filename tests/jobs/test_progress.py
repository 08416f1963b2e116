"""How far a job is, for whom it concerns, until it has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.jobs.models import Job

pytestmark = pytest.mark.django_db


def page(browser: Any, job: Job) -> str:
    answer = browser.get(f"/jobs/{job.pk}/progress")
    assert answer.status_code == 200
    assert "no-cache" in answer["Cache-Control"]
    return answer.content.decode()


@pytest.fixture
def job(gia: User) -> Job:
    return Job.objects.create(
        kind="test", key="a", created_by=gia, state="running", progress_done=1500, progress_total=6000
    )


def test_a_running_job_says_how_far_it_is_and_asks_again(job: Job, gia: User, as_person: Any) -> None:
    shown = page(as_person(gia), job)
    assert "1,500 of 6,000 rows" in shown
    assert f'hx-get="/jobs/{job.pk}/progress"' in shown
    assert "<html" not in shown


def test_a_job_that_nobody_works_at_says_so(job: Job, gia: User, as_person: Any) -> None:
    assert "Waiting for a worker" not in page(as_person(gia), job)
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    shown = page(as_person(gia), job)
    assert "Waiting for a worker" in shown
    assert f'hx-get="/jobs/{job.pk}/progress"' in shown


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_finished_job_no_longer_asks(job: Job, gia: User, as_person: Any, state: str) -> None:
    Job.objects.update(state=state, error="The file is no CSV.")
    shown = page(as_person(gia), job)
    assert "hx-get" not in shown
    assert ("The file is no CSV." in shown) == (state == "failed")


def test_a_job_of_unknown_size_counts_what_is_done(job: Job, gia: User, as_person: Any) -> None:
    Job.objects.update(progress_total=None)
    assert "1,500 rows" in page(as_person(gia), job)


def test_others_do_not_see_it(job: Job, ana: User, hal: User, as_person: Any) -> None:
    assert as_person(ana).get(f"/jobs/{job.pk}/progress").status_code == 404
    assert page(as_person(hal), job)
    own = Job.objects.create(kind="test", key="b", created_by=ana)
    assert page(as_person(ana), own)
