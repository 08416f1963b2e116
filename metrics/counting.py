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


def _seconds(begin: str, end: str) -> str:
    """From one moment to another, neither NULL, in whole seconds, within what an integer holds. `extract` has decimal
    numbers, which take twice as long."""
    return f"floor(least(date_part('epoch', {end} - {begin}), 2000000000) + 0.5)::int"


OVER: Final = "t.status IN ('solved', 'closed', 'deleted')"
AHEAD: Final = "t.flags && '{created_ahead}'"
_UNSOLVABLE: Final = "t.flags && '{solved_before_created,solved_out_of_order}'"
# What a backlog is made of.
LASTING: Final = (
    f"t.merged_into IS NULL AND NOT t.is_spam AND t.status <> 'deleted' AND NOT {_UNSOLVABLE} AND NOT {AHEAD}"
)
_ELIGIBLE: Final = "t.merged_into IS NULL AND NOT t.is_spam AND NOT t.is_agent_initiated"
_CONTACT: Final = "t.requester_key IS NOT NULL AND t.labels <> '{}'"
_SOLVED_ONCE: Final = "(t.first_solved_at IS NOT DISTINCT FROM t.last_solved_at)"
# What several counts ask of a ticket, worked out once: each look at the flags unpacks them.
_OF_TICKET: Final = {
    "is_flagged": "t.flags <> '{}'",
    "is_unsolvable": f"t.flags <> '{{}}' AND {_UNSOLVABLE}",
    "is_ahead": f"t.flags <> '{{}}' AND {AHEAD}",
    "is_over": OVER,
    "is_eligible": _ELIGIBLE,
    "reply_s": (
        f"CASE WHEN {_ELIGIBLE} AND t.first_public_reply_at >= t.created_at"
        f" THEN {_seconds('t.created_at', 't.first_public_reply_at')} END"
    ),
    # The last solve of a ticket that was opened again is still to come.
    "solve_s": (
        f"CASE WHEN {OVER} AND NOT {_UNSOLVABLE} AND t.last_solved_at IS NOT NULL"
        f" THEN {_seconds('t.created_at', 't.last_solved_at')} END"
    ),
    # Many desks have no figures of vendors: there no ticket is looked up.
    "vendor_met": (
        "CASE WHEN (SELECT true FROM metrics_vendorfigure LIMIT 1) THEN (SELECT met FROM metrics_vendorfigure"
        " WHERE ticket_id = t.id AND name = 'sla' AND met IS NOT NULL LIMIT 1) END"
    ),
}


def _flagged(flag: str) -> str:
    """Whether a ticket of which `_OF_TICKET` is known has this flag."""
    return f"t.is_flagged AND '{flag}' = ANY(t.flags)"


_REOPEN_KNOWN: Final = "(t.reopen_count IS NOT NULL OR t.source_id = ANY(%(telling_reopened)s))"
# Of a promise that was not made, whether the source tells what it is judged by: then a policy promises none.
_REPLY_TOLD: Final = "t.source_id = ANY(%(telling_replies)s)"
_SOLVE_TOLD: Final = (
    "(t.source_id = ANY(%(telling_solves)s) AND NOT (t.is_over AND t.last_solved_at IS NULL)"
    f" AND NOT ({_flagged('history_cut')}))"
)
_NEXT_S: Final = (
    f"CASE WHEN n.fulfilled_at >= n.started_at THEN {_seconds('n.started_at', 'n.fulfilled_at')} END"
)


def _one(condition: str) -> str:
    """1 where it holds, and else NULL, not 0: NULL takes no room on any level, and adding up passes over it."""
    return f"CASE WHEN {condition} THEN 1 END"


def _states(metric: str, state: str) -> dict[str, str]:
    """A promise by its state, a column; paused is running: neither is due yet."""
    states = {"met": "= 'met'", "breached": "= 'breached'", "overdue": "= 'overdue'"}
    states["running"] = "IN ('running', 'paused')"
    return {f"sla_{metric}_{name}_n": _one(f"{state} {test}") for name, test in states.items()}


def _if(condition: str, counts: dict[str, str]) -> dict[str, str]:
    """Nothing, where the condition does not hold."""
    return {name: f"CASE WHEN {condition} THEN {count} END" for name, count in counts.items()}


