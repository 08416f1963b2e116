"""Checks and converts a chunk in the database, set by set: `incoming` (all text) becomes `converted` (typed).

A cell that cannot be read gives its row a `fault`, the name of its column; such a row goes no further. A value that
can be read and cannot be true (solved before it was created) gives its row a flag: it is kept, and left out of the
metrics it would spoil.

A chunk is first read as if every cell were well formed. Is one of them not, then all of it is read again with each cell
asked by pg_input_is_valid before. A function of the database does both (migration 0010): its errors come into no log.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from metrics import conversing, histories, schema
from metrics.mapping import FileMapping
from metrics.schema import Column, Kind

_PG: Final = {
    Kind.TEXT: "text",
    Kind.WHOLE: "bigint",
    Kind.SECONDS: "integer",
    Kind.TIME: "timestamptz",
    Kind.TRUTH: "boolean",
    Kind.STATUS: "text",
    Kind.WORDS: "text[]",
    Kind.SPANS: "tstzmultirange",
    Kind.MESSAGES: "timestamptz[]",
    Kind.HISTORY: "timestamptz[]",
    Kind.RATING: "text",
    Kind.SCALE: "text",
    Kind.FIGURES: "text",
    Kind.ANSWERS: "text",
}
# The columns of `converted` that a file may have nothing for.
_KINDS: Final = {
    **{column.name: _PG[column.kind] for column in schema.COLUMNS},
    "custom": "jsonb",
    "speakers": "text[]",
    "statuses": "text[]",
}
Fault = tuple[int, str, str]
MERGED_TAG: Final = "closed_by_merge"
_FIGURE: Final = "[^/;]{1,40}/(calendar|business)/(-?[0-9]{1,15})?/[tf]?"
_UNREAD: Final = {"vendor_figures": "DISTINCT FROM raw_vendor_figures"}
_ANSWER: Final = (
    "[a-z0-9-]{1,4}@[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
    "(Z|[+-][01][0-9]:[0-5][0-9])"
)
RATING_WRONG: Final = """CASE rating_scale
    WHEN 'good_bad' THEN rating NOT IN ('good', 'bad')
    WHEN '1_5' THEN rating !~ '^[1-5]$'
    WHEN '1_3' THEN rating !~ '^[1-3]$'
    WHEN 'fd_103' THEN rating !~ '^-?10[0-3]$'
    WHEN 'nps' THEN rating !~ '^([0-9]|10)$'
    WHEN 'ces' THEN rating !~ '^[1-7]$'
    ELSE true END"""

_FLAGS: Final = {
    "created_ahead": "created_at > now() + interval '1 day'",
    "solved_before_created": "coalesce(first_solved_at, last_solved_at, closed_at) < created_at"
    " OR last_solved_at < created_at",
    "solved_out_of_order": "last_solved_at < first_solved_at",
    "reply_before_created": "first_public_reply_at < created_at",
    "closed_before_created": "closed_at < created_at",
    "rated_before_created": "rated_at < created_at",
    "negative_handle_time": "least(talk_s, hold_s, wrap_s, active_s) < 0",
    "negative_count": "least(reopen_count, reply_count) < 0",
}


def _read(cell: str, kind: str, *, careful: bool, only: str = "") -> str:
    """The cell as this kind. `careful`: NULL where it is none, which takes as long again; else the statement fails."""
    tests = [only] * bool(only) + [f"pg_input_is_valid({cell}, '{kind}')"] * careful
    return f"CASE WHEN {' AND '.join(tests)} THEN ({cell})::{kind} END" if tests else f"({cell})::{kind}"


def _time(name: str, *, careful: bool) -> str:
    """ISO 8601 (metrics/stamps.py made it so). A stamp without a zone is in the session's, which the import sets."""
    return _read(f"s.{name}", "timestamptz", careful=careful, only=f"s.{name} LIKE '____-__-__%%'")


def _words(name: str) -> str:
    """Words without blanks around them, each once, in their order."""
    cell = f"s.{name}"
    several = (
        "ARRAY(SELECT left(w, 120) FROM (SELECT btrim(w) AS w, min(n) AS n FROM"
        f" unnest(string_to_array({cell}, %(sep)s)) WITH ORDINALITY AS u(w, n) GROUP BY 1) AS x"
        " WHERE w <> '' ORDER BY n)"
    )
    return (
        f"CASE WHEN position(%(sep)s IN {cell}) = 0 THEN ARRAY[left(btrim({cell}), 120)] ELSE {several} END"
    )


def _merged(mapping: FileMapping) -> str:
    """Zendesk tells of a merge by a tag only, whatever stands between the tags; into which ticket it does not say."""
    cell = "s.labels_more" if mapping.labels else "s.labels"
    return f"CASE WHEN position('{MERGED_TAG}' IN {cell}) > 0 AND {cell} ~ '\\m{MERGED_TAG}\\M' THEN 'merged' END"


