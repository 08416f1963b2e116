"""What there is to choose from, out of the facets: teams and their sites, sources, channels and labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from metrics.models import Source
from metrics.querysets import FacetQuerySet
from sopdesk.accounts.models import Site, Team

LABELS_OFFERED: Final = 200
Choice = tuple[str, str]

# The facets are read once; a column of another table stands for itself, in the order in which it is offered.
_THERE: Final = f"""
WITH facet AS MATERIALIZED ({{facets}}), whole AS (SELECT * FROM facet WHERE label = '')
SELECT 'team', site.name, team.name, team.slug, site.kind || ' ' || site.slug
  FROM {Team._meta.db_table} team JOIN {Site._meta.db_table} site ON site.id = team.site_id
  WHERE team.id IN (SELECT team_id FROM whole)
UNION ALL SELECT 'source', '', name, id::text, '' FROM {Source._meta.db_table}
  WHERE id IN (SELECT source_id FROM whole)
UNION ALL SELECT DISTINCT 'channel', '', channel, channel, '' FROM facet WHERE channel <> ''
UNION ALL (SELECT 'label', '', label, label, coalesce(sum(created_n), 0)::text FROM facet WHERE label <> ''
  GROUP BY label ORDER BY coalesce(sum(created_n), 0) DESC LIMIT {LABELS_OFFERED + 1})
UNION ALL SELECT 'newest', '', '', max(last_day)::text, '' FROM whole
ORDER BY 1, 2, 3
"""


@dataclass
class There:
    """What some facets hold, as (key, name) in the order in which it is offered; of labels those with most tickets, in
    the order of their names, and `has_more` where there are others. `kinds`: of the sites. `newest`: the last day on
    which anything counts."""

    kinds: set[str] = field(default_factory=set)
    sites: list[Choice] = field(default_factory=list)
    teams: list[Choice] = field(default_factory=list)
    sources: list[Choice] = field(default_factory=list)
    channels: list[Choice] = field(default_factory=list)
    labels: list[Choice] = field(default_factory=list)
    has_more: bool = False
    newest: date | None = None


def there(facets: FacetQuerySet) -> There:
    """What these facets hold. One query."""
    rows = facets.order_by().values_list("team_id", "source_id", "channel", "label", "created_n", "last_day")
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return There()
    with connection.cursor() as cursor:
        cursor.execute(_THERE.format(facets=sql), params)
        found = cursor.fetchall()
    made = There()
    lists = {"source": made.sources, "channel": made.channels}
    for what, group, name, key, of_site in found:
        if what == "newest":
            made.newest = date.fromisoformat(key) if key else None
        elif what == "team":
            kind, site = of_site.split(" ")
            made.kinds.add(kind)
            made.teams.append((key, f"{group} · {name}"))
            if (site, group) not in made.sites:
                made.sites.append((site, group))
        elif what in lists:
            lists[what].append((key, name))
    counts = {key: int(n) for what, _group, _name, key, n in found if what == "label"}
    most = sorted(counts, key=lambda label: (-counts[label], label))[:LABELS_OFFERED]
    made.labels = [(label, label) for label in sorted(most)]
    made.has_more = len(counts) > LABELS_OFFERED
    return made
