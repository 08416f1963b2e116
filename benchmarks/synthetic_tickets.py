"""Tickets made up in the database, as many as one likes, in the shape of a support desk's.

They come in the order in which they were created, as a desk numbers and exports them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from metrics import partitions
from metrics.models import Source
from metrics.service_levels import policy_for
from sopdesk.accounts.models import Site, Team

END: Final = date(2026, 11, 1)
DAYS: Final = 365
TEAMS: Final = 11
AGENTS: Final = 8  # of each team
LABELS: Final = 19

_TICKETS: Final = """
INSERT INTO metrics_ticket (source_id, external_id, channel, priority, status, raw_status, requester_key, assignee,
    team_id, team_name, market, labels, created_at, first_public_reply_at, first_solved_at, last_solved_at, reopened_at,
    updated_at, reopen_count, reply_count, group_stations, is_automated, is_spam, is_agent_initiated,
    macro_keys, custom, flags, asked_at, answered_at, row_hash)
SELECT %(source)s, 'S' || n, (ARRAY['email','chat','phone','in_app'])[1 + floor(r.a * r.a * 4)::int],
    (ARRAY['normal','low','high','urgent'])[1 + floor(r.b * r.b * 4)::int],
    CASE WHEN solved IS NULL THEN 'open' ELSE 'solved' END,
    '', md5((random() * %(people)s)::int::text), 'agent-' || team || '-' || floor(random() * %(agents)s)::int,
    (%(teams)s::bigint[])[team + 1], '', (ARRAY['DE','FR','GB','IE','ES','IT','PL','US'])[1 + floor(random() * 8)::int],
    CASE WHEN random() < 0.25 THEN ARRAY['label-' || label, 'outcome-' || label %% 3] ELSE ARRAY['label-' || label] END,
    created, created + (exp(7 + 1.5 * r.c)) * interval '1 second', solved,
    coalesce(again + interval '1 day', solved), again, coalesce(again, solved, created), (again IS NOT NULL)::int,
    1 + floor(random() * 3)::int, 1 + (random() < 0.1)::int, false, random() < 0.01, false,
    ARRAY['macro-' || label], '{}', '{}', '{}', '{}', md5(n::text)::uuid
FROM generate_series(1, %(count)s) AS n CROSS JOIN LATERAL (SELECT random() AS a, random() AS b, random() + random()
    + random() - 1.5 AS c, n AS same) AS r
CROSS JOIN LATERAL (SELECT %(first)s::timestamptz + (n - random()) / %(count)s * %(days)s * interval '1 day' AS created,
    floor(random() * %(labels)s)::int AS label, floor(random() * cardinality(%(teams)s::bigint[]))::int AS team,
    n AS same) AS w
CROSS JOIN LATERAL (SELECT CASE WHEN random() < 0.97 THEN created + exp(9 + 2.5 * (random() + random() - 1))
    * interval '1 second' END AS solved, w.same) AS s
CROSS JOIN LATERAL (SELECT CASE WHEN random() < 0.07 THEN solved + random() * interval '10 days' END AS again,
    s.same) AS x"""

_HANGING: Final = (
    """INSERT INTO metrics_handlesegment (ticket_id, agent, channel, active_s, handle_s, ended_at, origin)
    SELECT id, assignee, channel, s, s, coalesce(last_solved_at, created_at), 'ticket' FROM (
        SELECT *, floor(exp(6 + random() + random() - 1))::int AS s FROM metrics_ticket WHERE random() < 0.9) AS t""",
    """INSERT INTO metrics_rating (ticket_id, offered_at, rated_at, raw, scale, normalised, agent_at_rating, counts_at)
    SELECT id, at, at, 'x', 'good_bad', CASE WHEN r < 0.25 THEN 'positive' WHEN r < 0.33 THEN 'negative' END,
        assignee, at FROM (SELECT *, last_solved_at + random() * interval '2 days' AS at, random() AS r
        FROM metrics_ticket
        WHERE last_solved_at IS NOT NULL AND random() < 0.9) AS t""",
    """INSERT INTO metrics_slaresult (ticket_id, metric, instance, policy_id, priority_applied, target_s, started_at,
        fulfilled_at, elapsed_s, state)
    SELECT id, m.metric, 1, %(policy)s, '', 3600, created_at, done, 1800,
        CASE WHEN done IS NULL THEN 'overdue' WHEN random() < 0.85 THEN 'met' ELSE 'breached' END
    FROM metrics_ticket CROSS JOIN LATERAL (VALUES ('first_reply', first_public_reply_at),
        ('resolution', last_solved_at)) AS m (metric, done)""",
)


def make(count: int) -> Source:
    """So many tickets of a year that ends with END, with handle times, ratings and promises."""
    site = Site.objects.create(name="Everywhere", slug="everywhere", kind="vendor", time_zone="UTC")
    teams = Team.objects.bulk_create(
        Team(site=site, slug=f"team-{n}", name=f"Team {n}") for n in range(TEAMS)
    )
    source = Source.objects.create(name="Bench", provides=["reopened_at", "requester"])
    first = END - timedelta(days=DAYS - 1)
    partitions.make(first + timedelta(days=n) for n in range(DAYS + 1))
    names: dict[str, Any] = {
        "source": source.pk, "count": count, "first": first, "days": DAYS, "teams": [team.pk for team in teams],
        "agents": AGENTS, "labels": LABELS, "people": count // 2, "policy": policy_for(source).pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5), set_config('synchronous_commit', 'off', false)")
        for statement in (_TICKETS, *_HANGING):
            cursor.execute(statement, names)
        cursor.execute("ANALYZE")
    return source