_CREATED: Final = {
    "created_n": "1",
    "flagged_n": _one("t.is_flagged"),
    # Not EXISTS: the planner would read every segment there is to answer it.
    "measured_n": _one(
        "(SELECT 1 FROM metrics_handlesegment AS h WHERE h.ticket_id = t.id LIMIT 1) IS NOT NULL"
    ),
    "unsolved_n": _one("t.last_solved_at IS NULL OR NOT t.is_over"),
    "vendor_sla_n": _one("t.vendor_met IS NOT NULL"),
    "vendor_sla_met_n": _one("t.vendor_met"),
    "reply_n": _one("t.reply_s IS NOT NULL"),
    "reply_none_n": _one("t.is_eligible AND t.first_public_reply_at IS NULL"),
    "reply_s": "t.reply_s",
    "reply_log": bucket_sql("t.reply_s"),
    **_states("reply", "p.reply"),
    "sla_reply_none_n": _one(
        f"t.is_eligible AND p.reply IS NULL AND NOT ({_flagged('reply_before_created')}) AND NOT {_REPLY_TOLD}"
    ),
    **_states("resolution", "p.resolution"),
    "sla_resolution_none_n": _one(
        f"t.is_eligible AND p.resolution IS NULL AND NOT t.is_unsolvable AND NOT {_SOLVE_TOLD}"
    ),
    "contact_n": _one(f"t.is_eligible AND {_CONTACT}"),
    "contact_once_n": _one(f"t.is_eligible AND {_CONTACT} AND again.id IS NULL"),
    "contact_none_n": _one("t.is_eligible AND (t.requester_key IS NULL OR t.labels = '{}')"),
    "solve_log": bucket_sql(
        "CASE WHEN t.merged_into IS NULL AND NOT t.is_spam AND t.status <> 'deleted' THEN t.solve_s END"
    ),
}
_SOLVED: Final = {
    "solved_n": _one("NOT t.is_unsolvable"),
    "solved_left_n": _one("t.is_unsolvable"),
    "reopen_known_n": _one(f"{_REOPEN_KNOWN} AND NOT t.is_unsolvable"),
    "reopen_none_n": _one(f"NOT {_REOPEN_KNOWN} AND NOT t.is_unsolvable"),
    "reopened_n": _one(
        "coalesce(t.reopen_count > 0, t.reopened_at IS NOT NULL)"
        f" AND coalesce(t.reopened_at <= t.first_solved_at + {WINDOW}, true) AND NOT t.is_unsolvable"
    ),
    "stations_n": _one("t.group_stations IS NOT NULL AND NOT t.is_unsolvable"),
    "transferred_n": _one("t.group_stations > 1 AND NOT t.is_unsolvable"),
    "replies_n": _one("t.reply_count >= 0 AND NOT t.is_unsolvable"),
    "one_touch_n": _one("t.reply_count BETWEEN 0 AND 1 AND NOT t.is_unsolvable"),
}
_RESOLVED: Final = {
    "resolution_n": _one("t.is_over AND NOT t.is_unsolvable"),
    "resolution_left_n": _one("t.is_unsolvable"),
    "resolution_s": "t.solve_s",
    "resolution_log": bucket_sql("t.solve_s"),
}


_SATISFIED: Final = "r.normalised = 'positive'"
_OF_SATISFACTION: Final = f"r.scale IN ({', '.join(repr(metric.scale) for metric in SCALES)})"


def _rated(is_wrong: str) -> dict[str, str]:
    """Of a rating; `is_wrong`: whether its time is impossible."""
    answers = f"r.normalised IS NOT NULL AND NOT ({is_wrong})"
    counts = {
        "offered_n": f"{_OF_SATISFACTION} AND NOT ({is_wrong})",
        "answered_n": f"{_OF_SATISFACTION} AND {answers}",
        "rated_left_n": is_wrong,
        "other_question_n": f"NOT {_OF_SATISFACTION} AND {answers}",
    }
    for metric in SCALES:
        on_scale = f"r.scale = '{metric.scale}' AND {answers}"
        counts |= {
            name: f"{on_scale} AND NOT {_SATISFIED}" if name == "bad_n" else on_scale
            for name in metric.denominator
        }
        counts |= dict.fromkeys(metric.numerator, f"{on_scale} AND {_SATISFIED}")
    return {name: _one(condition) for name, condition in counts.items()}


def _handled(is_wrong: str) -> dict[str, str]:
    """Of a segment of handling; `is_wrong`: whether its time is impossible."""
    seconds = f"CASE WHEN NOT ({is_wrong}) THEN h.handle_s END"
    return {
        "handled_n": _one(f"NOT ({is_wrong})"),
        "handled_left_n": _one(is_wrong),
        "handle_s": seconds,
        "handle_square": f"({seconds})::float8 * h.handle_s",
        "handle_log": bucket_sql(seconds),
    }


_RATED: Final = _rated("'rated_before_created' = ANY(t.flags)")
_HANDLED: Final = _handled("'negative_handle_time' = ANY(t.flags)")
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


