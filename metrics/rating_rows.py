"""What a row of an import says of ratings, as SQL over `stored` and `converted` (metrics/storing.py).

The latest answer of a ticket counts, by its own moment, and those before it are kept: a row adds to what is there. A
row that says how new it is (an older one is not stored) tells of its ticket's latest rating.
"""

from __future__ import annotations

from typing import Final

from metrics.converting import RATING_WRONG
from metrics.counting import LAST_RATING, question

# %(at_solve)s: whether ratings of this source count when their ticket was solved (metrics/rating_days.py).
_AT_SOLVE: Final = "CASE WHEN %(at_solve)s THEN stored.last_solved_at END"
_GIVEN_AT: Final = "coalesce(c.rated_at, c.rating_offered_at, stored.last_solved_at, c.created_at)"
_ITS_MOMENT: Final = "coalesce(r.rated_at, r.offered_at, r.counts_at)"
_SCALE: Final = "coalesce(c.rating_scale, 'good_bad')"
_ONE_QUESTION: Final = f"{question('r.scale')} = {question(_SCALE)}"
_TOLD: Final = "(c.rating IS NOT NULL OR c.rating_offered_at IS NOT NULL)"
_SAME: Final = f"r.raw = c.rating AND r.scale = {_SCALE}"
_NO_TIME: Final = "coalesce(c.rated_at, c.rating_offered_at) IS NULL"
# The same answer told again, of the same moment, or of none where its moment is known.
_KNOWN: Final = f"""{_SAME} AND (r.rated_at = coalesce(c.rated_at, c.rating_offered_at)
    OR {_NO_TIME} AND r.rated_at IS NOT NULL AND {LAST_RATING})"""
# The same answer without a moment of its own: it has none, or that of the ticket's last update.
_UNDATED: Final = f"""{_SAME} AND ({_NO_TIME} OR c.rated_at = c.updated_at) AND {LAST_RATING}"""
_IS_LATEST: Final = f"({_NO_TIME} OR c.updated_at IS NOT NULL OR c.source_version IS NOT NULL)"
# Of a ticket that was here before these give way to what the row tells: a survey without an answer, the same answer
# without a moment of its own, another of that moment, and what was dated later than the ticket's latest answer.
OVERTAKEN: Final = f"""
DELETE FROM metrics_rating AS r USING stored JOIN converted AS c USING (line)
WHERE r.ticket_id = stored.id AND (%(twice)s OR NOT stored.is_new) AND {_TOLD} AND {_ONE_QUESTION} AND (
    r.normalised IS NULL OR (c.rating IS NOT NULL AND ({_KNOWN}) IS NOT TRUE
        AND ({_ITS_MOMENT} = {_GIVEN_AT} OR {_ITS_MOMENT} > {_GIVEN_AT} AND {_IS_LATEST} OR {_UNDATED})))"""
_THERE: Final = f"""EXISTS (SELECT 1 FROM metrics_rating AS r WHERE r.ticket_id = stored.id AND {_ONE_QUESTION}
    AND (c.rating IS NULL OR {_KNOWN}))"""

_NORMALISED: Final = """CASE
        WHEN c.rating IS NULL THEN NULL
        WHEN c.rating = 'good' OR (c.rating_scale = '1_5' AND c.rating IN ('4', '5'))
          OR (c.rating_scale = '1_3' AND c.rating = '3') OR (c.rating_scale = 'nps' AND c.rating IN ('9', '10'))
          OR (c.rating_scale = 'fd_103' AND c.rating IN ('101', '102', '103'))
          OR (c.rating_scale = 'ces' AND c.rating IN ('5', '6', '7')) THEN 'positive'
        WHEN (c.rating_scale = '1_5' AND c.rating = '3') OR (c.rating_scale = '1_3' AND c.rating = '2')
          OR (c.rating_scale = 'nps' AND c.rating IN ('7', '8')) OR c.rating IN ('100', '-100')
          OR (c.rating_scale = 'ces' AND c.rating = '4') THEN 'neutral'
        ELSE 'negative' END"""
