"""The demo's tickets laid straight into the tables that cards read: what the import would make of them, in seconds.

That the import does make that of them is proved on a sample, in test_demo_tickets.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection

from metrics import partitions
from metrics.calendars import clock_of
from metrics.models import Rollup, Source
from metrics.watching.expecting import DAYS as WATCHED
from sopdesk.accounts.models import Site, Team
from sopdesk.demo.ticket_promises import PROMISES
from sopdesk.demo.tickets import DAYS, DESKS, END, REASONS, SPIKE, Drawn, draw, last_second

DAY: Final = 86_400
WEEK: Final = timedelta(days=7)
FIRST: Final = END - timedelta(days=DAYS - 1)
_DRAWN: Final = """CREATE TEMP TABLE drawn (id bigint, created bigint, label text, team bigint, channel text,
    priority text, replied bigint, first_solved bigint, reopened bigint, rating int, rated bigint, handle int,
    handled bigint, reply_met boolean, solved_met boolean) ON COMMIT DROP"""
_ROWS: Final = (
    """INSERT INTO metrics_ticket (id, source_id, external_id, channel, priority, status, raw_status, team_id,
        team_name, market, labels, created_at, updated_at, first_solved_at, reopened_at, reopen_count, is_automated,
        is_spam, is_agent_initiated, custom, flags, asked_at, answered_at, row_hash)
    SELECT id, %(source)s, 'L' || id, channel, priority, 'closed', 'closed', team, '', '', ARRAY[label],
        to_timestamp(created), to_timestamp(created), to_timestamp(first_solved), to_timestamp(reopened),
        (reopened IS NOT NULL)::int, false, false, false, '{}', '{}', '{}', '{}', md5(id::text)::uuid FROM drawn""",
    """INSERT INTO metrics_rating (ticket_id, raw, scale, normalised, rated_at, counts_at)
    SELECT id, rating::text, 'good_bad', CASE rating WHEN 1 THEN 'positive' ELSE 'negative' END, to_timestamp(rated),
        to_timestamp(rated) FROM drawn WHERE rating >= 0""",
    """INSERT INTO metrics_handlesegment (ticket_id, channel, handle_s, ended_at, origin)
    SELECT id, channel, handle, to_timestamp(handled), 'file' FROM drawn WHERE handle >= 0""",
    """INSERT INTO metrics_slaresult (ticket_id, metric, instance, policy_id, priority_applied, target_s, started_at,
        state)
    SELECT id, metric, 1, 0, priority, 1, to_timestamp(created), CASE WHEN met THEN 'met' ELSE 'breached' END
    FROM drawn, LATERAL (VALUES ('first_reply', reply_met), ('resolution', solved_met)) AS promise (metric, met)""",
    "ANALYZE metrics_ticket, metrics_rating, metrics_handlesegment, metrics_slaresult",
)


_VOLUME: Final = """INSERT INTO metrics_rollup SELECT (jsonb_populate_record(pattern, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('metrics_rollup', 'id')), 'day', made.day,
    'team_id', made.team, 'label', made.cell, 'created_n', made.n))).*
FROM unnest(%s::date[], %s::bigint[], %s::text[], %s::int[]) AS made (day, team, cell, n), metrics_rollup AS pattern
WHERE pattern.id = %s"""


def lay() -> Drawn:
    """Sites, teams, tickets, answers, times and promises of the whole year, and the daily volume up to the outage."""
    drawn, teams = draw(), _teams()
    source = Source.objects.create(name="Lumio Desk")
    partitions.make([FIRST - timedelta(days=1) + timedelta(days=n) for n in range(DAYS + 2)])
    put(zip(*_columns(drawn, teams), strict=True), source)
    _lay_volume(drawn, teams, source, SPIKE[0])
    return drawn


def put(rows: Iterable[Sequence[Any]], source: Source) -> None:
    """Tickets with their answers, times and promises: the columns of `drawn`, moments as seconds since 1970, -1 for no
    rating or handle time. Their months have to be there."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN)
        with cursor.copy("COPY drawn FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for statement in _ROWS:
            cursor.execute(statement, {"source": source.pk})


def _teams() -> dict[str, Team]:
    names = {slug.split("-")[0] for slug in DESKS}
    sites = {
        name: Site.objects.create(slug=name, name=name, kind="vendor", time_zone="UTC") for name in names
    }
    return {slug: Team.objects.create(site=sites[slug.split("-")[0]], slug=slug, name=slug) for slug in DESKS}


def _columns(drawn: Drawn, teams: dict[str, Team]) -> list[list[Any]]:
    times, end = drawn.times, last_second(END)
    clock = clock_of("Europe/Dublin", [[["07:00", "23:00"]]] * 7, first=FIRST - WEEK, last=END + 60 * WEEK)
    waited = np.where(times.pending_from >= 0, clock.at(times.pending_to) - clock.at(times.pending_from), 0)
    taken = {
        "first_reply": clock.at(times.replied) - clock.at(drawn.created),
        "resolution": clock.at(times.solved) - clock.at(drawn.created) - waited,
    }
    met = {
        name: took
        <= np.array([PROMISES[name].get(priority, PROMISES[name][""]) for priority in drawn.priority])
        for name, took in taken.items()
    }
    happened = [np.where((at >= 0) & (at <= end), at, -1) for at in (times.first_solved, times.reopened)]
    done = np.where(times.solved <= end, times.solved, times.replied)
    return [
        list(range(1, len(drawn.created) + 1)), drawn.created.tolist(),
        [REASONS[reason].label for reason in drawn.reason], [teams[slug].pk for slug in drawn.team],
        drawn.channel.tolist(), drawn.priority.tolist(), times.replied.tolist(),
        *([None if at < 0 else at for at in moments.tolist()] for moments in happened),
        drawn.rating.tolist(), times.rated.tolist(), drawn.handle.tolist(), done.tolist(),
        met["first_reply"].tolist(), met["resolution"].tolist(),
    ]  # fmt: skip


def _lay_volume(drawn: Drawn, teams: dict[str, Team], source: Source, last: date) -> None:
    """The rollups' tickets a day by team, and by label and team, of as many days as a watch reads."""
    days = ((drawn.created - last_second(last)) // DAY).tolist()  # close enough to the days of Dublin
    cells: Counter[tuple[int, str, str]] = Counter()
    for place, reason, slug in zip(days, drawn.reason.tolist(), drawn.team.tolist(), strict=True):
        if -WATCHED <= place < 0:
            cells.update([(place + 1, "", slug), (place + 1, REASONS[reason].label, slug)])
    pattern = Rollup.objects.create(day=last, source=source, label="pattern")
    with (
        connection.cursor() as cursor
    ):  # a rollup has sixty columns: Django would take longer than all the rest
        rows = [
            [last + timedelta(days=ago), teams[slug].pk, label, count]
            for (ago, label, slug), count in cells.items()
        ]
        cursor.execute(_VOLUME, [*map(list, zip(*rows, strict=True)), pattern.pk])
    pattern.delete()
