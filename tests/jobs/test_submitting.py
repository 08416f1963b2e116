"""The same work is one job, and its hint is sent if and only if the row is committed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from sopdesk.accounts.models import User
from sopdesk.jobs.models import Job
from sopdesk.jobs.submitting import hint, submit

pytestmark = pytest.mark.django_db


def test_the_same_work_is_one_job(gia: User) -> None:
    first = submit("test.count", key="a" * 64, payload={"rows": 1}, actor=gia)
    assert submit("test.count", key="a" * 64, payload={"rows": 1}, actor=gia) == first
    assert submit("test.count", key="b" * 64, payload={"rows": 1}, actor=gia) != first


def test_what_is_done_is_not_done_again(gia: User) -> None:
    job = submit("test.count", key="a", payload={}, actor=gia)
    Job.objects.update(state="done")
    assert submit("test.count", key="a", payload={}, actor=gia) == job


def test_what_failed_can_be_submitted_again(gia: User) -> None:
    job = submit("test.count", key="a", payload={}, actor=gia)
    Job.objects.update(state="failed")
    assert submit("test.count", key="a", payload={}, actor=gia) != job


def test_hint_is_sent_after_commit(
    gia: User, hints: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = submit("test.count", key="a", payload={}, actor=gia)
        assert hints == []
    assert hints == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_submission_that_is_rolled_back(gia: User, hints: list[int]) -> None:
    with transaction.atomic():
        submit("test.count", key="a", payload={}, actor=gia)
        transaction.set_rollback(True)
    assert hints == []
    assert not Job.objects.exists()


def test_a_hint_that_breaks_does_not_break_the_page(
    gia: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("sopdesk.jobs.submitting.app.send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        submit("test.count", key="a", payload={}, actor=gia)
    assert Job.objects.exists()


def test_without_redis_a_submission_stands(gia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr("sopdesk.jobs.submitting.app.send_task", down)
    assert hint(submit("test.count", key="a", payload={}, actor=gia)) is False
    assert Job.objects.get().state == "queued"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_submit_at_once_both_get_the_one_job(gia: User, hints: list[int]) -> None:
    together = Barrier(8)

    def submit_at_once(_: int) -> int:
        try:
            together.wait(timeout=10)
            return submit("test.count", key="same", payload={}, actor=gia).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(submit_at_once, range(8)))
    assert len(ids) == 1
    assert Job.objects.count() == 1
    assert hints == list(ids)
