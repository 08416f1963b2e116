"""Whatever the tickets are, however they are cut, whatever the zone: the rollups say what SQL over raw tickets says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metrics import backlogs, levels, partitions, reporting, rollups
from metrics.filters import Period
from metrics.models import HandleSegment, Rating, SlaResult, Source, Ticket
from sopdesk.accounts.models import Team

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 3, 26, tzinfo=UTC)  # the clocks of Europe change on the 29th
DAYS = [date(2026, 3, 20) + timedelta(days=n) for n in range(40)]
ZONES = ["Europe/Dublin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"]
moments = st.integers(0, 12 * 24 * 4).map(lambda quarters: FIRST + timedelta(minutes=15 * quarters))
counts = st.none() | st.integers(0, 3)
tickets = st.fixed_dictionaries(
    {
        "created_at": moments,
        "solved_after": st.none() | st.integers(-1, 300),
        "reply_after": st.none() | st.integers(0, 99),
        "again_after": st.none() | st.integers(1, 200),
        "reopen_count": counts,
        "reply_count": counts,
        "group_stations": counts,
        "channel": st.sampled_from(["chat", "email"]),
        "priority": st.sampled_from(["low", "high"]),
        "market": st.sampled_from(["DE", "FR"]),
        "labels": st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=2),
        "requester_key": st.none() | st.sampled_from(["x", "y"]),
        "team": st.integers(0, 2),
        "is_spam": st.booleans() | st.just(False),
        "out": st.sampled_from(["", "", "merged", "deleted"]),
        "rating": st.none() | st.sampled_from(["positive", "negative"]),
        "handle_s": st.none() | st.integers(0, 5000),
        "at_solve": st.booleans(),  # rated and handled on the day of its solve, as most are
        "assignee": st.none() | st.sampled_from(["ann", "bob"]),
        "by": st.none() | st.sampled_from(["ann", "bob"]),
        "called_too": st.booleans() | st.just(False),
        "rated_twice": st.booleans() | st.just(False),
        "source": st.integers(0, 1),
        "macro_keys": st.none() | st.lists(st.sampled_from(["m", "n"]), unique=True, max_size=2),
        "met": st.none() | st.sampled_from(["met", "breached", "overdue", "running"]),
    }
)
cuts = st.dictionaries(
    st.sampled_from(["channel", "priority", "market", "label", "team", "site", "vendor", "source"]),
    st.integers(0, 1),
    max_size=3,
)
VALUES: dict[str, list[Any]] = {
    "channel": ["chat", "email"],
    "priority": ["low", "high"],
    "market": ["DE", "FR"],
    "label": ["a", ["a", "b"]],
    "site": ["dublin", "harbor"],
    "vendor": ["in_house", "vendor"],
    "source": ["Property", "Property too"],
}
# Several tickets of one week in one cell and in several.
ONE = {
    "created_at": FIRST, "solved_after": 30, "reply_after": 9, "again_after": None, "reopen_count": 0,
    "reply_count": 1, "group_stations": 2, "channel": "chat", "priority": "high", "market": "DE", "labels": ["a", "b"],
    "requester_key": "x", "team": 0, "is_spam": False, "out": "", "rating": "positive", "handle_s": 600, "met": "met",
    "at_solve": True, "assignee": "ann", "by": None, "called_too": False, "rated_twice": False,
    "source": 0, "macro_keys": ["m", "n"],
}  # fmt: skip
SOME: list[dict[str, Any]] = [
    ONE,
    {**ONE, "labels": ["b"], "market": "FR", "reply_after": 90, "rating": "negative", "met": "breached"},
    {**ONE, "labels": ["c"], "created_at": FIRST + timedelta(days=3), "handle_s": 60},
    {**ONE, "priority": "low", "created_at": FIRST + timedelta(days=5), "team": 2},
    {**ONE, "by": "bob", "called_too": True, "rated_twice": True},
    {**ONE, "called_too": True, "rated_twice": True},
    {**ONE, "source": 1, "macro_keys": ["n"], "team": 1},
    {**ONE, "is_spam": True, "solved_after": None},
    {**ONE, "out": "merged", "solved_after": None, "labels": ["b", "c"], "assignee": "bob"},
    {**ONE, "out": "deleted", "solved_after": 99},
    {**ONE, "out": "deleted", "solved_after": None},
    {**ONE, "solved_after": -1, "reopen_count": 1, "again_after": 200},
    {
        **ONE,
        "created_at": FIRST + timedelta(days=9),
        "reopen_count": 1,
        "again_after": 9,
        "requester_key": "y",
    },
]

OK = "t.merged_into IS NULL AND NOT t.is_spam"
FINE = "NOT t.flags && '{solved_before_created,solved_out_of_order}'"
LAST_RATED = """metrics_ticket t JOIN metrics_rating r ON r.ticket_id = t.id AND r.counts_at = (
    SELECT max(counts_at) FROM metrics_rating x WHERE x.ticket_id = t.id)"""
# Whose it is, where one agent may have handled it and another be rated.
BY_AGENT = {
    "csat": (LAST_RATED, "r.counts_at", "r.agent_at_rating"),
    "aht": ("metrics_ticket t JOIN metrics_handlesegment h ON h.ticket_id = t.id", "h.ended_at", "h.agent"),
}
# Of each metric: from where, on which moment, the value as SQL over the rows.
RAW: dict[str, tuple[str, str, str]] = {
    "volume": ("metrics_ticket t", "t.created_at", "count(*)"),
    "csat": (
        LAST_RATED,
        "r.counts_at",
        "avg((r.normalised = 'positive')::int) FILTER (WHERE r.normalised IS NOT NULL)",
    ),
    "aht": (
        "metrics_ticket t JOIN metrics_handlesegment h ON h.ticket_id = t.id",
        "h.ended_at",
        "avg(h.handle_s)",
    ),
    **{
        metric: (
            f"metrics_ticket t JOIN metrics_slaresult s ON s.ticket_id = t.id AND s.metric = '{promise}'",
            moment,
            "avg((s.state = 'met')::int) FILTER (WHERE s.state <> 'running')",
        )
        for metric, promise, moment in (
            ("sla_reply", "first_reply", "t.created_at"),
            ("sla_resolution", "resolution", "t.created_at"),
            ("sla_next_reply", "next_reply", "s.started_at"),
        )
    },
    "next_reply": (
        "metrics_ticket t JOIN metrics_slaresult s ON s.ticket_id = t.id AND s.metric = 'next_reply'",
        "s.started_at",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.fulfilled_at - s.started_at))",
    ),
    "first_reply": (
        "metrics_ticket t",
        "t.created_at",
        (
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.first_public_reply_at - t.created_at))"
            f" FILTER (WHERE {OK})"
        ),
    ),
    "resolution": (
        "metrics_ticket t",
        "t.last_solved_at",
        (
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.last_solved_at - t.created_at))"
            f" FILTER (WHERE {FINE})"
        ),
    ),
    "reopened": (
        "metrics_ticket t",
        "t.first_solved_at",
        (
            "avg((t.reopen_count > 0 AND coalesce(t.reopened_at <= t.first_solved_at + interval '7 days', true))::int)"
            f" FILTER (WHERE t.reopen_count IS NOT NULL AND {FINE})"
        ),
    ),
    "one_touch": (
        "metrics_ticket t",
        "t.first_solved_at",
        f"avg((t.reply_count <= 1)::int) FILTER (WHERE {FINE})",
    ),
    "transferred": (
        "metrics_ticket t",
        "t.first_solved_at",
        f"avg((t.group_stations > 1)::int) FILTER (WHERE {FINE})",
    ),
    "fcr": (
        "metrics_ticket t",
        "t.created_at",
        (
            "1 - avg((EXISTS (SELECT 1 FROM metrics_ticket u WHERE u.requester_key = t.requester_key"
            " AND u.source_id = t.source_id AND u.labels && t.labels"
            f" AND {OK.replace('t.', 'u.')} AND (u.created_at, u.id) > (t.created_at, t.id)"
            " AND u.created_at <= t.created_at + interval '7 days'))::int)"
            f" FILTER (WHERE {OK} AND t.requester_key IS NOT NULL AND t.labels <> '{{}}')"
        ),
    ),
}


BY_MACRO = {"volume": RAW["volume"], "csat": RAW["csat"], "aht": RAW["aht"]}
RAW_SOLVED = ("metrics_ticket t", "t.last_solved_at", f"count(*) FILTER (WHERE {FINE})")
SOLVED = {"resolution"}  # each of them counts once, however many ratings and segments hang on it
KEPT = (
    "reopen_count", "reply_count", "group_stations", "channel", "priority", "market", "labels", "requester_key",
    "is_spam", "assignee", "macro_keys",
)  # fmt: skip


def store(drawn: list[dict[str, Any]], teams: list[Team | None]) -> None:
    sources = [Source.objects.create(name=name) for name in VALUES["source"]]
    partitions.make(DAYS)
    for number, one in enumerate(drawn):
        team, times = teams[one["team"]], times_of(one)
        solved = times["first_solved_at"]
        flags = ["solved_before_created"] if solved and solved < times["created_at"] else []
        kept = {key: one[key] for key in KEPT}
        status = "deleted" if one["out"] == "deleted" else "solved" if solved else "open"
        ticket = Ticket.objects.create(
            source=sources[one["source"]], external_id=str(number), status=status, raw_status="",
            merged_into="0" if one["out"] == "merged" else None, team=team, team_name="" if team else "other",
            flags=flags, row_hash=UUID(int=number), **kept, **times,
        )  # fmt: skip
        hang(ticket, one)


def times_of(one: dict[str, Any]) -> dict[str, Any]:
    created, after, reply = one["created_at"], one["solved_after"], one["reply_after"]
    solved = None if after is None else created + timedelta(hours=after)
    back = one["again_after"] if solved and one["reopen_count"] else None
    again = solved + timedelta(hours=back) if solved and back else None
    return {
        "created_at": created,
        "updated_at": created,
        "first_public_reply_at": None if reply is None else created + timedelta(minutes=reply),
        "first_solved_at": solved,
        "reopened_at": again,
        "last_solved_at": again + timedelta(hours=5) if again else solved,
    }


def hang(ticket: Ticket, one: dict[str, Any]) -> None:
    after = ticket.created_at + timedelta(hours=7)
    then = ticket.last_solved_at if one["at_solve"] and ticket.last_solved_at else after
    if one["rating"]:
        rated = {"ticket": ticket, "raw": "x", "scale": "good_bad", "agent_at_rating": one["by"]}
        if one["rated_twice"]:
            Rating.objects.create(normalised="negative", counts_at=then - timedelta(minutes=5), **rated)
        Rating.objects.create(normalised=one["rating"], counts_at=then + timedelta(minutes=20), **rated)
    if one["handle_s"] is not None:
        segment = {"ticket": ticket, "handle_s": one["handle_s"], "agent": one["by"], "ended_at": then}
        HandleSegment.objects.create(origin="ticket", **segment)
        if one["called_too"]:
            HandleSegment.objects.create(origin="call", **segment)
    promises = {
        "first_reply": (ticket.created_at, None),
        "resolution": (ticket.created_at, None),
        "next_reply": (after, after + timedelta(minutes=one["handle_s"] or 0)),
    }
    for metric, (begun, done) in promises.items() if one["met"] else ():
        SlaResult.objects.create(
            ticket=ticket,
            metric=metric,
            policy_id=1,
            priority_applied="",
            target_s=60,
            started_at=begun,
            fulfilled_at=done,
            state=one["met"],
        )


OF_SITE = "SELECT m.id FROM accounts_team m, accounts_site s WHERE m.site_id = s.id"
# Created by then, and not solved yet or open again.
UNSOLVED = """
SELECT count(*) FROM metrics_ticket t, (SELECT (%s::date + 1)::timestamp AT TIME ZONE %s AS at) AS the_end
WHERE t.created_at < at AND (t.first_solved_at IS NULL AND t.status <> 'deleted' OR t.first_solved_at >= at
    OR (t.reopened_at < at AND t.last_solved_at >= at))"""
COUNTED = f"{OK} AND t.status <> 'deleted' AND {FINE}"
OPEN = {"backlog": f"{UNSOLVED} AND {COUNTED}", "left": f"{UNSOLVED} AND NOT ({COUNTED})"}


def raw(metric: str, period: Period, zone: str, narrow: dict[str, Any]) -> float | None:
    sql = {
        "channel": "t.channel = %s",
        "priority": "t.priority = %s",
        "market": "t.market = %s",
        "label": "t.labels && %s::varchar[]",
        "team": "t.team_id = (SELECT id FROM accounts_team WHERE slug = %s)",
        "site": f"t.team_id IN ({OF_SITE} AND s.slug = %s)",
        "vendor": f"t.team_id IN ({OF_SITE} AND s.kind = %s)",
        "source": "t.source_id = (SELECT id FROM metrics_source WHERE name = %s)",
        "agent": f"coalesce({BY_AGENT.get(metric, ('', '', 'NULL'))[2]}, t.assignee) = %s",
        "macro": "t.macro_keys && %s::varchar[]",
    }
    where = "".join(f" AND {sql[key]}" for key in narrow)
    values = [[*value] if key in {"label", "macro"} else value for key, value in narrow.items()]
    with connection.cursor() as cursor:
        if metric in OPEN:
            cursor.execute(OPEN[metric] + where, [period.last, zone, *values])
            return float(cursor.fetchone()[0])
        tables, moment, value = RAW_SOLVED if metric == "solved" else RAW[metric]
        cursor.execute(
            f"SELECT {value} FROM {tables} WHERE ({moment} AT TIME ZONE %s)::date BETWEEN %s AND %s{where}",
            [zone, period.first, period.last, *values],
        )
        found = cursor.fetchone()[0]
    return None if found is None else float(found)


def raw_by(value: str, key: str, tables: str, moment: str, period: Period, zone: str) -> dict[str, float]:
    """The value of each key that has one; of these days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key} AS key, {value} FROM {tables}"
            f" WHERE ({moment} AT TIME ZONE %s)::date BETWEEN %s AND %s GROUP BY 1",
            [zone, period.first, period.last],
        )
        return {key: float(found) for key, found in cursor.fetchall() if key and found is not None}


