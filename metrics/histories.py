"""Which statuses a ticket went through: the column `history`, and what follows from it.

    new@2026-01-01T10:00Z;open@2026-01-01T10:05Z;pending@…      from its creation on
    cut;open@2026-01-03T09:00Z;…                                what came before is not in the file

Entering `solved` or `closed` from elsewhere is a solve, leaving them a reopening, as in an event log. A whole history
goes before the columns that tell of solves and reopenings; one that is cut says none of that, but the last solve where
no column does, and its ticket is flagged: which waits it had is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from metrics import schema

CUT: Final = "cut"
# Columns that a whole history says something about. Not `reopened_at`: a source that tells that is taken at its word
# where a ticket has none, and a history that is cut is silent.
WORKED_OUT: Final = frozenset({"first_solved_at", "last_solved_at", "reopen_count"})

_OVER: Final = "('solved', 'closed')"
_STEP: Final = f"({'|'.join(schema.STATUSES)})@(199[0-9]|20[0-9][0-9])-[0-9T:.+Z -]+"
_CELL: Final = f"regexp_replace(s.history, '^{CUT};', '')"
_TIMES: Final = f"('{{' || replace(regexp_replace({_CELL}, '[a-z_]+@', '', 'g'), ';', ',') || '}}')"
_READABLE: Final = f"{_CELL} ~ '^{_STEP}(;{_STEP})*$' AND pg_input_is_valid({_TIMES}, 'timestamptz[]')"
# Beside the row `s` of `incoming`: when it changed its status and to which, and what that says. NULL where it cannot
# be read.
READ: Final = f"""LEFT JOIN LATERAL (
    SELECT array_agg(at ORDER BY at, n) AS moved_at, array_agg(status ORDER BY at, n) AS statuses,
        min(at) FILTER (WHERE status IN {_OVER} AND coalesce(was, 'new') NOT IN {_OVER}) AS first_solved_at,
        max(at) FILTER (WHERE status IN {_OVER} AND coalesce(was, 'new') NOT IN {_OVER}) AS last_solved_at,
        min(at) FILTER (WHERE status NOT IN {_OVER} AND was IN {_OVER}) AS reopened_at,
        count(*) FILTER (WHERE status NOT IN {_OVER} AND was IN {_OVER})::integer AS reopen_count
    FROM (SELECT at, n, status, lag(status) OVER (ORDER BY at, n) AS was
        FROM unnest(CASE WHEN {_READABLE} THEN {_TIMES}::timestamptz[] END,
            CASE WHEN {_READABLE} THEN string_to_array(regexp_replace({_CELL}, '@[^;]*', '', 'g'), ';') END)
            WITH ORDINALITY AS told (at, status, n)) AS step
    ) AS moved ON s.history IS NOT NULL"""
IS_CUT: Final = f"left(s.history, {len(CUT) + 1}) = '{CUT};'"
FLAG: Final = f"left(raw_history, {len(CUT) + 1}) = '{CUT};'"


def worked_out(name: str, told: str) -> str:
    """The cell of a column where the file has a history too, as SQL; `told`: what the column itself says."""
    if name not in {*WORKED_OUT, "reopened_at"}:
        return told
    cut = f"coalesce({told}, moved.{name})" if name == "last_solved_at" else told
    return f"CASE WHEN {IS_CUT} THEN {cut} ELSE coalesce(moved.{name}, {told}) END"


def written(steps: list[tuple[str, str]], *, is_cut: bool = False) -> str:
    """The cell of a history: each (status as the source calls it, since when), oldest first."""
    told = [f"{status.replace(';', ',')}@{when}" for status, when in steps]
    return ";".join([CUT, *told] if is_cut else told)


def statuses(cell: str) -> list[str]:
    """The statuses in a cell, as the source calls them."""
    return [each.rpartition("@")[0].strip() for each in cell.split(";") if "@" in each]


def in_our_words(cell: str, words: dict[str, str], turn: Callable[[str], str] | None) -> str:
    """The cell with our statuses and ISO stamps. Of one with a status that nobody said the meaning of: that status."""
    found = []
    for part in cell.split(";"):
        status, mark, when = part.strip().rpartition("@")
        if not mark:
            found += [when] if when else []
            continue
        ours = words.get(status.strip(), status.strip()).lower()
        if ours and ours not in schema.STATUSES:
            return status.strip()
        found += [f"{ours}@{turn(when) if turn else when}"] if ours else []
    return ";".join(found)
