"""Rows on their way into the database: what stands in a cell stands in `incoming`, and only columns of the file do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from metrics import converting, mapping, staging
from metrics.admitting import Door
from metrics.reading import Row

DOOR = Door(shut=frozenset(), region="", key=b"k" * 32, erased=())
ODD = [
    "plain",
    'a "quote"',
    "two\nlines",
    "two\r\nlines",
    "a\x1fmark",
    '"',
    "\\.",
    "\\N",
    " blanks ",
    "é😀",
    "a,b",
]
HEADER = ["id", "state", "made", "team"]


def neutral(**more: Any) -> staging.Neutral:
    content = {
        "shape": "tickets",
        "columns": {"external_id": "id", "status": "state", "created_at": "made", "team": "team"},
        **more,
    }
    return staging.neutral(mapping.parse(content).fitted(HEADER), HEADER, DOOR)


def rows(cells: list[str]) -> list[Row]:
    made = "2026-05-04T09:00Z"
    return [Row(line, 0, 0, [f"A{line}", "open", made, cell]) for line, cell in enumerate(cells, start=2)]


@pytest.mark.django_db
def test_every_cell_comes_in_as_it_stands() -> None:
    how = neutral()
    with transaction.atomic():
        staging.create_incoming()
        staging.copy_in(how.columns, staging.written(rows([*ODD, ""]), how.convert))
        with connection.cursor() as cursor:
            cursor.execute("SELECT external_id, team FROM incoming ORDER BY line")
            found = cursor.fetchall()
    assert found == [(f"A{line}", cell or None) for line, cell in enumerate([*ODD, ""], start=2)]


def test_only_columns_that_the_file_fills_are_written() -> None:
    assert neutral().columns == ("external_id", "status", "created_at", "team", "raw_status")
    more = neutral(constants={"rating_scale": "1_5"}, custom=["team"])
    assert more.columns[-4:] == ("rating_scale", "raw_status", "labels_more", "custom")


def test_markers_words_constants_and_units_in_their_order() -> None:
    how = neutral(
        nulls=["?"],
        values={"status": {"open": "pending", "": "new"}},
        constants={"channel": "email", "team": "none"},
    )

    def cells(*row: str) -> dict[str, str]:
        return dict(zip(how.columns, how.convert(Row(2, 0, 0, list(row))), strict=True))

    told = cells("A1", "open", "2026-05-04", "?")
    assert (told["status"], told["raw_status"], told["team"], told["channel"]) == (
        "pending",
        "open",
        "none",
        "email",
    )
    assert cells("A1", "?", "2026-05-04", "red")["status"] == "new"


@pytest.mark.django_db
def test_what_a_file_has_no_column_for_is_null_to_whoever_asks() -> None:
    how = neutral()
    content = {"shape": "tickets", "columns": {"external_id": "id", "status": "state", "created_at": "made"}}
    with transaction.atomic():
        staging.create_incoming()
        staging.copy_in(how.columns, staging.written(rows(["red"]), how.convert))
        assert converting.convert(mapping.parse(content).fitted(HEADER), "UTC") == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT external_id, rating, talk_s, history, custom, speakers FROM converted")
            assert cursor.fetchall() == [("A2", None, None, None, None, None)]
            cursor.execute("EXPLAIN SELECT line FROM converted WHERE rating IS NOT NULL")
            assert "One-Time Filter: false" in str(cursor.fetchall())  # asked in vain: not one row is read