def check_backlog(period: Period, zone: str, narrow: dict[str, Any]) -> None:
    """What is open and what is left out, by agent, by macro and by what else it is kept by, narrowed by anything else
    and by both; each day of a trend is what that day alone would be."""
    keyed: dict[str, list[str]] = {"agent": ["ann", "bob"], "macro": ["m", "n"], "label": ["a", "b", "c"]}
    keyed |= {key: VALUES[key] for key in ("channel", "priority", "market", "site", "vendor", "source")}
    for key, values in keyed.items():
        if key in narrow:
            continue
        lines = backlogs.standing(None, (key,), period, levels.wanted(narrow))
        of_each = {keys[0]: counted(one) for keys, one in lines.items() if keys[0] and any(counted(one))}
        one_of = {value: [value] if key in {"macro", "label"} else value for value in values}
        expected = {value: both_of(period, zone, {**narrow, key: of}) for value, of in one_of.items()}
        assert of_each == {value: found for value, found in expected.items() if any(found)}, key
        lines = backlogs.standing(None, ("day", key), period, levels.wanted(narrow))
        last = {keys[1]: counted(one) for keys, one in lines.items() if keys[0] == f"{period.last}"}
        assert {value: found for value, found in last.items() if value and any(found)} == of_each, key
    for each in (narrow, {**narrow, "agent": "ann", "macro": ["m", "n"]}):
        [whole] = backlogs.standing(None, (), period, levels.wanted(each)).values()
        assert counted(whole) == both_of(period, zone, each)
        for (day,), one in backlogs.standing(None, ("day",), period, levels.wanted(each)).items():
            upto = Period(period.first, date.fromisoformat(day))
            assert counted(one) == both_of(upto, zone, each), day