def _figures(cell: str) -> str:
    """Those of a helpdesk's figures that can be read."""
    readable = (
        f"(SELECT string_agg(one, ';' ORDER BY n) FROM string_to_table({cell}, ';') WITH ORDINALITY AS u (one, n)"
        f" WHERE one ~ '^{_FIGURE}$')"
    )
    return f"CASE WHEN {cell} IS NULL OR {cell} ~ '^{_FIGURE}(;{_FIGURE})*$' THEN {cell} ELSE {readable} END"


def _answers(cell: str) -> str:
    return f"CASE WHEN {cell} ~ '^{_ANSWER}(;{_ANSWER})*$' THEN {cell} END"


_SEVERAL: Final = {Kind.FIGURES: _figures, Kind.ANSWERS: _answers}


def _typed(column: Column, mapping: FileMapping, *, careful: bool) -> str:
    cell = f"s.{column.name}"
    if column.kind is Kind.TIME:
        return _time(column.name, careful=careful)
    if column.kind is Kind.WORDS:
        cell = "labels" if column.name == "labels" and not mapping.labels else column.name
        return _words("labels_more" if column.name == "labels" and mapping.labels else cell)
    if column.kind is Kind.SPANS:
        literal = f"'{{[' || replace(replace({cell}, '/', ','), ';', '),[') || ')}}'"
        return _read(literal, "tstzmultirange", careful=careful)
    if column.kind is Kind.MESSAGES:
        return "said.spoken_at"
    if column.kind is Kind.HISTORY:
        return "moved.moved_at"
    if column.kind in _SEVERAL:
        return _SEVERAL[column.kind](cell)
    if column.kind is Kind.STATUS:
        return f"CASE WHEN lower({cell}) = ANY(%(statuses)s) THEN lower({cell}) END"
    if column.kind is Kind.SCALE:
        return f"CASE WHEN {cell} = ANY(%(scales)s) THEN {cell} END"
    if column.kind in {Kind.TEXT, Kind.RATING}:
        return f"btrim({cell})"
    return _read(cell, _PG[column.kind], careful=careful)


def _cell(column: Column, mapping: FileMapping, given: set[str], *, careful: bool) -> str:
    """The typed cell of a column; NULL where the file has none. Other columns may tell of it too."""
    typed = _typed(column, mapping, careful=careful) if column.name in given else f"NULL::{_PG[column.kind]}"
    if column.name == "first_public_reply_at" and "conversation" in given:
        return f"CASE WHEN s.{column.name} IS NULL THEN {conversing.FIRST_REPLY} ELSE {typed} END"
    if column.name == "merged_into" and "labels" in given:
        return f"coalesce({typed}, {_merged(mapping)})"
    return histories.worked_out(column.name, typed) if "history" in given else typed


def _faults(mapping: FileMapping) -> str:
    """The first column that is wrong, as a CASE over the typed cells beside the cells as they came (`raw_…`)."""
    cases = []
    for column in schema.COLUMNS:
        name = column.name
        needed = column.required or (name == "event_at" and mapping.shape == "events")
        if mapping.shape == "events" and name == "status":
            needed = False  # an event that says nothing of the status leaves it as it was
        present = (name in mapping.columns or name in mapping.constants) and name not in schema.OF_THE_VENDOR
        if needed:
            cases.append(f"{name} IS NULL")
        elif present and column.kind not in {Kind.TEXT, Kind.RATING, Kind.WORDS}:
            cases.append(f"raw_{name} IS NOT NULL AND {name} IS NULL")
        elif present and column.kind is Kind.RATING:
            cases.append(f"{name} IS NOT NULL AND {RATING_WRONG}")
        else:
            continue
        cases[-1] = f"WHEN {cases[-1]} THEN '{name}'"
        if column.kind is Kind.TIME:
            cases.append(f"WHEN {name} NOT BETWEEN '{schema.EARLIEST}' AND '{schema.LATEST}' THEN '{name}'")
        if column.kind is Kind.SPANS:  # the last may have no end yet
            cases.append(f"WHEN lower_inf({name}) OR lower({name}) < '{schema.EARLIEST}' THEN '{name}'")
            cases.append(f"WHEN upper({name}) > '{schema.LATEST}' THEN '{name}'")
    for column in schema.COLUMNS:
        if column.name in mapping.columns and column.kind in {
            Kind.TEXT,
            Kind.WORDS,
            Kind.SPANS,
            Kind.MESSAGES,
            Kind.HISTORY,
        }:
            cases.append(f"WHEN length(raw_{column.name}) > {column.limit} THEN '{column.name}'")
    return "CASE " + " ".join(cases) + " END"


def _flags(given: set[str]) -> str:
    flags = {**_FLAGS, **({"history_cut": histories.FLAG} if "history" in given else {})}
    theirs = [name for name in schema.OF_THE_VENDOR if name in given]
    if theirs:
        unread = (f"raw_{name} IS NOT NULL AND {name} IS {_UNREAD.get(name, 'NULL')}" for name in theirs)
        flags["vendor_figure_unread"] = " OR ".join(f"({each})" for each in unread)
    cases = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in flags.items())
    anything = " OR ".join(f"({condition})" for condition in flags.values())
    return f"CASE WHEN {anything} THEN array_remove(ARRAY[{cases}], NULL) ELSE '{{}}' END"


