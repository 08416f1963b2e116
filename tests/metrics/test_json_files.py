"""JSON, NDJSON and workbooks come in like any other file: by chunks, with broken records by number, or refused."""

from __future__ import annotations

import errno
import gzip
import io
import json
import re
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import OperationalError
from openpyxl.xml.constants import SHEET_MAIN_NS

from metrics import importing, rejecting, rewriting, shared_strings, uploads
from metrics.containers import FileRefused
from metrics.models import Import, RejectedRow, Ticket
from metrics.shared_strings import Strings
from metrics.surveying import look
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, bring, draft

pytestmark = pytest.mark.django_db
OWN = {
    "shape": "tickets",
    "columns": {"external_id": "id", "status": "state.name", "created_at": "created", "labels": "tags"},
}


def ticket(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "state": {"name": "open"},
        "created": "2026-05-04T10:00Z",
        "tags": ["a", "b"],
        **more,
    }


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


TWO = [ticket(1), ticket(2, note="ü 🙂\nline")]
DOCUMENT = json.dumps({"users": [{"id": 7, "name": "x"}], "records": TWO, "count": 2}, indent=1)
READABLE = {
    "a list": json.dumps(TWO),
    "a document": DOCUMENT,
    "a list under any name": json.dumps({"rows": TWO, "count": 2}),
    "lines": lines(*TWO),
    "lines with blank ones": "\n" + lines(*TWO).replace("\n", "\r\n\n"),
    "pages in lines": lines({"tickets": TWO[:1], "count": 1}, {"tickets": TWO[1:], "count": 1}),
    "a list of pages": json.dumps([{"tickets": TWO[:1]}, {"tickets": TWO[1:]}]),
}
PACKED = {
    "gz": gzip.compress(DOCUMENT.encode()),
    "zip": zipped("t.ndjson", lines(*TWO).encode()),
    "utf-16": DOCUMENT.encode("utf-16"),
    "with a mark": DOCUMENT.encode("utf-8-sig"),
}


@pytest.mark.parametrize("name", [*READABLE, *PACKED])
def test_it_is_read(name: str) -> None:
    done = bring(READABLE.get(name) or PACKED[name], read_as=OWN)
    assert (done.state, done.rows_read, done.added) == ("done", 2, 2), done.job and done.job.error
    assert set(Ticket.objects.values_list("external_id", "status")) == {("1", "open"), ("2", "open")}
    assert Ticket.objects.first().labels == ["a", "b"]  # type: ignore[union-attr]


def test_a_broken_line_is_a_row_with_its_number_and_text() -> None:
    done = bring(lines(TWO[0]) + '{"id": 2, "state"\n[1]\n' + lines(ticket(4, created="never")), read_as=OWN)
    refused = [(row.line, row.column, row.reason) for row in RejectedRow.objects.all()]
    assert refused == [(2, "", "json"), (3, "", "json"), (4, "created_at", "value")]
    assert (done.added, done.rejected) == (1, 3)


