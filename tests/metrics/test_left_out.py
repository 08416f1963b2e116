"""Whatever of a file is not read is read after all, or the report says what and where: nothing is lost unseen."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from metrics import importing, joining, left_out, previewing, rewriting, surveying, table_shapes
from metrics.containers import FileRefused
from metrics.guessing import guess
from metrics.mapping_form import MappingForm
from metrics.models import Import, RejectedRow, Ticket
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from tests.metrics.bringing import SHIPPED, bring, draft, finish, source
from tests.metrics.test_json_files import OWN, lines, ticket
from tests.metrics.vendors.test_tables_together import zipped

pytestmark = pytest.mark.django_db
WIDER = {**OWN, "columns": {**OWN["columns"], "priority": "prio", "team": "team.name"}}
LATE = {"prio": "high", "shoe": {"size": 44}}


def said(done: Import) -> str:
    assert done.job is not None
    return "\n".join(left_out.sentences(done.job.cursor))


@pytest.fixture
def _short_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look sees three records, and a chunk has two."""
    monkeypatch.setattr(surveying, "SURVEY_RECORDS", 3)
    monkeypatch.setattr(table_shapes, "LOOKED_AT", 400)
    monkeypatch.setattr(rewriting, "CHUNK_RECORDS", 2)
    monkeypatch.setattr(joining, "CHUNK_ROWS", 2)


@pytest.mark.usefixtures("_short_look")
@pytest.mark.parametrize("is_lines", [True, False])
def test_a_column_behind_the_first_look_is_read_where_the_mapping_names_it(is_lines: bool) -> None:
    rows = [ticket(n) for n in range(1, 8)] + [ticket(8, **LATE), ticket(9, **LATE)]
    done = bring(lines(*rows) if is_lines else json.dumps({"records": rows}), read_as=WIDER)
    assert (done.added, done.rejected) == (9, 0)
    assert {*Ticket.objects.filter(priority="high").values_list("external_id", flat=True)} == {"8", "9"}
    assert "“shoe.size” was not read. It is in 2 records, first in record 8," in said(done)
    assert "prio" not in said(done)
    assert "shoe.size" in done.ignored_columns
    assert "team" not in done.source.provides


@pytest.mark.usefixtures("_short_look")
def test_the_page_of_columns_has_it_when_the_same_file_comes_again() -> None:
    text = lines(*(ticket(n) for n in range(1, 8)), ticket(8, **LATE))
    done = bring(text, read_as=OWN)
    assert "“prio” was not read. It is in 1 record, record 8," in said(done)
    again = draft(text)
    assert again.header[-2:] == ["prio", "shoe.size"]
    assert draft(text + "\n").header == [*OWN["columns"].values()]
    finish(importing.start(again, WIDER, actor=None))
    assert Ticket.objects.get(external_id="8").priority == "high"


@pytest.mark.usefixtures("_short_look")
def test_so_it_is_with_parts_of_a_table() -> None:
    def part(*numbers: int, **more: Any) -> str:
        told = {"status": "open", "created_at": "2026-05-04 10:00:00", "requester_id": 9}
        return "".join(json.dumps({"id": n, **told, "subject": "x" * 300, **more}) + "\n" for n in numbers)

    late = part(8, 9, PRIORITY="high", **{"sh\ud800oe": 44})
    files = {
        "ticket_1.ndjson": part(*range(1, 5)),
        "ticket_2.ndjson": part(5, 6, 7) + late,
        "other.csv": "a,b\n1,2\n",
    }
    received = draft(zipped(files), at=source("warehouse"))
    done = finish(importing.start(received, SHIPPED["zendesk_warehouse"], time_zone="UTC", actor=None))
    assert done.job is not None
    assert (done.state, done.added) == ("done", 9), done.job.error
    assert Ticket.objects.filter(priority="high").count() == 2
    assert "“sh?oe” was not read. It is in 2 records, first in record 4 of “ticket_2.ndjson”" in said(done)
    assert "Files of the .zip that were not read: “other.csv”." in said(done)
    assert draft(zipped(files)).header == [*received.header, "priority", "sh?oe"]