def question(scale: str) -> str:
    """What was asked, of an expression for the scale: satisfaction, whatever the scale, or another question."""
    return f"CASE WHEN {scale} IN ('nps', 'ces') THEN {scale} ELSE 'csat' END"


_WHEN: Final = "({0}.counts_at, coalesce({0}.rated_at, {0}.offered_at, {0}.counts_at), {0}.id)"
# Of the ratings `r` those that count: of each question a ticket's latest.
_LATER: Final = (
    "SELECT 1 FROM metrics_rating AS later WHERE later.ticket_id = {0}"
    f" AND {question('later.scale')} = {question('r.scale')} AND {_WHEN.format('later')} > {_WHEN.format('r')}"
)
LAST_RATING: Final = f"NOT EXISTS ({_LATER.format('r.ticket_id')})"


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
_OF_KEY: Final = " AND key.source_id = %(source)s"
_AGAIN: Final = f"""(SELECT DISTINCT id FROM (
        SELECT id, created_at, lead(created_at) OVER next AS next_at, lead(id) OVER next AS next_id FROM (
            SELECT id, created_at, hashtextextended({_TOPIC}, whose) AS matter FROM (
                SELECT t.id, t.created_at, hashtextextended(t.requester_key, t.source_id) AS whose,
                    unnest(t.labels) AS topic
                FROM metrics_ticket AS t
                WHERE {_ELIGIBLE} AND {_CONTACT} AND NOT {AHEAD}{_OWN}
                    AND t.created_at >= {_FROM} AND t.created_at < ({_UNTIL}) + {WINDOW}
            ) AS contact{_NAMED} OFFSET 0
        ) AS about WINDOW next AS (PARTITION BY matter ORDER BY created_at, id)
    ) AS contact WHERE next_id <> id AND next_at <= created_at + {WINDOW})"""


def _beside(row: str, columns: str, table: str, condition: str) -> str:
    """What hangs on a ticket, looked up for each: so what hangs on tickets of other sources is not read."""
    found = f"SELECT {columns} FROM metrics_{table} AS {row} WHERE {row}.ticket_id = t.id AND {condition}"
    return f" LEFT JOIN LATERAL ({found}) AS {row} ON true"


_STATES: Final = (
    "max(p.state) FILTER (WHERE p.metric = 'first_reply') AS reply,"
    " max(p.state) FILTER (WHERE p.metric = 'resolution') AS resolution"
)
_WITH_PROMISES: Final = (
    "{tickets}"
    + _beside("p", _STATES, "slaresult", "p.metric <> 'next_reply'")
    + f" LEFT JOIN {_AGAIN} AS again ON again.id = t.id"
)


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE %(zone)s)::date"


# Most tickets are handled and rated on the day of their one solve, by who solved them: one row tells of all three. Not
# of those that waited for long, so that tickets of a few months are all that has to be looked through for them.
_LATELY: Final = f"t.created_at >= ({_FROM}) - interval '60 days' AND t.created_at < {_UNTIL}"


def _at_solve(condition: str) -> str:
    return f"coalesce({_SOLVED_ONCE} AND {_LATELY} AND {condition}, false)"


def _rated_then(day: str) -> str:
    """Whether a rating is told of with the solve of its ticket, which was on this day."""
    whose = "coalesce(r.agent_at_rating, t.assignee) IS NOT DISTINCT FROM t.assignee"
    return _at_solve(f"{_OF_SATISFACTION} AND {_day('r.counts_at')} = {day} AND {whose}")


# A ticket has one segment of its own; calls and the like are other segments.
_HANDLED_THEN: Final = _at_solve(
    "h.origin = 'ticket' AND h.ended_at = t.last_solved_at"
    " AND coalesce(h.agent, t.assignee) IS NOT DISTINCT FROM t.assignee"
)
# OFFSET 0 keeps the planner from reading all there is, which it takes for little here. That around the tickets of one
# source has what is said of them several times worked out once; those of all may be narrowed by whoever asks, and what
# they are narrowed by has to come in there.
_WITH_SOLVE: Final = (
    "{tickets}"
    + _beside("r", "r.*", "rating", f"{_rated_then('t.day')} AND {LAST_RATING} OFFSET 0")
    + _beside("h", "h.*", "handlesegment", f"{_HANDLED_THEN} OFFSET 0")
)


def _not_told(row: str, then: str) -> str:
    solved = f"t.first_solved_at >= {_FROM} AND t.first_solved_at < {_UNTIL} AND {_LATELY}{_OWN}"
    return (
        f"NOT EXISTS (SELECT 1 FROM metrics_ticket AS t WHERE t.id = {row}.ticket_id AND {solved} AND {then})"
    )


