"""What each ticket, rating, handling and promise adds to its day, as SQL: whole numbers, and buckets of histograms.

`part_sql` is one SELECT of all of it, a row for each, with NULL where it adds nothing. metrics/rollups.py adds it up;
where no rollup answers, metrics/from_tickets.py reads it.
One pass over wide rows: adding up each kind of row by itself was measured to take half as long again.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings

from metrics import aliases
from metrics.definitions import SCALES, SLA_REPLY, SLA_RESOLUTION
from metrics.histograms import bucket_sql
from metrics.models import Source

WINDOW: Final = "interval '7 days'"  # of a reopening, and of a repeated contact
WINDOW_DAYS: Final = 7


def _seconds(column: str) -> str:
    """From creation to this, in whole seconds, within what an integer holds."""
    return f"least(extract(epoch FROM t.{column} - t.created_at), 2000000000)::int"


ELIGIBLE: Final = "t.merged_into IS NULL AND NOT t.is_spam AND NOT t.is_agent_initiated"
CONTACT: Final = f"{ELIGIBLE} AND t.requester_key IS NOT NULL AND t.labels <> '{{}}'"
UNSOLVABLE: Final = "t.flags && '{solved_before_created,solved_out_of_order}'"
OVER: Final = "t.status IN ('solved', 'closed', 'deleted')"
AHEAD: Final = "t.flags && '{created_ahead}'"
# What a backlog is made of.
LASTING: Final = (
    f"t.merged_into IS NULL AND NOT t.is_spam AND t.status <> 'deleted' AND NOT {UNSOLVABLE} AND NOT {AHEAD}"
)
_REPLY_WRONG: Final = "t.flags && '{reply_before_created}'"
_REPLY_S: Final = (
    f"CASE WHEN {ELIGIBLE} AND t.first_public_reply_at >= t.created_at"
    f" THEN {_seconds('first_public_reply_at')} END"
)
# The last solve of a ticket that was opened again is still to come.
_RESOLVABLE: Final = f"{OVER} AND NOT {UNSOLVABLE}"
_SOLVE_S: Final = f"CASE WHEN {_RESOLVABLE} THEN {_seconds('last_solved_at')} END"
_HANDLE_WRONG: Final = "'negative_handle_time' = ANY(t.flags)"
_HANDLE_S: Final = f"CASE WHEN NOT {_HANDLE_WRONG} THEN h.handle_s END"
_RATING_WRONG: Final = "'rated_before_created' = ANY(t.flags)"
_REOPEN_KNOWN: Final = "(t.reopen_count IS NOT NULL OR t.source_id = ANY(%(telling_reopened)s))"
# Of a promise that was not made, whether the source tells what it is judged by: then a policy promises none.
_REPLY_TOLD: Final = "t.source_id = ANY(%(telling_replies)s)"
_SOLVE_TOLD: Final = (
    f"(t.source_id = ANY(%(telling_solves)s) AND NOT ({OVER} AND t.last_solved_at IS NULL)"
    " AND NOT 'history_cut' = ANY(t.flags))"
)
_NEXT_S: Final = (
    "CASE WHEN n.fulfilled_at >= n.started_at"
    " THEN least(extract(epoch FROM n.fulfilled_at - n.started_at), 2000000000)::int END"
)


def _one(condition: str) -> str:
    """1 where it holds, and else NULL, not 0: NULL takes no room on any level, and adding up passes over it."""
    return f"CASE WHEN {condition} THEN 1 END"


def _states(metric: str, state: str) -> dict[str, str]:
    """A promise by its state, a column; paused is running: neither is due yet."""
    states = {"met": "= 'met'", "breached": "= 'breached'", "overdue": "= 'overdue'"}
    states["running"] = "IN ('running', 'paused')"
    return {f"sla_{metric}_{name}_n": _one(f"{state} {test}") for name, test in states.items()}


_CREATED: Final = {
    "created_n": "1",
    "flagged_n": _one("t.flags <> '{}'"),
    # Not EXISTS: the planner would read every segment there is to answer it.
    "measured_n": _one(
        "(SELECT 1 FROM metrics_handlesegment AS h WHERE h.ticket_id = t.id LIMIT 1) IS NOT NULL"
    ),
    "unsolved_n": _one(f"t.last_solved_at IS NULL OR NOT {OVER}"),
    "vendor_sla_n": _one("v.met IS NOT NULL"),
    "vendor_sla_met_n": _one("v.met"),
    "reply_n": _one(f"{_REPLY_S} IS NOT NULL"),
    "reply_none_n": _one(f"{ELIGIBLE} AND t.first_public_reply_at IS NULL"),
    "reply_s": _REPLY_S,
    "reply_log": bucket_sql(_REPLY_S),
    **_states("reply", "p.reply"),
    "sla_reply_none_n": _one(f"{ELIGIBLE} AND p.reply IS NULL AND NOT {_REPLY_WRONG} AND NOT {_REPLY_TOLD}"),
    **_states("resolution", "p.resolution"),
    "sla_resolution_none_n": _one(
        f"{ELIGIBLE} AND p.resolution IS NULL AND NOT {UNSOLVABLE} AND NOT {_SOLVE_TOLD}"
    ),
    "contact_n": _one(CONTACT),
    "contact_once_n": _one(f"{CONTACT} AND again.id IS NULL"),
    "contact_none_n": _one(f"{ELIGIBLE} AND (t.requester_key IS NULL OR t.labels = '{{}}')"),
    "solve_log": bucket_sql(
        f"CASE WHEN {LASTING} AND {OVER} AND t.last_solved_at IS NOT NULL THEN {_seconds('last_solved_at')} END"
    ),
}
_SOLVED: Final = {
    "solved_n": _one(f"NOT {UNSOLVABLE}"),
    "solved_left_n": _one(UNSOLVABLE),
    "reopen_known_n": _one(f"{_REOPEN_KNOWN} AND NOT {UNSOLVABLE}"),
    "reopen_none_n": _one(f"NOT {_REOPEN_KNOWN} AND NOT {UNSOLVABLE}"),
    "reopened_n": _one(
        "coalesce(t.reopen_count > 0, t.reopened_at IS NOT NULL)"
        f" AND coalesce(t.reopened_at <= t.first_solved_at + {WINDOW}, true) AND NOT {UNSOLVABLE}"
    ),
    "stations_n": _one(f"t.group_stations IS NOT NULL AND NOT {UNSOLVABLE}"),
    "transferred_n": _one(f"t.group_stations > 1 AND NOT {UNSOLVABLE}"),
    "replies_n": _one(f"t.reply_count >= 0 AND NOT {UNSOLVABLE}"),
    "one_touch_n": _one(f"t.reply_count BETWEEN 0 AND 1 AND NOT {UNSOLVABLE}"),
}
_RESOLVED: Final = {
    "resolution_n": _one(_RESOLVABLE),
    "resolution_left_n": _one(UNSOLVABLE),
    "resolution_s": _SOLVE_S,
    "resolution_log": bucket_sql(_SOLVE_S),
}


def _answers(scale: str, condition: str) -> str:
    """Whether it is an answer on this scale, and such a one."""
    return _one(f"r.scale = '{scale}' AND r.normalised IS NOT NULL AND NOT {_RATING_WRONG} AND {condition}")


_SATISFIED: Final = "r.normalised = 'positive'"
_OF_SATISFACTION: Final = f"r.scale IN ({', '.join(repr(metric.scale) for metric in SCALES)})"
_RATED: Final = {
    "offered_n": _one(f"{_OF_SATISFACTION} AND NOT {_RATING_WRONG}"),
    "answered_n": _one(f"{_OF_SATISFACTION} AND r.normalised IS NOT NULL AND NOT {_RATING_WRONG}"),
    "rated_left_n": _one(_RATING_WRONG),
    "other_question_n": _one(f"NOT {_OF_SATISFACTION} AND r.normalised IS NOT NULL AND NOT {_RATING_WRONG}"),
    **{top: _answers(metric.scale, _SATISFIED) for metric in SCALES for top in metric.numerator},
    **{
        name: _answers(metric.scale, f"NOT {_SATISFIED}" if name == "bad_n" else "true")
        for metric in SCALES
        for name in metric.denominator
        if name not in metric.numerator
    },
}
_HANDLED: Final = {
    "handled_n": _one(f"NOT {_HANDLE_WRONG}"),
    "handled_left_n": _one(_HANDLE_WRONG),
    "handle_s": _HANDLE_S,
    "handle_square": f"({_HANDLE_S})::float8 * h.handle_s",
    "handle_log": bucket_sql(_HANDLE_S),
}
_AWAITED: Final = {
    **_states("next_reply", "n.state"),
    "sla_next_reply_left_n": _one("n.state = 'cancelled'"),
    "next_reply_n": _one(f"{_NEXT_S} IS NOT NULL"),
    "next_reply_none_n": _one("n.fulfilled_at IS NULL AND n.state <> 'cancelled'"),
    "next_reply_s": _NEXT_S,
    "next_reply_log": bucket_sql(_NEXT_S),
}
LOGS: Final = ("reply_log", "solve_log", "resolution_log", "handle_log", "next_reply_log")
PARTS: Final = (*_CREATED, *_SOLVED, *_RESOLVED, *_RATED, *_HANDLED, *_AWAITED)

_TICKETS: Final = "metrics_ticket AS t"
_SOLVED_ONCE: Final = "(t.first_solved_at IS NOT DISTINCT FROM t.last_solved_at)"


def question(scale: str) -> str:
    """What was asked, of an expression for the scale: satisfaction, whatever the scale, or another question."""
    return f"CASE WHEN {scale} IN ('nps', 'ces') THEN {scale} ELSE 'csat' END"


_WHEN: Final = "({0}.counts_at, coalesce({0}.rated_at, {0}.offered_at, {0}.counts_at), {0}.id)"
# Of the ratings `r` those that count: of each question a ticket's latest.
LAST_RATING: Final = (
    "NOT EXISTS (SELECT 1 FROM metrics_rating AS later WHERE later.ticket_id = r.ticket_id"
    f" AND {question('later.scale')} = {question('r.scale')} AND {_WHEN.format('later')} > {_WHEN.format('r')})"
)


def begin_sql(day: str) -> str:
    """The first moment of a reporting day. Of a midnight that comes twice Postgres takes the second."""
    at = f"{day}::date::timestamp"
    hour = "interval '1 hour'"
    return f"least({at} AT TIME ZONE %(zone)s, ({at} - {hour}) AT TIME ZONE %(zone)s + {hour})"


_FROM: Final = begin_sql("%(from)s")
_UNTIL: Final = begin_sql("%(until)s")
# Contacts that were followed by another of the same customer about one of the same labels, not by one that its source
# dated ahead. Sorting by a number of 64 bits takes a third of the time of sorting by the three words it stands for. A
# ticket with two names of one label comes twice, one after the other, and is not followed by itself. The join is left
# out while no label has another name.
_TOPIC: Final = "coalesce(other.label, topic)"
_NAMED: Final = (
    " LEFT JOIN unnest(%(names)s::text[], %(meant)s::text[]) AS other (name, label) ON other.name = topic"
)
_OWN: Final = " AND t.source_id = %(source)s"  # a contact is followed by one of its own source
_AGAIN: Final = f"""(SELECT DISTINCT id FROM (
        SELECT id, created_at, lead(created_at) OVER next AS next_at, lead(id) OVER next AS next_id FROM (
            SELECT t.id, t.created_at,
                hash_record_extended(ROW(t.source_id, t.requester_key, {_TOPIC}), 0) AS matter
            FROM metrics_ticket AS t CROSS JOIN LATERAL unnest(t.labels) AS topic{_NAMED}
            WHERE {CONTACT} AND NOT {AHEAD}{_OWN} AND t.created_at >= {_FROM} AND t.created_at < ({_UNTIL}) + {WINDOW}
            OFFSET 0
        ) AS about WINDOW next AS (PARTITION BY matter ORDER BY created_at, id)
    ) AS contact WHERE next_id <> id AND next_at <= created_at + {WINDOW})"""
# These promises begin with their ticket, so that those of a day lie together.
_PROMISES: Final = f"""(SELECT ticket_id, max(state) FILTER (WHERE metric = 'first_reply') AS reply,
        max(state) FILTER (WHERE metric = 'resolution') AS resolution
    FROM metrics_slaresult
    WHERE metric <> 'next_reply' AND started_at >= {_FROM} AND started_at < {_UNTIL} GROUP BY 1)"""
_WITH_PROMISES: Final = (
    f"{_TICKETS} LEFT JOIN {_PROMISES} AS p ON p.ticket_id = t.id"
    " LEFT JOIN LATERAL (SELECT met FROM metrics_vendorfigure WHERE ticket_id = t.id AND name = 'sla'"
    " AND met IS NOT NULL LIMIT 1) AS v ON true"
    f" LEFT JOIN {_AGAIN} AS again ON again.id = t.id"
)
# Most tickets are handled and rated on the day of their one solve, by who solved them: one row tells of all three.
_AT_SOLVE: Final = f"coalesce({_SOLVED_ONCE} AND %s, false)"
_RATED_THEN: Final = _AT_SOLVE % (
    f"{_OF_SATISFACTION} AND (r.counts_at AT TIME ZONE %(zone)s)::date = (t.last_solved_at AT TIME ZONE %(zone)s)::date"
    " AND coalesce(r.agent_at_rating, t.assignee) IS NOT DISTINCT FROM t.assignee"
)
# A ticket has one segment of its own; calls and the like are other segments.
_HANDLED_THEN: Final = _AT_SOLVE % (
    "h.origin = 'ticket' AND h.ended_at = t.last_solved_at"
    " AND coalesce(h.agent, t.assignee) IS NOT DISTINCT FROM t.assignee"
)
_WITH_SOLVE: Final = (
    f"{_TICKETS} LEFT JOIN metrics_rating AS r ON r.ticket_id = t.id AND r.counts_at >= {_FROM}"
    f" AND r.counts_at < {_UNTIL} AND {_RATED_THEN} AND {LAST_RATING}"
    f" LEFT JOIN metrics_handlesegment AS h ON h.ticket_id = t.id AND h.ended_at >= {_FROM}"
    f" AND h.ended_at < {_UNTIL} AND {_HANDLED_THEN}"
)


def _if(row: str, counts: dict[str, str]) -> dict[str, str]:
    """Nothing, where there is no such row beside the ticket."""
    return {name: f"CASE WHEN {row}.id IS NOT NULL THEN {count} END" for name, count in counts.items()}


# What to count, from where, on which moment's day, by which agent, and what is left out.
_SOURCES: Final = (
    (_CREATED, _WITH_PROMISES, "t.created_at", "t.assignee", f"NOT {AHEAD}"),
    ({"flagged_n": "1"}, _TICKETS, "t.created_at", "t.assignee", AHEAD),
    # Most tickets are solved once: those tell of both in one row.
    ({**_SOLVED, **_RESOLVED, **_if("r", _RATED), **_if("h", _HANDLED)}, _WITH_SOLVE, "t.first_solved_at", "t.assignee",
     _SOLVED_ONCE),
    (_SOLVED, _TICKETS, "t.first_solved_at", "t.assignee", f"NOT {_SOLVED_ONCE}"),
    (_RESOLVED, _TICKETS, "t.last_solved_at", "t.assignee", f"NOT {_SOLVED_ONCE}"),
    (_RATED, f"metrics_rating AS r JOIN {_TICKETS} ON t.id = r.ticket_id", "r.counts_at",
     "coalesce(r.agent_at_rating, t.assignee)", f"{LAST_RATING} AND NOT {_RATED_THEN}"),
    (_HANDLED, f"metrics_handlesegment AS h JOIN {_TICKETS} ON t.id = h.ticket_id", "h.ended_at",
     "coalesce(h.agent, t.assignee)", f"NOT {_HANDLED_THEN}"),
    (_AWAITED, f"metrics_slaresult AS n JOIN {_TICKETS} ON t.id = n.ticket_id", "n.started_at", "t.assignee",
     "n.metric = 'next_reply'"),
)  # fmt: skip


def _empty(name: str) -> str:
    return "NULL::bytea" if name in LOGS else "NULL::float8" if name == "handle_square" else "NULL::int"


def _part(
    counts: dict[str, str], tables: str, moment: str, agent: str, condition: str, *, whole: bool, one: bool
) -> str:
    parts = ", ".join(f"{counts.get(name) or _empty(name)} AS {name}" for name in PARTS)
    only = "" if whole else f" AND ({moment} AT TIME ZONE %(zone)s)::date = ANY(%(days)s)"
    only += _OWN if one else ""
    tables = tables if one else tables.replace(_OWN, "")
    return (
        f"SELECT ({moment} AT TIME ZONE %(zone)s)::date AS day, t.source_id, t.team_id,"
        " CASE WHEN t.team_id IS NULL THEN t.team_name ELSE '' END AS team_name,"
        f" t.channel, t.priority, t.market, t.labels, {agent} AS agent, t.macro_keys, {parts} FROM {tables}"
        f" WHERE {moment} >= {_FROM} AND {moment} < {_UNTIL}{only} AND {condition}"
    )


def part_sql(*, whole: bool, one: bool, named: bool) -> str:
    """All that is counted. `whole`: of every day of the range, with none left out. `one`: of one source. `named`: some
    labels have other names, which are `names` and mean `meant`."""
    found = " UNION ALL ".join(_part(*source, whole=whole, one=one) for source in _SOURCES)
    return found if named else found.replace(_NAMED, "").replace(_TOPIC, "topic")


def part_values(first: date, after: date) -> dict[str, Any]:
    """What `part_sql` needs to be told, of the days from the first to before the other. A query, and those of names."""
    other = aliases.names().of
    return {
        "from": first, "until": after, "zone": settings.REPORTING_TIME_ZONE, "names": [*other.keys()],
        "meant": [*other.values()], **_telling(),
    }  # fmt: skip


def _telling() -> dict[str, list[int]]:
    """Which sources tell of reopenings, and of what promises are judged by. One query."""
    sources = [(pk, {*provides}) for pk, provides in Source.objects.values_list("pk", "provides")]
    needed = {"reopened": {"reopened_at"}, "replies": SLA_REPLY.needs, "solves": SLA_RESOLUTION.needs}
    return {f"telling_{what}": [pk for pk, has in sources if has & needs] for what, needs in needed.items()}