@pytest.mark.usefixtures("_short_look")
@pytest.mark.parametrize("form", ["json", "tables"])
def test_a_worker_may_die_at_any_step_of_it(form: str) -> None:
    rows = [ticket(n, status="open", created_at="x", requester_id=9) for n in range(1, 7)]
    rows += [{**rows[0], "id": n, **LATE} for n in range(7, 10)]
    files = {"a.ndjson": lines(*rows), "ticket_tag.csv": "ticket_id,tag\n1,a\n"}
    waiting = draft(zipped(files) if form == "tables" else lines(*rows))
    path, cursor = importing.stored_path(waiting), dict[str, Any]()
    assert waiting.form == form
    assert "prio" not in waiting.header
    for _step in range(60):
        for _again in range(2):
            after = rewriting.advance(path, form, waiting.header, dict(cursor), lambda: None, {"prio"})
        cursor = json.loads(json.dumps(after))
        if "rewritten" in cursor:
            break
    written = [*csv.DictReader(path.with_suffix(".csv").open())]
    assert [row["prio"] for row in written] == [""] * 6 + ["high"] * 3
    [(name, told)] = cursor["left_out"]["later"].items()
    assert (name.partition(".")[0], told[1:]) == ("shoe", [7, 3])


@pytest.mark.usefixtures("_short_look")
def test_what_a_mapping_knows_of_columns_that_come_late_outlives_the_page_of_columns() -> None:
    waiting = draft(lines(*(ticket(n) for n in range(1, 8)), ticket(8, **LATE, stars=5, took=2)))
    known = {
        "columns": {**WIDER["columns"], "rating": "stars", "active_s": "took"},
        "units": {"active_s": "min"},
    }
    known |= {"shape": "tickets", "constants": {"rating_scale": "1_5"}}
    form = MappingForm(waiting, known, previewing.sampled(waiting))
    content, zone = form.as_shown()
    done = finish(importing.start(waiting, content, time_zone=zone, actor=None))
    assert (done.added, done.rejected) == (8, 0)
    last = Ticket.objects.get(external_id="8")
    assert (last.priority, last.ratings.get().raw) == ("high", "5")


def test_a_page_of_tickets_that_cannot_be_read_is_a_rejected_row() -> None:
    pages = [{"tickets": [ticket(1)]}, {"tickets": [ticket(2)]}, {"issues": [ticket(3), ticket(4)]}]
    done = bring(lines(pages[0]) + '{"tickets": [{"id"\n' + lines(*pages[1:]), read_as=OWN)
    assert (done.added, done.rejected) == (2, 1)
    assert RejectedRow.objects.get().reason == "json"
    assert said(done) == "2 objects of the list “issues” were not read: the tickets are in another one."


ODD_KEYS = {"half a character": "te\ud800am", "NUL": "te\0am", "blanks around it": " team ", "none": ""}


@pytest.mark.parametrize("key", ODD_KEYS.values(), ids=ODD_KEYS)
def test_a_key_that_no_column_can_be_called_by_is_one_nonetheless(key: str) -> None:
    text = json.dumps([ticket(1, **{key: "Billing"})])
    waiting = draft(text)
    [name] = {*waiting.header} - {*OWN["columns"].values()}
    bring(text, read_as={**OWN, "columns": {**OWN["columns"], "team": name}})
    assert Ticket.objects.get().team_name == "Billing"


def test_broken_json_is_named_by_file_line_and_byte() -> None:
    rows = [json.dumps(ticket(n)) for n in range(1, 4)]
    text = "[\n" + ",\n".join(rows) + ",\n]"
    with pytest.raises(FileRefused, match=f"broken at byte {len(text) - 1}, in line 5, near “.*]”"):
        draft(text)


def test_of_a_broken_file_of_several_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_shapes, "LOOKED_AT", 400)
    told = {"status": "open", "created_at": "2026-05-04 10:00:00", "requester_id": 9, "subject": "x" * 300}
    rows = [json.dumps({"id": n, **told}) for n in range(1, 5)]
    whole, broken = "[" + ",\n".join(rows) + "]", "[" + ",\n".join(rows[:3]) + ";\n" + rows[3] + "]"
    received = draft(zipped({"ticket_1.json": whole, "ticket_2.json": broken}))
    done = finish(importing.start(received, SHIPPED["zendesk_warehouse"], time_zone="UTC", actor=None))
    assert done.job is not None
    assert done.state == "failed"
    assert "“ticket_2.json” in the .zip cannot be read. The JSON is broken at byte" in done.job.error
    assert "in line 3, near" in done.job.error
    assert not Ticket.objects.exists()


