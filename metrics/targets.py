"""Which target holds for which ticket.

1. The policy is the source's own, else the one for all sources; its version is the newest that holds on the day the
   ticket was created.
2. A target fits a ticket when nothing it names says otherwise: priority, channel, team, and a label if the ticket has
   it among its own, by any of the names that it has now (metrics/aliases.py). An empty one is not asked about.
3. Of those that fit, the most specific holds: with a label before with a team, before with a channel, before with a
   priority (WEIGHTS: the sum counts, so a label alone goes before the three others together). Of two as specific,
   the shorter one.
4. Hours are those of the site of the ticket's team where the policy names some, else the policy's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from metrics import aliases
from metrics.models import SiteHours, SlaPolicy, SlaTarget, Source

WEIGHTS: Final = {"label": 8, "team": 4, "channel": 2, "priority": 1}
_FILLED: Final = {"label": "t.label <> ''", "team": "t.team_id IS NOT NULL", "channel": "t.channel <> ''",
                  "priority": "t.priority <> ''"}  # fmt: skip
WEIGHT_SQL: Final = " + ".join(f"({_FILLED[name]})::int * {weight}" for name, weight in WEIGHTS.items())

# The tickets that are promised something, with the version and the hours that hold for each. `kind` stands for all
# that a target may ask of a ticket, as one number of 64 bits: joining by five columns took a third of the time.
PROMISE: Final = """
CREATE TEMP TABLE promise ON COMMIT DROP AS
WITH version AS (
    SELECT * FROM unnest(%(policies)s::bigint[], %(calendars)s::bigint[], %(froms)s::timestamptz[],
        %(untils)s::timestamptz[]) AS v (policy_id, calendar_id, from_at, until_at)
),
place AS (
    SELECT h.policy_id, team.id AS team_id, h.calendar_id
    FROM metrics_sitehours AS h JOIN accounts_team AS team USING (site_id) WHERE h.policy_id = ANY(%(policies)s)
)
SELECT *, hash_record_extended(ROW(policy_id, priority, channel, team_id, marks), 0) AS kind FROM (
SELECT s.id, s.status, s.created_at, s.first_public_reply_at, s.last_solved_at, s.closed_at, s.flags::text[] AS flags,
    s.asked_at, s.answered_at, v.policy_id, coalesce(place.calendar_id, v.calendar_id) AS calendar_id,
    lower(s.priority) AS priority, lower(s.channel) AS channel, coalesce(s.team_id, 0) AS team_id, {marks} AS marks
FROM stored AS s JOIN version AS v ON s.created_at >= v.from_at AND s.created_at < v.until_at
    LEFT JOIN place ON place.policy_id = v.policy_id AND place.team_id = s.team_id
WHERE s.is_promised OFFSET 0) AS p"""
# The labels of targets that a ticket has: `names` are all they are called, in lower case, `labels` which each one is.
_MARKS: Final = """CASE WHEN s.labels = '{}' THEN '{}' ELSE ARRAY(
    SELECT DISTINCT m.label FROM unnest(s.labels) AS own JOIN unnest(%(names)s::text[], %(labels)s::text[])
    AS m (name, label) ON m.name = lower(own) ORDER BY 1) END"""

# The target of each kind of ticket there is among them: far fewer than tickets.
AIM: Final = f"""
CREATE TEMP TABLE aim ON COMMIT DROP AS
SELECT DISTINCT ON (k.kind, t.metric) k.kind, t.metric, t.seconds, t.pauses, t.priority AS applied
FROM (SELECT DISTINCT kind, policy_id, priority, channel, team_id, marks FROM promise) AS k
    JOIN metrics_slatarget AS t USING (policy_id)
WHERE t.metric = ANY(%(metrics)s) AND lower(t.priority) IN (k.priority, '') AND lower(t.channel) IN (k.channel, '')
  AND coalesce(t.team_id, k.team_id) = k.team_id AND (t.label = '' OR lower(t.label) = ANY(k.marks))
ORDER BY k.kind, t.metric, {WEIGHT_SQL} DESC, t.seconds, t.id"""


@dataclass(frozen=True)
class Holding:
    """A version of a policy, and the moments of a ticket's creation between which it holds (None: always)."""

    policy: SlaPolicy
    since: datetime | None
    until: datetime | None


def holdings(versions: Sequence[SlaPolicy]) -> list[Holding]:
    """When each version of one policy holds: of those that hold on a day, the newest. Others are left out."""
    found, free_until = list[Holding](), None
    for policy in sorted(versions, key=lambda one: -one.version):
        since = begin_of(policy.holds_from) if policy.holds_from else None
        if free_until is None or since is None or since < free_until:
            found.append(Holding(policy, since, free_until))
            free_until = since
        if since is None:
            break
    return found


def names_of(label: str, names: aliases.Names | None = None) -> frozenset[str]:
    """What a target's label may be called by a ticket, in lower case; by the names in force now without others."""
    own = label.lower()
    return frozenset({own, *(name.lower() for name in (names or aliases.names()).spelled([own]))})


def _spelled(labels: set[str]) -> dict[str, list[str]]:
    pairs = sorted((name, label) for label in labels for name in names_of(label))
    return {"names": [name for name, _label in pairs], "labels": [label for _name, label in pairs]}


def begin_of(day: date) -> datetime:
    """The first moment of a reporting day."""
    return datetime.combine(day, time(), ZoneInfo(settings.REPORTING_TIME_ZONE)).astimezone(UTC)


def versions_for(source: Source) -> list[SlaPolicy]:
    """Every version of the policy this source follows, newest first; none when there is no policy at all."""
    newest = SlaPolicy.objects.order_by("-version", "-pk")
    own = newest.filter(source=source).first() or newest.filter(source=None).first()
    return [*newest.filter(slug=own.slug)] if own else []


def statements(
    versions: Sequence[SlaPolicy], metrics: list[str]
) -> tuple[list[str], dict[str, Any], list[int]]:
    """The statements that fill `promise` and `aim` from `stored`, what they need, and the calendars that may occur."""
    holding = holdings(versions)
    ids = [one.policy.pk for one in holding]
    labels = SlaTarget.objects.filter(~Q(label=""), policy__in=ids).order_by().values_list("label", flat=True)
    names: dict[str, Any] = {
        "policies": ids,
        "calendars": [one.policy.calendar_id for one in holding],
        "froms": [one.since.isoformat() if one.since else "-infinity" for one in holding],
        "untils": [one.until.isoformat() if one.until else "infinity" for one in holding],
        **_spelled({label.lower() for label in labels}),
        "metrics": metrics,
    }
    sites = SiteHours.objects.filter(policy__in=ids).order_by().values_list("calendar_id", flat=True)
    promise = PROMISE.replace("{marks}", _MARKS if names["labels"] else "'{}'::text[]")
    return [promise, AIM], names, sorted({*names["calendars"], *sites})