_INTO: Final = """
INSERT INTO metrics_rating (ticket_id, offered_at, rated_at, raw, scale, normalised, agent_at_rating, counts_at)"""
NEWEST: Final = f"""{_INTO}
SELECT stored.id, c.rating_offered_at,
    CASE WHEN c.rating IS NOT NULL THEN coalesce(c.rated_at, c.rating_offered_at) END,
    coalesce(c.rating, ''), {_SCALE}, {_NORMALISED}, c.assignee, coalesce({_AT_SOLVE}, {_GIVEN_AT})
FROM stored JOIN converted AS c USING (line)
WHERE {_TOLD} AND (stored.is_new AND NOT %(twice)s OR NOT {_THERE})"""
# Answers that the same row tells of beside its latest. No figure counts them.
EARLIER: Final = f"""{_INTO}
SELECT id, NULL, rated_at, rating, rating_scale, {_NORMALISED}, NULL, coalesce(solved_at, rated_at)
FROM (
    SELECT stored.id, split_part(told, '@', 1) AS rating, {_SCALE} AS rating_scale,
        CASE WHEN pg_input_is_valid(split_part(told, '@', 2), 'timestamptz')
            THEN split_part(told, '@', 2)::timestamptz END AS rated_at, {_GIVEN_AT} AS latest_at,
        {_AT_SOLVE} AS solved_at
    FROM stored JOIN converted AS c USING (line), string_to_table(c.earlier_ratings, ';') AS told
    WHERE c.earlier_ratings IS NOT NULL AND c.rating IS NOT NULL
) AS c
WHERE rated_at < latest_at AND NOT ({RATING_WRONG}) AND NOT EXISTS (SELECT 1 FROM metrics_rating AS r
    WHERE r.ticket_id = c.id AND r.rated_at = c.rated_at AND r.scale = c.rating_scale)"""

# A ticket that stands more than once in a chunk: what its rows before the newest tell is stored as if each came in a
# chunk of its own, so many of them at most. %(twice)s: whether some do. `turn` counts back from the newest row.
TURNS: Final = 50
_SAID: Final = "rating, rating_scale, rated_at, rating_offered_at, earlier_ratings"
EARLIER_ROWS: Final = f"""
CREATE TEMP TABLE earlier_row ON COMMIT DROP AS
SELECT id, line, false AS is_new, solved_at AS last_solved_at,
    row_number() OVER (PARTITION BY id ORDER BY back) AS turn
FROM (
    SELECT stored.id, c.line, stored.line AS newest, c.back,
        coalesce(c.last_solved_at, c.first_solved_at, c.closed_at) AS solved_at,
        ({_SAID}) IS NOT DISTINCT FROM lag(({_SAID})) OVER (PARTITION BY stored.id ORDER BY c.back) AS is_again
    FROM stored JOIN (
        SELECT *, row_number() OVER (PARTITION BY external_id
            ORDER BY source_version DESC NULLS LAST, updated_at DESC NULLS LAST, line DESC) AS back
        FROM converted WHERE fault IS NULL
    ) AS c USING (external_id)
    WHERE {_TOLD} AND coalesce(c.source_version >= (stored.was ->> 'source_version')::bigint,
        c.updated_at >= (stored.was ->> 'updated_at')::timestamptz, true)
) AS c WHERE line <> newest AND NOT is_again"""
LAST_TURN: Final = f"SELECT least(max(turn), {TURNS}) FROM earlier_row"
_OF_A_TURN: Final = (
    "WITH stored AS (SELECT id, line, is_new, last_solved_at FROM earlier_row WHERE turn = %(turn)s)"
)
EACH_TURN: Final = tuple(f"{_OF_A_TURN} {statement}" for statement in (OVERTAKEN, NEWEST, EARLIER))
DAYS_OF_EARLIER: Final = """INSERT INTO touched SELECT counts_at FROM metrics_rating
    WHERE ticket_id IN (SELECT id FROM earlier_row)"""

# Those of before go along with a ticket that was solved on another day since.
MOVED: Final = (
    f"""UPDATE metrics_rating AS r SET counts_at = coalesce(stored.last_solved_at, {_ITS_MOMENT}) FROM stored
    WHERE %(at_solve)s AND r.ticket_id = stored.id AND (%(twice)s OR NOT stored.is_new)""",
    """INSERT INTO touched SELECT counts_at FROM metrics_rating
    WHERE %(at_solve)s AND ticket_id IN (SELECT id FROM stored WHERE NOT is_new)""",
)