def given_by(mapping: FileMapping) -> set[str]:
    """The columns that the file itself fills, or the mapping in its place."""
    return {*mapping.columns, *mapping.constants, *(["labels"] if mapping.labels else [])}


def _told(mapping: FileMapping) -> set[str]:
    """The columns that the file, or what is worked out of it, says something of."""
    given = given_by(mapping)
    found = given | ({"first_public_reply_at"} if "conversation" in given else set())
    found |= {"merged_into"} if "labels" in given else set()
    return found | ({*histories.WORKED_OUT, "reopened_at"} if "history" in given else set())


def _sql(mapping: FileMapping, making: str, *, careful: bool) -> str:
    """One statement for the mapping: only columns that the file tells of are looked at, and there is a place for.

    `making`: the table it makes.
    """
    given, told = given_by(mapping), _told(mapping)
    said, speakers = (conversing.READ, "said.speakers") if "conversation" in given else ("", "NULL::text[]")
    moved, statuses = (histories.READ, "moved.statuses") if "history" in given else ("", "NULL::text[]")
    inner = ["s.line", "s.custom", "s.raw_status AS source_status", f"{speakers} AS speakers"]
    inner.append(f"{statuses} AS statuses")
    outer = ["line", *(["custom::jsonb AS custom"] if mapping.custom else [])]
    outer += ["speakers"] * bool(said) + ["statuses"] * bool(moved)
    for column in schema.COLUMNS:
        name = column.name
        inner.append(f"{_cell(column, mapping, given, careful=careful)} AS {name}")
        inner.append(f"s.{name} AS raw_{name}")
        outer += [name] if name in told else []
    # These stand apart: rows without them keep the hash they had before there were such columns.
    names = [name for name in schema.NAMES if name not in {"history", "earlier_ratings"}]
    hashed = ", ".join(f"s.{name}" for name in (*names, "labels_more", "custom"))
    inner.append(
        f"md5(ROW({hashed})::text || coalesce(s.history, '') || coalesce(s.earlier_ratings, ''))::uuid AS"
        " row_hash"
    )
    return (
        f"CREATE {making} AS SELECT {', '.join(outer)}, source_status, row_hash,"
        f" {_faults(mapping)} AS fault, {_flags(given)} AS flags"
        f" FROM (SELECT {', '.join(inner)} FROM incoming AS s {said} {moved} OFFSET 0) AS c"
    )


def convert(mapping: FileMapping, zone: str, lasting: str = "") -> list[Fault]:
    """Fill `converted` from `incoming`. Returns the rows that are wrong: (line, column, the cell as it came).

    `lasting`: the name of a table to fill instead, which another session can adopt when this one has committed.
    """
    table = lasting or "converted_rows"
    making = f"UNLOGGED TABLE {table}" if lasting else f"TEMP TABLE {table} ON COMMIT DROP"
    parameters: dict[str, Any] = {
        "sep": mapping.separator,
        "statuses": list(schema.STATUSES),
        "scales": list(schema.SCALES),
    }
    with connection.cursor() as cursor:
        quick, careful = (
            cursor.mogrify(_sql(mapping, making, careful=how), parameters) for how in (False, True)
        )
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
        cursor.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
        cursor.execute("SELECT metrics_first_that_reads(%s, %s)", [quick, careful])
        cursor.execute("SELECT set_config('TimeZone', 'UTC', true)")
        cursor.execute(f"SELECT count(*) FROM {table} WHERE fault IS NOT NULL")
        faults = _wrong(cursor, table) if cursor.fetchone()[0] else []
    if not lasting:
        adopt(table)
    return faults


def adopt(table: str) -> None:
    """Have a table that was filled be `converted` in this transaction, with every column there can be.

    Those that it has not are NULL to the planner, too: what asks for nothing else is not even begun.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [table]
        )
        there = {name for (name,) in cursor.fetchall()}
        absent = [f"NULL::{kind} AS {name}" for name, kind in _KINDS.items() if name not in there]
        cursor.execute("DROP VIEW IF EXISTS converted")
        cursor.execute(f"CREATE TEMP VIEW converted AS SELECT {', '.join(['*', *absent])} FROM {table}")


def put_away() -> None:
    """Nothing is `converted` any more; the table stays."""
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW converted")


def release(table: str) -> None:
    """Take a lasting table away, and with it what it was `converted` as."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table} CASCADE")


def _wrong(cursor: CursorWrapper, table: str) -> list[Fault]:
    cursor.execute(
        "SELECT c.line, c.fault, left(coalesce(to_jsonb(s) ->> c.fault, ''), 200)"
        f" FROM {table} AS c JOIN incoming AS s USING (line) WHERE c.fault IS NOT NULL ORDER BY c.line"
    )
    faults: list[Fault] = cursor.fetchall()
    return faults


def summary() -> tuple[int, int, Any, Any]:
    """Of the good rows in `converted`: how many are flagged, how many tickets, first and last creation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE flags <> '{}'), count(DISTINCT external_id), min(created_at),"
            " max(created_at)"
            " FROM converted WHERE fault IS NULL"
        )
        found: tuple[int, int, Any, Any] = cursor.fetchone()
    return found