BROKEN = {
    "cut off": (json.dumps(TWO)[:-30], "cut off"),
    "cut off in a long document": (json.dumps({"tickets": TWO * 40_000})[:-30], "cut off"),
    "broken in the middle": (json.dumps(TWO).replace('"tags"', "'tags'"), "broken at byte"),
    "too deep": ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
    "numbers only": ("[[1, 2], [3]]", "no list of tickets"),
    "an empty list": ("[]", "no list of tickets"),
    "an empty object": ("{}", "no list of tickets"),
    "a packed document, cut off": (gzip.compress(DOCUMENT.encode())[:-20], "damaged"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_refused_in_words_and_nothing_is_taken(name: str) -> None:
    content, words = BROKEN[name]
    try:
        done = bring(content, read_as=OWN)
        said = done.job.error if done.job else ""
    except FileRefused as refused:
        said = str(refused)
    assert words in said
    assert not Ticket.objects.exists()


def test_odd_values_cost_their_own_row_only() -> None:
    text = json.dumps(
        [ticket(1), {**ticket(2), "id": "\ud800x"}, {**ticket(3), "id": "a\0b"}, {**ticket(4), "id": None}]
    )
    text = text[:-1] + ', {"id": ' + "9" * 5000 + ', "state": {"name": "open"}, "created": "2026-05-04"}]'
    done = bring(text, read_as=OWN)
    assert done.state == "done", done.job and done.job.error
    assert [(row.line, row.reason) for row in RejectedRow.objects.all()] == [
        (3, "nul"),
        (4, "missing"),
        (5, "value"),
    ]


def test_a_long_document_is_rewritten_by_chunks_from_any_record_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "CHUNK_RECORDS", 7)
    monkeypatch.setattr("metrics.json_records.WHOLE_MAX", 100)
    many = [ticket(number) for number in range(40)]
    text = json.dumps(
        {"users": [{"id": n} for n in range(9)], "tickets": many, "groups": [{"id": 1}]}, indent=1
    )
    started = importing.start(draft(text), OWN, time_zone="UTC", actor=None)
    seen = chunk_by_chunk(started)
    assert seen.count("rewrite") > 10
    done = Import.objects.get(pk=started.pk)
    assert (done.rows_read, done.added) == (40, 40)


def chunk_by_chunk(started: Import) -> list[str]:
    """Before each chunk, a worker died that had already written more than was committed."""
    job, seen = started.job, []
    assert job is not None
    while running.run(job.pk):
        job.refresh_from_db()
        seen.append(job.cursor["phase"])
        for part in uploads.folder().glob("*.part"):
            with part.open("ab") as file:
                file.write(b"half a row that was never comm")
    return seen


def sheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ["external_id", "status", "created_at", "team", "reply_count"]


def test_a_workbook_is_read_by_the_numbers_of_its_rows() -> None:
    stamp = datetime(2026, 5, 4, 10, 30)  # noqa: DTZ001 - a workbook has no zones
    content = sheet(
        ["Tickets of May"],
        [],
        HEAD,
        ["A1", "new", stamp, "Zürich 🙂", 2.0],
        [],
        ["A2", "odd", stamp, "=1+1", None],
    )
    done = bring(content, zone="Europe/Dublin")
    assert (done.state, done.form, done.header) == ("done", "xlsx", HEAD), done.job and done.job.error
    found = Ticket.objects.get()
    assert (found.team_name, found.reply_count) == ("Zürich 🙂", 2)
    assert found.created_at.isoformat() == "2026-05-04T09:30:00+00:00"
    assert [(row.line, row.column) for row in RejectedRow.objects.all()] == [(6, "status")]


def test_what_is_no_workbook_of_tickets_is_refused(tmp_path: Path) -> None:
    whole = sheet(HEAD, ["A1", "new", "2026-05-04", "x", 1])
    files = {
        "one cell": (sheet(["Tickets"]), "two column names"),
        "cut off": (whole[: len(whole) // 2], "damaged"),
        "bomb": (with_part(whole, "xl/worksheets/sheet1.xml", b" " * 90_000_000), "unpacks to more"),
        "broken": (with_part(whole, "xl/workbook.xml", b"<workbook"), "damaged"),
    }
    for name, (content, words) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FileRefused, match=words):
            look(path)


def with_part(book: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


MANY = [[f"A{n}", "new", datetime(2026, 5, 4, 10), "<row> & </row>", n] for n in range(40)]  # noqa: DTZ001


def test_a_sheet_goes_on_behind_the_last_row_that_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk of the job is a part of the sheet; what a killed worker left behind is written again."""
    monkeypatch.setattr("metrics.sheets.CHUNK_BYTES", 700)
    started = importing.start(draft(sheet(HEAD, *MANY[:20], [], *MANY[20:])), SHIPPED["sopdesk"], actor=None)
    assert started.job_id is not None
    chunks = 0
    while running.run(started.job_id):
        chunks += 1
        for part in uploads.folder().glob("*.part"):
            part.write_bytes(part.read_bytes() + b"half a line")
        if chunks == 3:
            next(uploads.folder().glob("*.plain")).unlink()
    done = Import.objects.get(pk=started.pk)
    assert (done.added, done.rejected) == (40, 0), done.job and done.job.error
    assert chunks > 6
    assert {*Ticket.objects.values_list("team_name", flat=True)} == {"<row> & </row>"}
    assert sorted(path.suffix for path in uploads.folder().iterdir()) == [".csv", ".upload"]


@pytest.mark.parametrize("fault", [OperationalError("gone"), OSError(errno.ENOSPC, "full")])
def test_what_fails_around_a_workbook_is_no_fault_of_the_workbook(fault: Exception, tmp_path: Path) -> None:
    """So that the job tries again, where a damaged workbook ends it."""

    def fails() -> None:
        raise fault

    upload = tmp_path / "book.upload"
    upload.write_bytes(sheet(HEAD, *([["A1", "new", "2026-05-04", "x", 1]] * 1200)))
    began = rewriting.advance(upload, "xlsx", HEAD, {}, lambda: None)
    with pytest.raises(type(fault)):
        rewriting.advance(upload, "xlsx", HEAD, began, fails)
    assert "rewritten" in rewriting.advance(upload, "xlsx", HEAD, began, lambda: None)


@pytest.mark.parametrize("records", [1, 2, 1000])
def test_every_step_may_be_done_twice(records: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a worker that died before it committed. The names beside the tickets are there to the end."""
    told = {
        "status": "open",
        "created_at": "2026-05-04T10:00Z",
        "requester_id": 7,
        "submitter_id": 7,
        "group_id": 3,
    }
    received = draft(
        json.dumps({
            "tickets": [{"id": number, **told} for number in range(5)],
            "users": [{"id": 7, "email": "ann@lumio.example"}], "groups": [{"id": 3, "name": "Payments"}],
        }), name="tickets.json",
    )  # fmt: skip
    path, form, header = importing.stored_path(received), received.form, received.header
    whole = rewriting.first_rows(path, form, header, 1000)
    assert whole.count("Payments") == whole.count("ann@lumio.example") == 5
    monkeypatch.setattr(rewriting, "CHUNK_RECORDS", records)
    cursor: dict[str, Any] = {}
    shares = [0.0]
    while "rewritten" not in cursor:
        before = cursor
        for _again in range(2):
            cursor = rewriting.advance(path, form, header, before, lambda: None)
        shares.append(1.0 if "rewritten" in cursor else rewriting.share(cursor))
    assert path.with_suffix(".csv").read_text() == whole
    assert shares == sorted(shares)
    assert {each.suffix for each in path.parent.glob(f"{path.stem}.*")} == {".upload", ".csv"}


def test_rows_without_numbers_and_names_with_a_prefix() -> None:
    content = sheet(HEAD, ["A1", "new", "2026-05-04", "x", 1], ["A2", "odd", "2026-05-04", "x", 1])
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = re.sub(r' r="\w+"', "", archive.read(name).decode())
    prefixed = re.sub(r"<(/?)(\w)", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=")
    done = bring(with_part(content, name, prefixed.encode()))
    assert (done.added, [row.line for row in RejectedRow.objects.all()]) == (1, [3]), (
        done.job and done.job.error
    )


WRONG = {
    "a row that no workbook has": (r'r="2"', 'r="99999999"', "no workbook has that"),
    "no end": ("</sheetData>.*", "", "damaged"),
    "a string that is not there": ('<c r="B2".*?</c>', '<c r="B2" t="s"><v>999</v></c>', "damaged"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_sheet_that_is_wrong_is_refused_when_its_row_is_reached(name: str) -> None:
    pattern, instead, words = WRONG[name]
    content, part = sheet(HEAD, ["A1", "new", "2026-05-04", "x", 1]), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = re.sub(pattern, instead, archive.read(part).decode(), flags=re.DOTALL)
    done = bring(with_part(content, part, xml.encode()))
    assert done.job is not None
    assert words in done.job.error
    assert not Ticket.objects.exists()


def test_strings_are_read_as_far_as_they_are_asked_for() -> None:
    text = "".join(f"<si><t>{n}</t></si>" for n in range(3))
    more = "<si><r><t>Zü</t></r><r><t>rich</t></r><rPh><t>aid</t></rPh></si>"
    strings = Strings(io.BytesIO(f'<sst xmlns="{SHEET_MAIN_NS}">{text}{more}</sst>'.encode()))
    assert [strings[1], strings[0], strings[3]] == ["1", "0", "Zürich"]
    with pytest.raises(IndexError):
        strings[4]


def test_strings_lie_in_files_and_take_no_memory(tmp_path: Path) -> None:
    """Forty thousand of them, of 40 bytes each; what was read to its end once is there for the next chunk."""
    text = "".join(f"<si><t>{n:040}</t></si>" for n in range(40_000))
    source = io.BytesIO(f'<sst xmlns="{SHEET_MAIN_NS}">{text}</sst>'.encode())
    del text
    tracemalloc.start()
    strings = Strings(source)
    strings.keep(tmp_path / "x.plain")
    assert int(strings[39_999]) == 39_999
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    kept = Strings.of(io.BytesIO(b"not read"), tmp_path / "x.plain")
    assert [int(kept[n]) for n in (0, 1, 12_345, 39_999)] == [0, 1, 12_345, 39_999]
    for number in (40_000, -1):
        with pytest.raises(IndexError):
            kept[number]
    shared_strings.forget(tmp_path / "x.plain")
    assert not [*tmp_path.iterdir()]


def test_a_string_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_strings, "ONE_MAX", 100_000)
    source = io.BytesIO(
        f'<sst xmlns="{SHEET_MAIN_NS}"><si><t>a</t></si><si><t>{"b" * 400_000}</t></si></sst>'.encode()
    )
    with pytest.raises(FileRefused, match="too long"):
        Strings(source)[1]


def test_the_download_of_rejected_records_is_a_csv_that_comes_in_again() -> None:
    from_json = bring(lines(ticket(1), ticket(2, created="never")), read_as=OWN)
    mended = "".join(rejecting.as_csv(from_json)).replace("never", "2026-05-04T11:00Z")
    again = bring(mended, read_as=OWN)
    assert (again.added, again.rejected) == (1, 0)


def test_the_form_is_kept_and_a_csv_has_none() -> None:
    assert draft(json.dumps([{"id": 1, "state": "x"}])).form == "json"
    assert draft("id,state\n1,x\n").form == ""


def test_progress_moves_while_a_file_is_rewritten_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "CHUNK_RECORDS", 2)
    started = importing.start(draft(lines(*(ticket(n) for n in range(12)))), OWN, actor=None)
    assert started.job_id is not None
    seen = []
    while running.run(started.job_id):
        seen.append(Job.objects.get(pk=started.job_id).progress_done)
    assert seen == sorted(seen)
    assert len([done for done in seen if 0 < done < 200]) > 2
