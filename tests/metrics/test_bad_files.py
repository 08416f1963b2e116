"""Broken files: each is read as far as it can be, or refused in words that say what, where and how to mend it."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from metrics import importing, rejecting
from metrics.containers import FileRefused
from metrics.models import RejectedRow, Ticket
from tests.metrics.bringing import bring, draft, finish

pytestmark = pytest.mark.django_db

HEAD = "external_id,status,created_at,team\n"
GOOD = "A1,new,2026-05-04,Zürich\n"


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


TEXT = HEAD + GOOD
READABLE = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 without a mark": TEXT.encode("utf-16-le"),
    "windows": TEXT.encode("cp1252"),
    "semicolons": TEXT.replace(",", ";").encode(),
    "excel's own first line": ("sep=;\n" + TEXT.replace(",", ";")).encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "crlf": TEXT.replace("\n", "\r\n").encode(),
    "cr alone": TEXT.replace("\n", "\r").encode(),
    "no last line end": TEXT.rstrip().encode(),
    "blank lines": ("\n\n" + HEAD + "\n,,,\n" + GOOD + "\n").encode(),
    "gz": gzip.compress(TEXT.encode()),
    "zip": zipped(("a/tickets.csv", TEXT.encode()), ("__MACOSX/a", b"x")),
    "zipped utf-16": zipped(("tickets.csv", TEXT.encode("utf-16"))),
    "header twice": (HEAD + HEAD + GOOD).encode(),
    "surplus empty cells": (HEAD + GOOD.replace("\n", ",,\n")).encode(),
    "other columns": ("x,x,,external_id,status,created_at,team\n1,2,3," + GOOD).encode(),
    "ten thousand columns": (
        ",".join(f"c{n}" for n in range(10_000)) + "," + HEAD + "," * 10_000 + GOOD
    ).encode(),
    "line breaks and quotes in a cell": (
        HEAD + 'A1,new,2026-05-04,Zürich\nA2,new,2026-05-04,"a\n""b"", c"\n'
    ).encode(),
}


@pytest.mark.parametrize("name", READABLE)
def test_it_is_read(name: str) -> None:
    done = bring(READABLE[name])
    assert done.state == "done", done.job and done.job.error
    assert Ticket.objects.get(external_id="A1").team_name == "Zürich"


REFUSED = {
    "no bytes": (b"", "empty"),
    "blank": (b"\n \n\n", "blank lines"),
    "zip of nothing": (zipped(), "holds 0 files"),
    "zip of an empty file": (zipped(("a.csv", b"")), "is empty"),
    "zip of two": (zipped(("a.csv", b"a"), ("b.csv", b"b")), "holds 2 files"),
    "zip cut off": (zipped(("a.csv", TEXT.encode() * 99))[:-30], "damaged"),
    "gz cut off": (gzip.compress(TEXT.encode() * 9999)[:-400], "damaged"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "picture"),
    "workbook": (
        zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
        "workbook is damaged",
    ),
    "office": (zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "Office"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 99, "Excel"),
    "json": (b'{"tickets": []}\n', "JSON"),
    "broken header": (b'"external_id,status\n', "header"),
    "bomb": (zipped(("a.csv", HEAD.encode() + b"0" * 90_000_000)), "times its size"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_words(name: str) -> None:
    """At the door where that is seen there; else the job fails with the words, and nothing was taken."""
    content, words = REFUSED[name]
    assert words in said_of(content)
    assert not Ticket.objects.exists()


def said_of(content: bytes) -> str:
    try:
        done = bring(content)
    except FileRefused as refused:
        return str(refused)
    return done.job.error if done.job else ""


BROKEN_ROWS = {
    "nul": ("A2,n\0ew,2026-05-04,x\n", "nul"),
    "quote never closed": ('A2,"new,2026-05-04,x\n', "quotes"),
    "text after a quote": ('A2,"new"x,2026-05-04,x\n', "quotes"),
    "too few cells": ("A2,new\n", "cells"),
    "too many cells": ("A2,new,2026-05-04,x,y\n", "cells"),
    "a cell of 2 MB": (f"A2,new,2026-05-04,{'x' * 2_000_000}\n", "long"),
    "a name too long": (f"A2,new,2026-05-04,{'x' * 500_000}\n", "value"),
    "no id": (",new,2026-05-04,x\n", "missing"),
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_only_the_broken_row_is_lost(name: str) -> None:
    row, reason = BROKEN_ROWS[name]
    done = bring(HEAD + GOOD + row + GOOD.replace("A1", "A3"))
    assert done.state == "done", done.job and done.job.error
    assert sorted(Ticket.objects.values_list("external_id", flat=True)) == ["A1", "A3"]
    assert [(r.line, r.reason) for r in RejectedRow.objects.all()] == [(3, reason)]


def test_a_file_of_mixed_encodings_is_read_line_by_line() -> None:
    done = bring((HEAD + GOOD).encode() + GOOD.replace("A1", "A2").encode("cp1252"))
    assert set(Ticket.objects.values_list("team_name", flat=True)) == {"Zürich"}
    assert done.other_encoding == 1


def test_a_line_that_is_too_long_is_one_rejected_row() -> None:
    """Also in the middle of a cell in quotes, and where the file ends in it."""
    long = b"x" * 9_000_000
    good = (GOOD, GOOD.replace("A1", "A3"), GOOD.replace("A1", "A5"))
    one, three, five = (row.encode() for row in good)
    done = bring(HEAD.encode() + one + long + b"\n" + three + b'"A4\n' + long + b'"\n' + five + long)
    assert done.state == "done", done.job and done.job.error
    assert sorted(Ticket.objects.values_list("external_id", flat=True)) == ["A1", "A3", "A5"]
    told = [(r.line, r.reason) for r in RejectedRow.objects.all()]
    assert told == [(3, "long"), (5, "quotes"), (6, "long"), (8, "long")]
    assert len("".join(rejecting.as_csv(done))) < 30_000_000


def test_a_file_that_is_gone_says_so() -> None:
    waiting = draft(HEAD + GOOD)
    importing.stored_path(waiting).unlink()
    columns = {name: name for name in HEAD.strip().split(",")}
    started = importing.start(waiting, {"shape": "tickets", "columns": columns}, actor=None)
    done = finish(started)
    assert done.job is not None
    assert (done.state, "no longer there" in done.job.error) == ("failed", True)
