"""On which day a rating counts: when it was given, or when its ticket was solved; changed for what is there, too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from metrics import rating_days, reporting, rollups
from metrics.dashboards import measuring, tickets
from metrics.dashboards.filters import read
from metrics.definitions import CSAT
from metrics.filters import Period
from metrics.models import Rating, Rollup, Source, StaleDay
from metrics.privacy import keeping
from metrics.undoing import undo
from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,updated_at,last_solved_at,rating,rating_scale,rated_at\n"
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def told(number: str, solved: int | None, rated: int, rating: str = "good", updated: int = 20) -> str:
    done = f"2026-05-{solved:02}T12:00Z" if solved else ""
    return (
        f"{number},{'solved' if done else 'open'},2026-05-01T09:00Z,2026-05-{updated:02}T09:00Z,{done},{rating},"
        f"good_bad,2026-05-{rated:02}T09:00Z\n"
    )


FILE = HEAD + told("A1", 3, 5) + told("A2", 3, 3, "bad") + told("A3", None, 7)


def counted() -> list[tuple[int, int, int]]:
    """Days on which an answer counts, with good and bad."""
    rows = Rollup.objects.filter(label="", answered_n__gt=0).order_by("day")
    return sorted((row.day.day, row.good_n or 0, row.bad_n or 0) for row in rows)


def say(of: Source, day: str, actor: User) -> Job | None:
    """What the page of the source does."""
    said = {name: getattr(of, name) for name in keeping.FIELDS}
    keeping.change(of, actor=actor, **{**said, "rating_day": day})
    of.refresh_from_db()
    return rating_days.job_of(of)


def finish(job: Job | None) -> None:
    assert job is not None
    while running.run(job.pk):
        pass
    job.refresh_from_db()
    assert job.state == "done", job.error


def test_ratings_that_are_there_are_moved_and_back(hal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """In chunks: a worker that dies goes on with the next."""
    monkeypatch.setattr(rating_days, "_NEXT", rating_days._NEXT.replace("LIMIT 5000", "LIMIT 1"))
    bring(FILE)
    bring(FILE, at=source("Other"))
    assert counted() == [(3, 0, 1), (3, 0, 1), (5, 1, 0), (5, 1, 0), (7, 1, 0), (7, 1, 0)]
    job = say(source(), "solved", hal)
    assert job is not None
    assert running.run(job.pk)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (1, 3)
    finish(job)
    assert not StaleDay.objects.exists()
    mine = Rollup.objects.filter(label="", answered_n__gt=0, source=source())
    assert [(row.day.day, row.good_n, row.bad_n) for row in mine.order_by("day")] == [(3, 1, 1), (7, 1, None)]
    others = Rating.objects.filter(ticket__source=source("Other")).order_by("counts_at")
    assert [one.counts_at.day for one in others] == [3, 5, 7]
    before = counted()
    rollups.rebuild([date(2026, 5, day) for day in range(1, 10)])
    assert counted() == before
    finish(say(source(), "given", hal))
    assert counted() == [(3, 0, 1), (3, 0, 1), (5, 1, 0), (5, 1, 0), (7, 1, 0), (7, 1, 0)]


def test_what_is_imported_then_counts_so_and_the_latest_answer_still_does(hal: User) -> None:
    finish(say(source(), "solved", hal))
    bring(FILE)
    assert counted() == [(3, 1, 1), (7, 1, 0)]
    # Another answer, and another solve: all that the ticket has goes along, and the later answer counts.
    second = bring(HEAD + told("A1", 9, 8, "bad", updated=21))
    assert counted() == [(3, 0, 1), (7, 1, 0), (9, 0, 1)]
    assert [one.counts_at.day for one in Rating.objects.filter(ticket__external_id="A1")] == [9, 9]
    assert not StaleDay.objects.exists()
    # Taken back after the source said otherwise: as it says now.
    finish(say(source(), "given", hal))
    undo(second, actor=hal)
    second.refresh_from_db()
    while running.run(second.undo_job_id or 0):
        pass
    assert counted() == [(3, 0, 1), (5, 1, 0), (7, 1, 0)]


def test_the_page_of_the_source_says_it_and_the_record_keeps_it(hal: User, gia: User, as_person: Any) -> None:
    bring(FILE)
    browser, where = as_person(hal), reverse("privacy:source", args=[source().pk])
    said = {"name": "Helpdesk", "time_zone": "UTC", "keep_file_days": "30", "rating_day": "solved"}
    answer = browser.post(where, said)
    assert answer["Location"] == where
    assert "Its ratings are being moved" in browser.get(where).content.decode()
    entry = Entry.objects.get(event=Event.SOURCE_CHANGED)
    assert entry.facts == {"rating_day": ["given", "solved"]}
    finish(rating_days.job_of(source()))
    assert "Its ratings are being moved" not in browser.get(where).content.decode()
    assert browser.post(where, said)["Location"] == reverse("privacy:retention")
    assert Job.objects.filter(kind=rating_days.KIND).count() == 1
    assert "Set so: <bdi>Helpdesk</bdi>" in as_person(gia).get("/metrics/definitions").content.decode()


def test_the_tile_says_it_and_leads_to_as_many(hal: User, gia: User, finn: User) -> None:
    bring(FILE)
    finish(say(source(), "solved", hal))
    chosen = read("since=2026-05-01&until=2026-05-04", user=gia)
    [tile] = measuring.board(chosen, (CSAT,)).tiles()
    assert "Counts on the day of the last solve: Helpdesk" in [fact.text for fact in tile.facts]
    assert tile.figure.n == tickets.tickets(gia, chosen, "csat").count() == 2
    [whole] = reporting.report(None, CSAT, period=MAY)
    assert whole.figure.n == 3
    [theirs] = measuring.board(read("since=2026-05-01&until=2026-05-04", user=finn), (CSAT,)).tiles()
    assert not theirs.facts  # no ticket of theirs is of that source
