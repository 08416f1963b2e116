"""Who wrote when: the column `conversation`, and which messages of the customer waited for a next reply.

    customer@2026-01-01T10:00Z;auto@2026-01-01T10:00Z;agent@2026-01-01T10:40Z;customer@2026-01-02T09:00Z

`agent` is a public reply of a person, `auto` one of a machine, which answers nothing. Messages are taken by time. The
first reply answers how the ticket began. After it, the oldest message of the customer that nobody has answered yet
waits until the next reply of a person: each such wait is one next reply, and several messages in a row are one wait.
"""

from __future__ import annotations

from typing import Final

from metrics import schema

_MESSAGE: Final = f"({'|'.join(schema.SPEAKERS)})@(199[0-9]|20[0-9][0-9])-[0-9T:.+Z -]+"
_CELL: Final = "btrim(s.conversation, '; ')"
_TIMES: Final = f"('{{' || replace(regexp_replace({_CELL}, '[a-z]+@', '', 'g'), ';', ',') || '}}')"
_READABLE: Final = (
    f"{_CELL} ~ '^{_MESSAGE}(; ?{_MESSAGE})*$' AND pg_input_is_valid({_TIMES}, 'timestamptz[]')"
)
# Two arrays beside the row `s` of `incoming`: when, and who. NULL where the cell cannot be read.
READ: Final = f"""LEFT JOIN LATERAL (
    SELECT CASE WHEN {_READABLE} THEN {_TIMES}::timestamptz[] END AS spoken_at,
        string_to_array(regexp_replace({_CELL}, '@[^;]*;? ?', ' ', 'g'), ' ') AS speakers
    OFFSET 0) AS said ON s.conversation IS NOT NULL"""
FIRST_REPLY: Final = (
    "(SELECT min(at) FROM unnest(said.spoken_at, said.speakers) AS m (at, who) WHERE who = 'agent')"
)

# Of the rows of `chunk`: since when the customer waited for each next reply, and until when (NULL: still).
WAITS: Final = """said AS (
    SELECT line, at, n, who, lag(who) OVER w AS before
    FROM chunk, unnest(conversation, speakers) WITH ORDINALITY AS m (at, who, n)
    WHERE conversation IS NOT NULL AND who IN ('customer', 'agent') WINDOW w AS (PARTITION BY line ORDER BY at, n)
),
turn AS (
    SELECT line, at, who, before, lead(at) OVER (PARTITION BY line ORDER BY at, n) AS answered
    FROM said WHERE who IS DISTINCT FROM before
),
wait AS (
    SELECT line, array_agg(at ORDER BY at) AS asked_at, array_agg(answered ORDER BY at) AS answered_at
    FROM turn WHERE who = 'customer' AND before = 'agent' GROUP BY line
)"""