_OF_SOLVE: Final = {
    **_SOLVED,
    **_RESOLVED,
    **_if("r.id IS NOT NULL", _rated(_flagged("rated_before_created"))),
    **_if("h.id IS NOT NULL", _handled(_flagged("negative_handle_time"))),
}
_OF_CREATED: Final = {**_if("NOT t.is_ahead", _CREATED), "flagged_n": _CREATED["flagged_n"]}
# What to count of tickets, with what, on which moment's day, and of which of them.
_OF_TICKETS: Final = (
    (_OF_CREATED, _WITH_PROMISES, "t.created_at", "true"),
    # Most tickets are solved once: those tell of both in one row.
    (_OF_SOLVE, _WITH_SOLVE, "t.first_solved_at", _SOLVED_ONCE),
    (_SOLVED, "{tickets}", "t.first_solved_at", f"NOT {_SOLVED_ONCE}"),
    (_RESOLVED, "{tickets}", "t.last_solved_at", f"NOT {_SOLVED_ONCE}"),
)
# The same of what hangs on them, and by which agent; but what is told of with the solve.
_OF_OTHERS: Final = (
    (_RATED, "rating AS r", "r.counts_at", "coalesce(r.agent_at_rating, t.assignee)",
     f"{_not_told('r', _rated_then(_day('t.last_solved_at')))} AND ({_LATER.format('t.id')} LIMIT 1) IS NULL"),
    (_HANDLED, "handlesegment AS h", "h.ended_at", "coalesce(h.agent, t.assignee)", _not_told("h", _HANDLED_THEN)),
    (_AWAITED, "slaresult AS n", "n.started_at", "t.assignee", "n.metric = 'next_reply'"),
)  # fmt: skip


def _empty(name: str) -> str:
    return "NULL::bytea" if name in LOGS else "NULL::float8" if name == "handle_square" else "NULL::int"


def _row(counts: dict[str, str], day: str, agent: str) -> str:
    parts = ", ".join(f"{counts.get(name) or _empty(name)} AS {name}" for name in PARTS)
    return (
        f"SELECT {day} AS day, t.source_id, t.team_id,"
        " CASE WHEN t.team_id IS NULL THEN t.team_name ELSE '' END AS team_name,"
        f" t.channel, t.priority, t.market, t.labels, {agent} AS agent, t.macro_keys, {parts}"
    )


def _on_days(moment: str, *, whole: bool) -> str:
    only = "" if whole else f" AND {_day(moment)} = ANY(%(days)s)"
    return f"{moment} >= {_FROM} AND {moment} < {_UNTIL}{only}"


def _of_tickets(
    counts: dict[str, str], tables: str, moment: str, condition: str, *, whole: bool, one: bool
) -> str:
    worked_out = ", ".join(f"{said} AS {name}" for name, said in {"day": _day(moment), **_OF_TICKET}.items())
    tickets = (
        f"(SELECT t.*, {worked_out} FROM metrics_ticket AS t"
        f" WHERE {_on_days(moment, whole=whole)}{_OWN} AND {condition}{' OFFSET 0' if one else ''}) AS t"
    )
    return f"{_row(counts, 't.day', 't.assignee')} FROM {tables.replace('{tickets}', tickets)}"


def _of_others(
    counts: dict[str, str], table: str, moment: str, agent: str, condition: str, *, whole: bool, one: bool
) -> str:
    """Of one source by the key to the month of the ticket, and to the ticket there: few are left to look up, of any
    month."""
    ticket_id = f"{table[-1]}.ticket_id"
    by_key = (
        f"metrics_{table} JOIN metrics_ticketkey AS key ON key.id = {ticket_id} CROSS JOIN LATERAL"
        " (SELECT * FROM metrics_ticket AS t WHERE t.id = key.id AND t.created_at = key.created_at OFFSET 0) AS t"
    )
    tables = by_key if one else f"metrics_{table} JOIN metrics_ticket AS t ON t.id = {ticket_id}"
    where = f"{_on_days(moment, whole=whole)}{_OF_KEY} AND {condition}"
    return f"{_row(counts, _day(moment), agent)} FROM {tables} WHERE {where}"


def part_sql(*, whole: bool, one: bool, named: bool) -> str:
    """All that is counted. `whole`: of every day of the range, with none left out. `one`: of one source. `named`: some
    labels have other names, which are `names` and mean `meant`."""
    of_tickets = (_of_tickets(*each, whole=whole, one=one) for each in _OF_TICKETS)
    of_others = (_of_others(*each, whole=whole, one=one) for each in _OF_OTHERS)
    found = " UNION ALL ".join((*of_tickets, *of_others))
    found = found if one else found.replace(_OWN, "").replace(_OF_KEY, "")
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
