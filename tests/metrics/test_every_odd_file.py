"""Every odd file of other projects goes all the way, received, looked at, checked, imported; or is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics import previewing, rejecting
from metrics.containers import FileRefused
from metrics.guessing import made_up
from metrics.mapping import MappingRefused
from metrics.mapping_form import MappingForm
from metrics.models import Import, RejectedRow, Ticket
from tests.metrics.bringing import bring, draft, source

pytestmark = pytest.mark.django_db
ODD = Path(__file__).parents[3] / "shared/data/csv_edge"
KINDS = {"csv": 40, "json": 40, "xlsx": 8}


def how(waiting: Import) -> dict[str, object]:
    """Its first column as the number, its last as the status, and something as the day."""
    header = waiting.header
    columns = {"external_id": header[0], "status": header[-1], "created_at": header[len(header) // 2]}
    return {"shape": "tickets", "columns": columns, "zone": "UTC"}


def all_the_way(path: Path) -> str:
    """What became of it: "refused", or the state of its import."""
    try:
        waiting = draft(path, name=path.name, at=source(path.name))
        form = MappingForm(waiting, made_up(waiting.header), previewing.sampled(waiting))
        assert str(form)
        assert previewing.check(waiting, how(waiting), "UTC").rows >= 0
        done = bring(path, read_as=how(waiting), at=waiting.source)
    except (FileRefused, MappingRefused):
        return "refused"
    assert done.job is not None
    assert "Error" not in done.job.error, (path, done.job.error)
    assert done.state in {"done", "failed"}, path
    assert (
        done.state == "failed" or done.rows_read == done.added + done.changed + done.same + done.rejected
    ), path
    return done.state


@pytest.mark.skipif(not ODD.exists(), reason="the folder of odd files is not here")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_raises_but_a_refusal_and_every_row_is_accounted_for(kind: str) -> None:
    outcomes = [all_the_way(path) for path in sorted(ODD.rglob(f"*.{kind}"))]
    assert len(outcomes) >= KINDS[kind]
    assert outcomes.count("done") >= KINDS[kind] // 4


WORSE = {
    "the year 0001": ("A1,new,0001-01-01,x,1\n", "created_at"),
    "the year 9999": ("A1,new,9999-12-31,x,1\n", "created_at"),
    "a day that is none": ("A1,new,2026-02-30,x,1\n", "created_at"),
    "infinity": ("A1,new,infinity,x,1\n", "created_at"),
    "a number too large": ("A1,new,2026-05-04,x,99999999999\n", "active_s"),
}
HEAD = "external_id,status,created_at,team,active_s\n"


@pytest.mark.parametrize("name", WORSE)
def test_an_impossible_cell_costs_its_row_and_is_named(name: str) -> None:
    row, column = WORSE[name]
    done = bring(HEAD + row + "A2,new,2026-05-04,x,1\n")
    assert (done.added, done.rejected) == (1, 1)
    assert RejectedRow.objects.get().column == column


SPANS = {
    "without a beginning": "/2026-05-05",
    "neither beginning nor end": "/",
    "the year 0001": "0001-01-01/2026-05-05",
    "the year 9999": "2026-05-04/9999-12-31",
    "infinity": "2026-05-04/infinity",
    "the other way round": "2026-05-05/2026-05-04",
}


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
def test_an_impossible_wait_costs_its_row(span: str) -> None:
    head = "external_id,status,created_at,pending_spans\n"
    done = bring(head + f"A1,new,2026-05-04,{span}\nA2,new,2026-05-04,2026-05-04/\n")
    assert done.state == "done", done.job and done.job.error
    assert (done.added, done.rejected) == (1, 1)
    assert RejectedRow.objects.get().column == "pending_spans"


def test_a_ticket_whose_events_tell_no_status_is_rejected_and_not_lost() -> None:
    names = ["external_id", "status", "created_at", "event_at"]
    rows = ["A1,,2026-05-04,2026-05-04\n", "A2,new,2026-05-04,2026-05-04\n", "A1,,2026-05-04,2026-05-05\n"]
    how = {"shape": "events", "columns": {name: name for name in names}}
    done = bring(",".join(names) + "\n" + "".join(rows), read_as=how)
    assert (done.added, done.rejected) == (1, 1)
    assert [*RejectedRow.objects.values_list("line", "column", "reason")] == [(4, "status", "missing")]
    assert "4,status,," in "".join(rejecting.as_csv(done))


def test_impossible_but_readable_values_are_kept_and_flagged() -> None:
    done = bring(
        "external_id,status,created_at,closed_at,active_s,reply_count\n"
        "A1,closed,2026-05-04,2026-05-01,60,1\nA2,closed,2026-05-04,2026-05-05,-60,1\nA3,closed,2026-05-04,2026-05-05,60,-1\n"
    )
    assert (done.added, done.flagged, done.rejected) == (3, 3, 0)


def test_one_number_twice_in_a_file_is_one_ticket_the_newer_row() -> None:
    head = "external_id,status,created_at,updated_at,team\n"
    rows = ["A1,solved,2026-05-04,2026-05-06,new\n", "A1,open,2026-05-04,2026-05-05,old\n"]
    for order in (rows, rows[::-1]):
        Ticket.objects.all().delete()
        Import.objects.all().delete()
        bring(head + "".join(order), at=source(order[0]))
        assert Ticket.objects.get().team_name == "new"


def test_emoji_line_breaks_and_formulas_stay_what_they_are() -> None:
    cells = ["🙂👩‍👩‍👧 ok", '"two\nlines, ""quoted"""', "=1+1", "@SUM(A1)", "-2+3"]
    rows = "".join(f"A{n},new,2026-05-04,{cell},1\n" for n, cell in enumerate(cells))
    done = bring(HEAD + rows)
    assert (done.added, done.rejected) == (5, 0)
    assert [*Ticket.objects.order_by("external_id").values_list("team_name", flat=True)] == [
        "🙂👩‍👩‍👧 ok", 'two\nlines, "quoted"', "=1+1", "@SUM(A1)", "-2+3",
    ]  # fmt: skip


def test_a_csv_cut_in_the_middle_of_a_row_loses_that_row_only() -> None:
    done = bring((HEAD + "A1,new,2026-05-04,x,1\nA2,new,2026-05-04,x,1\n")[:-8])
    assert (done.added, done.rejected) == (1, 1)
    assert RejectedRow.objects.get().reason == "cells"
