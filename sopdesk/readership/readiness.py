"""Readiness: how many of those who have to read have read, by team, site and vendor. Counted in groups by Postgres."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Site, Team, User
from sopdesk.readership.days import end_of, today
from sopdesk.readership.models import Attempt, MustRead, Receipt
from sopdesk.readership.people import readers

if TYPE_CHECKING:
    from sopdesk.accounts.querysets import UserQuerySet

GROUPS = ("team", "site", "vendor")
Cells = Mapping[tuple[int, int | None], "Tally"]


@dataclass
class Tally:
    """So many readings asked for, done, and of those not done overdue; people who took the check, and who passed."""

    n: int = 0
    read: int = 0
    overdue: int = 0
    tried: int = 0
    passed: int = 0
    at_once: int = 0

    @property
    def due(self) -> int:
        return self.n - self.read - self.overdue

    @property
    def share(self) -> float | None:
        return self.read / self.n if self.n else None

    @property
    def pass_rate(self) -> float | None:
        """Of those who took the check, how many passed."""
        return self.passed / self.tried if self.tried else None

    @property
    def at_once_rate(self) -> float | None:
        """Of those who took the check, how many passed it the first time."""
        return self.at_once / self.tried if self.tried else None

    def add(self, other: Tally) -> None:
        for name in ("n", "read", "overdue", "tried", "passed", "at_once"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Group:
    """One row of a readiness table; `query` narrows a list of people to it."""

    name: str
    note: str
    query: Mapping[str, str]
    tally: Tally = field(default_factory=Tally)


def people_seen(viewer: User, *, site: str = "", team: str = "", kind: str = "") -> UserQuerySet:
    """The readers whose reading this person may look at, narrowed by the short names of a site and a team."""
    found: UserQuerySet = User.objects.visible_to(viewer).filter(pk__in=readers().values("pk"))
    wanted = {"team__site__slug": site, "team__slug": team, "team__site__kind": kind}
    narrowed: UserQuerySet = found.filter(**{path: value for path, value in wanted.items() if value})
    return narrowed


def cells(must_reads: Sequence[MustRead], people: UserQuerySet) -> Cells:
    """For each must-read (of `standing` or `live`) and team: asked and read. Three queries, however many rows."""
    came: dict[int | None, list[datetime]] = defaultdict(list)
    slugs: dict[int | None, str | None] = {}
    columns = ("team_id", "team__slug", "created_at")
    for team_id, slug, created_at in people.order_by("created_at").values_list(*columns):
        came[team_id].append(created_at)
        slugs[team_id] = slug
    read = _read(must_reads, people)
    now, counted = today(), {}
    for row in must_reads:
        for team_id, dates in came.items():
            if not is_for(row, slugs[team_id]):
                continue
            n = bisect_left(dates, end_of(row.due_on))
            done = min(n, read.get((row.pk, team_id), 0))
            overdue = n - done if row.due_on < now else 0
            counted[row.pk, team_id] = Tally(n, done, overdue)
    return counted


def is_for(must_read: Any, team: str | None) -> bool:
    """Whether the audience of an annotated must-read takes in the readers of a team, by its short name."""
    return must_read.now_audience != Audience.TEAMS or (team or "") in must_read.now_teams


def totals(must_reads: Sequence[MustRead], people: UserQuerySet) -> dict[int, Tally]:
    """One tally for each must-read."""
    found: dict[int, Tally] = {row.pk: Tally() for row in must_reads}
    for (pk, _team), tally in cells(must_reads, people).items():
        found[pk].add(tally)
    return found


def by_group(
    must_reads: Sequence[MustRead], people: UserQuerySet, group: str, *, checks: bool = False
) -> list[Group]:
    """The must-reads together, by "team", "site" or "vendor" (which takes all in-house sites as one).

    `checks` counts who took and passed knowledge checks as well; it makes sense of one must-read.
    """
    counted = cells(must_reads, people)
    checked = _checked(must_reads, people) if checks else {}
    teams = Team.objects.select_related("site").in_bulk({team for _pk, team in counted if team is not None})
    found: dict[str, Group] = {}
    for (_pk, team_id), tally in counted.items():
        made = PLACES[group](teams.get(team_id) if team_id is not None else None)
        row = found.setdefault(made.name + made.note, made)
        row.tally.add(tally)
        row.tally.add(checked.get(team_id, Tally()))
    return sorted(found.values(), key=lambda row: (row.tally.share is None, row.tally.share or 0, row.name))


def together(groups: Iterable[Group]) -> Tally:
    """All groups as one."""
    every = Tally()
    for group in groups:
        every.add(group.tally)
    return every


def _read(must_reads: Sequence[MustRead], people: UserQuerySet) -> dict[tuple[int, int | None], int]:
    rows = Receipt.objects.filter(
        must_read__in=[row.pk for row in must_reads], reader__in=people.values("pk")
    )
    grouped = rows.order_by().values("must_read_id", "reader__team_id").annotate(n=Count("pk"))
    return {(pk, team): n for pk, team, n in grouped.values_list("must_read_id", "reader__team_id", "n")}


def _checked(must_reads: Sequence[MustRead], people: UserQuerySet) -> dict[int | None, Tally]:
    """Of each team, who took the check, who passed, and who passed the first time."""
    rows = Attempt.objects.filter(
        must_read__in=[row.pk for row in must_reads], reader__in=people.values("pk")
    )
    grouped = rows.order_by().values("reader__team_id").annotate(
        tried=Count("reader", distinct=True), passed_by=Count("reader", distinct=True, filter=Q(passed=True))
    )  # fmt: skip
    once = Receipt.objects.filter(must_read__in=must_reads, reader__in=people.values("pk"), tries=1)
    at_once = dict(once.order_by().values_list("reader__team_id").annotate(n=Count("pk")))
    return {
        team: Tally(tried=tried, passed=passed, at_once=at_once.get(team, 0))
        for team, tried, passed in grouped.values_list("reader__team_id", "tried", "passed_by")
    }


def _of_team(team: Team | None) -> Group:
    if team is None:
        return Group(_("no team"), "", {})
    return Group(team.name, team.site.name, {"team": team.slug})


def _of_site(team: Team | None) -> Group:
    if team is None:
        return Group(_("no team"), "", {})
    return Group(team.site.name, team.site.get_kind_display(), {"site": team.site.slug})


def _of_vendor(team: Team | None) -> Group:
    if team is not None and team.site.kind == Site.Kind.VENDOR:
        return Group(team.site.name, _("vendor"), {"site": team.site.slug})
    return Group(_("In-house"), "", {"kind": Site.Kind.IN_HOUSE})


PLACES: Mapping[str, Callable[[Team | None], Group]] = {
    "team": _of_team,
    "site": _of_site,
    "vendor": _of_vendor,
}