WAREHOUSE = {"ticket.csv": "id,status,created_at,requester_id\n1,open,2026-05-04 10:00:00,9\n"}


@pytest.mark.parametrize("rows", ["vip,1,x\nnew,1,y\nvip,2,z\n", "1,vip,x\n2,new,y\n"])
def test_bare_rows_of_three_cells_under_a_name_of_their_own_are_refused(rows: str) -> None:
    with pytest.raises(FileRefused, match=r"“labels\.csv” begins with a row in place of the names"):
        draft(zipped({**WAREHOUSE, "labels.csv": rows}))


def test_of_what_may_be_rows_without_a_header_it_is_said(client: Client, gia: User) -> None:
    files = {**WAREHOUSE, "pivot.csv": "team,17,18\nx,1,2\n", "brand.csv": "id,url\n3,x\n"}
    received = draft(zipped(files))
    received.mapping = SHIPPED["zendesk_warehouse"]
    received.save()
    client.force_login(gia)
    page = client.get(reverse("metrics:import_check", args=[received.pk])).content.decode()
    assert "Of these “pivot.csv” may be rows without a header" in page
    done = finish(importing.start(received, received.mapping, time_zone="UTC", actor=None))
    assert (
        "Files of the .zip that were not read: “pivot.csv”, “brand.csv”.\nOf these “pivot.csv” may"
        in said(done)
    )


SHEET = [
    ["external_id", "status", "created_at", "team"],
    *([n, "open", "2026-05-04", "x"] for n in range(1, 5)),
]


def test_what_stands_beside_the_table_of_a_sheet_is_said(client: Client, gia: User) -> None:
    book = openpyxl.Workbook()
    sheet, other = book.worksheets[0], book.create_sheet("April")
    for row in [["Tickets of May"], *SHEET[:2], [*SHEET[2], None, "a note"], *SHEET[3:]]:
        sheet.append(row)
    for row in SHEET:
        other.append(row)
    book.create_sheet("Chart")
    book.create_sheet("Hidden", 2).append(["a", "b"])
    book["Hidden"].sheet_state = "hidden"
    for cells in ("A1:D1", "D4:D5", "D6:E6", "D3:D3"):
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    received = draft(out.getvalue())
    received.mapping = SHIPPED["sopdesk"]
    received.save()
    client.force_login(gia)
    page = client.get(reverse("metrics:import_check", args=[received.pk])).content.decode()
    assert "Only the first sheet with a header was read, not “April”." in page
    done = finish(importing.start(received, received.mapping, time_zone="UTC", actor=None))
    assert done.added == 4
    assert said(done).splitlines() == [
        "Only the first sheet with a header was read, not “April”. Import each of them as a file of its own.",
        (
            "1 row has cells to the right of the last column with a name, row 4. They were not read: give the column a"
            " name."
        ),
        (
            "1 merged cell goes over several rows, D4:D5: only the first of these rows has its value. Unmerge it and"
            " fill the rows."
        ),
    ]


def test_a_file_without_a_header_is_refused_before_its_first_ticket_is_lost() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["A1", "open", datetime.fromisoformat("2026-05-04T10:05")])
    book.save(out)
    for content in (
        b"A1,open,2026-05-04T10:00Z\nA2,open,2026-05-04T10:00Z\n",
        b"1;open\n2;new\n",
        out.getvalue(),
    ):
        with pytest.raises(FileRefused, match="that row would be lost"):
            draft(content)


def test_lists_of_objects_are_counted_and_never_taken_for_a_conversation() -> None:
    deep = {"a": {"b": {"c": {"d": {"e": 1}}}}}
    waiting = draft(json.dumps([ticket(1, messages=[{"text": "x"}, {"text": "y"}], **deep)]))
    assert waiting.header[-2:] == ["messages[]", "a.b.c.d[]"]
    assert "conversation" not in guess(waiting.header, waiting.form)[1]["columns"]
    done = finish(importing.start(waiting, OWN, actor=None))
    assert done.ignored_columns == ["messages[]", "a.b.c.d[]"]