def counted(one: backlogs.Standing) -> tuple[int, int | None]:
    return one.open_n, one.excluded


def both_of(period: Period, zone: str, narrow: dict[str, Any]) -> tuple[float | None, float | None]:
    return raw("backlog", period, zone, narrow), raw("left", period, zone, narrow)


def raw_by_agent(metric: str, period: Period, zone: str) -> dict[str, float]:
    """How many of an agent are counted."""
    tables, moment, agent = BY_AGENT[metric]
    return raw_by("count(*)", f"coalesce({agent}, t.assignee)", tables, moment, period, zone)


def raw_by_macro(metric: str, period: Period, zone: str) -> dict[str, float]:
    """The value of each macro's tickets."""
    tables, moment, value = BY_MACRO[metric]
    return raw_by(
        value, "macro", f"{tables} CROSS JOIN LATERAL unnest(t.macro_keys) AS macro", moment, period, zone
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(tickets, min_size=1, max_size=25),
    zone=st.sampled_from(ZONES),
    cut=cuts,
    begins=st.integers(0, 12),
    days=st.integers(1, 20),
)
@example(drawn=SOME, zone="Europe/Dublin", cut={"priority": 1}, begins=0, days=20)  # whole weeks of each kind
@example(drawn=SOME, zone="Asia/Kolkata", cut={"label": 1, "channel": 0}, begins=0, days=20)
def test_rollups_equal_sql_over_the_tickets(
    payments: Team,
    harbor_payments: Team,
    drawn: list[dict[str, Any]],
    zone: str,
    cut: dict[str, int],
    begins: int,
    days: int,
) -> None:
    teams = [payments, harbor_payments, None]
    first = date(2026, 3, 25) + timedelta(days=begins)
    period = Period(first, first + timedelta(days=days))
    narrow = {key: str(teams[n].slug) if key == "team" else VALUES[key][n] for key, n in cut.items()}  # type: ignore[union-attr]
    with transaction.atomic(), override_settings(REPORTING_TIME_ZONE=zone):
        store(drawn, teams)
        rollups.rebuild(DAYS)
        for metric in (*RAW, "backlog"):
            [line] = reporting.report(None, metric, period=period, narrow=narrow)
            figure, expected = line.figure, raw(metric, period, zone, narrow)
            if figure.is_small or expected is None:
                assert figure.value is None or figure.n == 0, metric
            elif figure.metric.log:
                assert figure.value == pytest.approx(expected, rel=0.01, abs=0.51), metric
            else:
                assert figure.value == pytest.approx(expected), metric
            if metric in SOLVED:
                assert figure.n == raw("solved", period, zone, narrow), metric
        check_backlog(period, zone, narrow)
        for metric in BY_AGENT:
            lines = reporting.report(None, metric, by=["agent"], period=period)
            of_each = {line.keys["agent"]: line.figure.n for line in lines if line.figure.n}
            assert of_each == raw_by_agent(metric, period, zone), metric
        for metric in BY_MACRO:
            expected_of = raw_by_macro(metric, period, zone)
            for line in reporting.report(None, metric, by=["macro"], period=period):
                if line.keys["macro"] and line.figure.value is not None:
                    assert line.figure.value == pytest.approx(expected_of.get(line.keys["macro"], 0)), metric
        transaction.set_rollback(True)
