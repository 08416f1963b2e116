"""The latest answer of a ticket counts, and those before it are kept, whatever is imported in which order."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metrics import reporting
from metrics.definitions import CSAT
from metrics.filters import Period
from metrics.models import Rating, Rollup, StaleDay, Ticket
from metrics.undoing import undo
from metrics.vendors.ratings import KEPT, Given, cells
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from tests.metrics.bringing import bring
from tests.metrics.vendors.test_zendesk import rows_from, ticket

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,updated_at,assignee,rating,rating_scale,rated_at,rating_offered_at\n"
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def at(day: int) -> str:
    return f"2026-05-{day:02}T10:00Z"


def told(updated: int, rating: str, rated: int | None, *, scale: str = "good_bad", by: str = "ann") -> str:
    """A1 as a helpdesk tells of it on a day."""
    offered = at(rated) if rated and not rating else ""
    when = at(rated) if rated and rating else ""
    return f"A1,solved,{at(1)},{at(updated)},{by},{rating},{scale if rating or offered else ''},{when},{offered}\n"


def kept() -> list[tuple[str, int]]:
    return [(one.raw, one.counts_at.day) for one in Rating.objects.order_by("counts_at", "pk")]


def counted() -> list[tuple[int, int, int]]:
    """Days on which an answer counts, with good and bad."""
    rows = Rollup.objects.filter(label="", answered_n__gt=0).order_by("day")
    return [(row.day.day, row.good_n or 0, row.bad_n or 0) for row in rows]


STORIES: dict[str, tuple[list[tuple[Any, ...]], list[tuple[str, int]], list[tuple[int, int, int]]]] = {
    "another answer": ([(2, "bad", 2), (9, "good", 5)], [("bad", 2), ("good", 5)], [(5, 1, 0)]),
    "the same answer on another day": ([(2, "bad", 2), (9, "bad", 5)], [("bad", 2), ("bad", 5)], [(5, 0, 1)]),
    "nothing new but the ticket": ([(3, "bad", 2), (9, "bad", 2)], [("bad", 2)], [(2, 0, 1)]),
    "told without its day": ([(2, "bad", 2), (9, "bad", None)], [("bad", 2)], [(2, 0, 1)]),
    "dated by the last update": ([(2, "bad", 2), (9, "bad", 9)], [("bad", 9)], [(9, 0, 1)]),
    "back again": (
        [(2, "good", 2), (5, "bad", 4), (9, "good", 8)], [("good", 2), ("bad", 4), ("good", 8)], [(8, 1, 0)],
    ),
    "dated too late at first": ([(7, "bad", 7), (9, "good", 5)], [("good", 5)], [(5, 1, 0)]),
    "not told any more": ([(2, "bad", 2), (9, "", None)], [("bad", 2)], [(2, 0, 1)]),
    "answered": ([(2, "", 2), (9, "good", 5)], [("good", 5)], [(5, 1, 0)]),
    "asked again": ([(3, "good", 2), (9, "", 8)], [("good", 2)], [(2, 1, 0)]),
}  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", STORIES)
def test_rows_of_one_file_add_up_as_those_of_several(name: str, turned: bool) -> None:
    rows, ratings, days = STORIES[name]
    lines = [told(*row) for row in rows]
    other = told(3, "bad", 2).replace("A1,", "B1,")
    bring(HEAD + "".join(reversed(lines) if turned else lines))
    assert (kept(), counted()) == (ratings, days)
    bring(HEAD + other + told(20, "good", 19) + told(21, "bad", 20))
    assert sorted(kept()) == sorted([*ratings, ("bad", 2), ("good", 19), ("bad", 20)])


@pytest.mark.parametrize("name", STORIES)
def test_an_answer_adds_to_those_before(name: str, gia: User) -> None:
    rows, ratings, days = STORIES[name]
    imports = [bring(HEAD + told(*row)) for row in rows]
    assert (kept(), counted()) == (ratings, days)
    bring(HEAD + told(*rows[-1]) + "B1,new,2026-05-20T10:00Z,,,,,,\n")
    assert (kept(), counted()) == (ratings, days)
    assert not StaleDay.objects.exists()
    before = [(rows[0][1], rows[0][2] or 1)]
    undo(imports[-1], actor=gia)
    imports[-1].refresh_from_db()
    while running.run(imports[-1].undo_job_id or 0):
        pass
    if len(rows) == 2:
        assert kept() == before
        assert [day for day, *_n in counted()] == ([before[0][1]] if rows[0][1] else [])


def test_of_rows_that_do_not_say_how_new_they_are_the_moments_of_answers_decide() -> None:
    """Files of older and of newer answers, in any order."""
    rows = [told(9, rating, day).replace(at(9), "") for rating, day in (("good", 8), ("bad", 3), ("bad", 5))]
    for row in rows:
        bring(HEAD + row)
    assert kept() == [("bad", 3), ("bad", 5), ("good", 8)]
    assert counted() == [(8, 1, 0)]


def test_an_answer_is_that_of_the_agent_who_had_the_ticket_then() -> None:
    bring(HEAD + told(3, "bad", 2, by="ann"))
    bring(HEAD + told(9, "bad", 2, by="bob"))
    assert Rating.objects.get().agent_at_rating == "ann"


def test_another_question_is_no_later_answer() -> None:
    bring(HEAD + told(2, "good", 2))
    bring(HEAD + told(9, "10", 8, scale="nps"))
    assert kept() == [("good", 2), ("10", 8)]
    assert counted() == [(2, 1, 0)]
    [line] = reporting.report(None, CSAT, period=MAY)
    assert (line.figure.excluded, line.figure.not_measured) == (1, 0)
    whole = Rollup.objects.filter(label="", day="2026-05-08").get()
    assert (whole.other_question_n, whole.offered_n) == (1, None)


def test_both_on_the_day_of_the_solve_count_the_ticket_once() -> None:
    head = HEAD.replace("\n", ",last_solved_at\n")
    bring(head + told(2, "good", 2).replace("\n", f",{at(2)}\n"))
    bring(head + told(9, "10", 2, scale="nps").replace("\n", f",{at(2)}\n"))
    day = Rollup.objects.filter(label="", day="2026-05-02").get()
    assert (day.solved_n, day.good_n, day.other_question_n) == (1, 1, 1)


LIST = [
    {"id": 1, "ticket_id": 35, "score": "bad", "created_at": "2026-05-05T11:00:00Z"},
    {"id": 2, "ticket_id": 35, "score": "good", "created_at": "2026-05-07T11:00:00Z"},
    {"id": 3, "ticket_id": 35, "score": "offered", "created_at": "2026-05-09T11:00:00Z"},
]
OWN: dict[str, tuple[Any, tuple[str, str], str]] = {
    "none": (None, ("good", "2026-05-07T11:00:00Z"), "bad@2026-05-05T11:00:00+00:00"),
    "a word": ("good", ("good", "2026-05-07T11:00:00Z"), "bad@2026-05-05T11:00:00+00:00"),
    "an object without its day": (
        {"score": "good"}, ("good", "2026-05-07T11:00:00Z"), "bad@2026-05-05T11:00:00+00:00",
    ),
    "a newer one than the list": (
        {"score": "bad", "updated_at": "2026-05-08T10:00:00Z"}, ("bad", "2026-05-08T10:00:00Z"),
        "bad@2026-05-05T11:00:00+00:00;good@2026-05-07T11:00:00+00:00",
    ),
    "an older one than the list": (
        {"score": "bad", "created_at": "2026-05-05T11:00:00Z"}, ("good", "2026-05-07T11:00:00Z"),
        "bad@2026-05-05T11:00:00+00:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_of_several_in_an_export_the_latest_is_taken(name: str, tmp_path: Path) -> None:
    own, (rating, rated_at), earlier = OWN[name]
    export = {"tickets": [ticket(satisfaction_rating=own)], "satisfaction_ratings": LIST}
    [row] = rows_from(tmp_path, export)
    assert (row["rating"], row["rated_at"], row["earlier_ratings"]) == (rating, rated_at, earlier)


def test_earlier_ones_are_stored_beside_it_and_count_nowhere() -> None:
    head = HEAD.replace("\n", ",earlier_ratings\n")
    row = told(9, "good", 8).replace(
        "\n", ",bad@2026-05-03T10:00:00Z;bad@2026-02-31T10:00:00Z;9@2026-05-04T10:00:00Z\n"
    )
    bring(head + row)
    assert kept() == [("bad", 3), ("good", 8)]
    assert counted() == [(8, 1, 0)]
    bring(head + row.replace("ann", "bob"))
    assert kept() == [("bad", 3), ("good", 8)]
    found = bring(head + row.replace("bad@2026-05-03", "bad at some time").replace("A1", "A2"))
    assert [one.column for one in found.rejected_rows.all()] == ["earlier_ratings"]
    assert not Ticket.objects.filter(external_id="A2").exists()


def test_a_row_tells_of_so_many_earlier_ones_at_most() -> None:
    given = [Given("103", "", f"2026-05-{day:02}T10:00:00Z") for day in range(1, 31)]
    found = cells("fd_103", given)
    assert found["rated_at"] == "2026-05-30T10:00:00Z"
    assert len(found["earlier_ratings"].split(";")) == KEPT
    assert cells("fd_103", [Given("103", "", ""), Given("-103", "", "")])["rating"] == "103"
    assert cells("fd_103", []) == {}