def test_an_object_that_is_no_ticket_is_refused() -> None:
    with pytest.raises(FileRefused, match="more than 12,000 columns"):
        draft(json.dumps({f"A{n}": ticket(n) for n in range(4_000)}))


@pytest.mark.usefixtures("_short_look")
def test_the_report_has_it(client: Client, gia: User) -> None:
    done = bring(lines(*(ticket(n) for n in range(1, 8)), ticket(8, **LATE)), read_as=OWN)
    client.force_login(gia)
    page = client.get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "Not read from this file" in page
    assert "shoe.size" in page


def test_values_that_come_later_and_mean_nothing_are_counted(client: Client, gia: User) -> None:
    head = "external_id,status,created_at,priority,channel\n"
    rows = [f"A{n},open,2026-05-04,P1,email\n" for n in range(3)]
    rows += [f"B{n},open,2026-05-04,P9,E-Mail\n" for n in range(4)] + [
        "C,open,2026-05-04,rita@home.example,fax\n"
    ]
    rows += [f"D{n},waiting,2026-05-04,P1,email\n" for n in range(25)]
    columns = {name: name for name in head.strip().split(",")}
    done = bring(
        head + "".join(rows),
        read_as={"shape": "tickets", "columns": columns, "values": {"priority": {"P1": "urgent"}}},
    )
    assert (done.added, done.rejected) == (8, 25)
    assert sorted(said(done).splitlines(), reverse=True) == [
        "Values of “priority” that the way of reading gives no meaning, and that stay as they are: “P9” (4).",
        "Values of “channel” that the way of reading gives no meaning, and that stay as they are: “E-Mail” (4).",
    ]
    client.force_login(gia)
    page = client.get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert (
        '25 rows · <span dir="auto">status</span> · <span dir="auto">waiting</span>: This is no status we know.'
        in page
    )


@pytest.mark.usefixtures("_short_look")
def test_an_address_in_the_name_of_a_column_is_kept_nowhere() -> None:
    by_customer = {"people": {f"p{n}@example.com": "in copy" for n in range(3)}}
    rows = [ticket(n, **by_customer if n == 1 else {}) for n in range(1, 8)]
    text = lines(*rows, ticket(8, people={"q@example.com": "in copy"}))
    done = bring(text, read_as=OWN)
    again = draft(text)
    assert done.job is not None
    kept = json.dumps([done.job.cursor, done.header, done.ignored_columns, again.header])
    assert "example.com" not in kept
    assert "“[email]” was not read. It is in 4 records" in said(done)


NEW = ("later", "others", "passed_over", "doubtful", "more", "left_out", "unmapped", "customers", "rows")


@pytest.mark.usefixtures("_short_look")
@pytest.mark.parametrize("form", ["json", "tables", "xlsx"])
def test_an_import_that_was_begun_before_an_upgrade_ends(form: str) -> None:
    """Its cursor has nothing of what is counted since."""
    text: str | bytes = lines(*(ticket(n) for n in range(1, 8)))
    if form == "tables":
        head = "id,status,created_at,requester_id\n"
        text = zipped(
            {"ticket.csv": head + "".join(f"{n},open,2026-05-04 10:00:00,9\n" for n in range(1, 8))}
        )
    if form == "xlsx":
        book, out = openpyxl.Workbook(), io.BytesIO()
        for row in ([*OWN["columns"].values()], *([n, "open", "2026-05-04 10:00", "x"] for n in range(1, 8))):
            book.active.append(row)
        book.save(out)
        text = out.getvalue()
    start = draft(text, at=source("warehouse"))
    read_as = SHIPPED["zendesk_warehouse"] if form == "tables" else OWN
    going = importing.start(start, read_as, time_zone="UTC", actor=None)
    assert going.job is not None
    while running.run(going.job.pk):
        going.job.refresh_from_db()
        going.job.cursor = {name: value for name, value in going.job.cursor.items() if name not in NEW}
        going.job.save(update_fields=["cursor"])
    done = Import.objects.get(pk=going.pk)
    assert (done.state, done.added) == ("done", 7)
    assert draft(text).header == start.header
