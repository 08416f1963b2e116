"""Which level of the rollups answers a question: the smallest that can, narrowed and visible to whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases, from_tickets, spans
from metrics.days import DAY, Days
from metrics.dimensions import DIMENSIONS, FILTERS
from metrics.errors import Refused as Refused
from metrics.filters import Period
from metrics.from_tickets import Reading
from metrics.models import Backlog, Cell, Rollup, Slice, Ticket, TicketPart, Week, WeekCell
from metrics.querysets import teams_measured_for
from metrics.summing import MATURING, mature_by_source, once
from metrics.weeks import WEEKS
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.models import Version
from sopdesk.postgres.worded import worded

Narrow = Mapping[str, str | Collection[str]]
Wanted = dict[str, frozenset[str]]
_FINE: Final = {"priority", "market"}
_LABELLED: Final = {"label", "sop"}
_SLICED: Final = {"agent", "macro"}
# Dimensions of which a row may have several values at once, by the column that holds them.
SETS: Final = {"label": "labels", "sop": "labels", "macro": "macro_keys"}
_PLACES: Final = frozenset({"team", "site", "vendor", "channel"})
_PLACED: Final = ("team", "site", "vendor", "channel", "source", "priority", "market")
NOT: Final = "-"
WEEK: Final = 7
BLOCK_OF_WEEKS: Final = 7 * WEEKS


@dataclass(frozen=True)
class Level:
    """`rollups`: the rows to add up. `columns`: of each dimension that is cut by, the column of its value. `sets`: the
    dimensions that are told by a column of SETS, with the labels of each of their values (None: what stands in it).
    `names`: other names of labels. `weeks`: the rows of whole weeks and blocks; `of_all`: of how many weeks those are
    that are read as rows of all teams and channels together. `reading`: of rows that are made of the tickets when they
    are asked for."""

    rollups: QuerySet[Any]
    columns: dict[str, str]
    sets: dict[str, dict[str, frozenset[str]] | None] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=dict)
    names: aliases.Names = aliases.NONE
    weeks: QuerySet[Any] | None = None
    of_all: frozenset[int] = frozenset()
    reading: Reading | None = None

    def within(
        self, periods: Iterable[Period], *, at_once: int, of: Collection[str] = MATURING
    ) -> list[QuerySet[Any]]:
        """The rows of these days. `at_once`: how many days one row may hold: 1, whole weeks (7), told on their Monday,
        or blocks of them too (28; metrics/weeks.py), where the level has them. The days beside them are told by day,
        and, where any of the parts asked for (`of`) needs time, so is the week in which the last mature day of a source
        lies: no day after it counts (metrics/summing.py). Weeks that are behind are told by day (metrics/spans.py).
        Raises Refused where too many tickets had to be read."""
        if self.reading is not None:
            periods = [*periods]
            self.reading.check(periods)
            return from_tickets.within(self.rollups, periods)  # type: ignore[arg-type]
        days, weeks = Days(), Days(of_all=self.of_all)
        mature = {} if MATURING.isdisjoint(of) else mature_by_source()
        for period in periods:
            whole = spans.whole_weeks(period) if at_once > 1 and self.weeks is not None else None
            if whole is None:
                days.add(period.first, period.last)
                continue
            monday, after = whole
            spans.add_weeks(days, weeks, monday, after, mature, blocks=at_once > WEEK)
            days.add(period.first, monday - DAY)
            days.add(after, period.last)
        found = [self.rollups.filter(days.condition())] if days else [self.rollups.none()]
        if weeks and self.weeks is not None:
            found.append(self.weeks.filter(weeks.condition()))
        return found


def wanted(narrow: Narrow | None) -> Wanted:
    """The filters as sets of values; with NOT before its name, what must not be. Raises Refused for one that there is
    not."""
    unknown = [key for key in narrow or {} if key.removeprefix(NOT) not in FILTERS]
    if unknown:
        raise Refused(no("filter", unknown[0], FILTERS))
    return {
        key: frozenset([value] if isinstance(value, str) else value) for key, value in (narrow or {}).items()
    }


def no(what: str, key: str, there_is: Iterable[str]) -> str:
    said = {
        "filter": _("There is no filter “%(key)s”. There is: %(all)s."),
        "dimension": _("There is no dimension “%(key)s”. There is: %(all)s."),
        "metric": _("There is no metric “%(key)s”. There is: %(all)s."),
        "sop": _("There is no SOP “%(key)s” in force that names labels. There is: %(all)s."),
    }
    return said[what] % {"key": key[:60], "all": ", ".join(there_is)}


def check(by: Iterable[str]) -> None:
    """Raises Refused for a dimension that there is not."""
    for key in by:
        if key not in DIMENSIONS:
            raise Refused(no("dimension", key, DIMENSIONS))


def placed(chosen: Wanted) -> Q:
    """The filters that every level has, as a condition."""
    q = Q()
    for key in _PLACED:
        if key in chosen:
            q &= _place(key, chosen[key])
        if NOT + key in chosen:
            q &= ~_place(key, chosen[NOT + key])
    return q


def keys(by: Iterable[str], chosen: Iterable[str]) -> set[str]:
    """Every dimension that a question is about."""
    return {*by, *(key.removeprefix(NOT) for key in chosen)}


def _place(key: str, values: frozenset[str]) -> Q:
    if key == "team":
        return Q(team__slug__in=values) | Q(team=None, team_name__in=values)
    return among(DIMENSIONS[key].column, values)


def among(column: str, values: frozenset[str]) -> Q:
    """The rows with one of these values, "" for those without any."""
    q = Q(**{f"{column}__in": [value for value in values if value]})
    if "" in values:
        q |= Q(**{f"{column}__isnull": True}) if column.startswith("team__") else Q(**{column: ""})
    return q


def visible(
    level: type[Rollup | Week | Cell | WeekCell | Slice | Backlog | Ticket | TicketPart], user: User | None
) -> QuerySet[Any]:
    """The rows of a level; `user` None is the command line, which may see everything."""
    rows: Any = level.objects
    found: QuerySet[Any] = rows.all() if user is None else rows.visible_to(user)
    return found


def sop_labels(user: User | None) -> dict[str, frozenset[str]]:
    """The labels that the version in force of each SOP names, by every name, of those that this person may see."""
    return once(("labels of SOPs", user and user.pk), lambda: _sop_labels(user))


def _sop_labels(user: User | None) -> dict[str, frozenset[str]]:
    told = aliases.names()
    return {key: told.spelled(labels) for key, labels in _named_by_sops(user, timezone.now()) if labels}


@worded
def _named_by_sops(user: User | None, now: datetime) -> QuerySet[Version, tuple[str, list[str] | None]]:
    versions = Version.objects.all() if user is None else Version.objects.visible_to(user, now)
    found = versions.in_force(now).filter(document__kind="sop").order_by("document__key")
    return found.values_list("document__key", "data__labels")


def level_for(user: User | None, by: tuple[str, ...], chosen: Wanted) -> Level:
    """The smallest level that answers. Raises Refused."""
    check(by)
    asked = keys(by, chosen)
    if is_of_tickets(by, chosen):
        level = labelled_level(TicketPart, user, by, chosen)
        return replace(
            level, rollups=level.rollups.filter(_of_teams(user, chosen)), reading=_reading(user, by, chosen)
        )
    if is_sliced(by, chosen):
        return _slice(user, by, chosen, asked)
    if (
        asked & _FINE
        or "sop" in asked
        or NOT + "label" in chosen
        or ("label" in asked and _has_names(by, chosen))
    ):
        return labelled_level(Cell, user, by, chosen)
    q = placed(chosen)
    if "label" in chosen:
        q &= Q(label__in=aliases.names().meant_by(chosen["label"]))
    else:
        q &= ~Q(label="") if "label" in by else Q(label="")
    return Level(
        visible(Rollup, user).filter(q),
        _columns(by),
        weeks=visible(Week, user).filter(q),
        of_all=_of_all(user, asked, *([WEEKS] if "label" in asked else [1, WEEKS])),
    )


def _of_all(user: User | None, asked: set[str], *kept: int) -> frozenset[int]:
    """Of how many weeks (of those kept so) rows of all teams and channels are read: by whoever sees all of them, where
    none is asked for."""
    return frozenset(kept if _sees_all(user) and _PLACES.isdisjoint(asked) else ())


def _sees_all(user: User | None) -> bool:
    return user is None or allows(user, Permission.METRICS_READ_ALL_SITES)


def _has_names(by: tuple[str, ...], chosen: Wanted) -> bool:
    """Whether rows by one label each would count a ticket twice: with two labels, or with two names of one."""
    told = aliases.names()
    if "label" not in chosen:
        return bool(told.in_use)
    others = told.in_use & told.spelled(chosen["label"])
    return bool(others) or ("label" not in by and len(told.meant_by(chosen["label"])) > 1)


def _columns(by: tuple[str, ...]) -> dict[str, str]:
    return {key: DIMENSIONS[key].column for key in by}


def is_of_tickets(by: Iterable[str], chosen: Wanted) -> bool:
    """Whether only the tickets tell: of agent or macro together with each other, labels, priority or market, and of
    several macros, or all but some, in one."""
    by = {*by}
    asked = keys(by, chosen)
    kinds, others = asked & _SLICED, asked & {*_FINE, *_LABELLED}
    several = len(chosen.get("macro", ())) > 1 and "macro" not in by
    return bool(kinds and (others or len(kinds) > 1 or several or NOT + "macro" in chosen))


def is_sliced(by: Iterable[str], chosen: Wanted) -> bool:
    """Whether it is kept by agent or by macro alone."""
    return bool(keys(by, chosen) & _SLICED) and not is_of_tickets(by, chosen)


def _of_teams(user: User | None, chosen: Wanted) -> Q:
    """What `placed` and visibility say of teams once more, by their numbers: a condition over a join is looked at when
    all tickets are joined with all that hangs on them, one on a column before. One query at most."""
    columns = {"team": "slug__in", "site": "site__slug__in", "vendor": "site__kind__in"}
    among = Q(**{columns[key]: [*chosen[key]] for key in columns if key in chosen})
    allowed = Q() if user is None else teams_measured_for(user)
    if allowed is None or not (among or allowed):
        return Q()
    return Q(team__in=[*Team.objects.filter(among, allowed).values_list("pk", flat=True)]) | Q(team=None)


def _reading(user: User | None, by: tuple[str, ...], chosen: Wanted) -> Reading:
    """What there is to know of a question before tickets are read."""
    asked = keys(by, chosen)
    kinds, others = asked & _SLICED, asked & {*_FINE, *_LABELLED}
    place = {key: values for key, values in chosen.items() if key.removeprefix(NOT) in {*_PLACED} - _FINE}
    singly = [{key: chosen[key]} for key in sorted(_SLICED | _LABELLED) if key in chosen]
    singly += [fine] if (fine := {key: chosen[key] for key in _FINE if key in chosen}) else []
    every = level_for(None, (), {})
    about = [level_for(user, tuple(one.keys() & {"macro"}), {**place, **one}) for one in singly or [{}]]
    return Reading(
        (user and user.pk, tuple(by), frozenset(chosen.items())),
        every,
        tuple(about),
        visible(Rollup, user).filter(placed(place), label=""),
        (min(kinds), *sorted(others | kinds - {min(kinds)})),
        _sees_all(user),
    )


def _slice(user: User | None, by: tuple[str, ...], chosen: Wanted, asked: set[str]) -> Level:
    leaves_nobody_out(chosen)
    [kind] = asked & _SLICED
    rollups = visible(Slice, user).filter(placed(chosen), kind=kind)
    if kind in chosen:
        rollups = rollups.filter(key__in=chosen[kind])
    return Level(rollups, _columns(by))


def labelled_level(
    cells: type[Cell | Backlog | Ticket | TicketPart], user: User | None, by: tuple[str, ...], chosen: Wanted
) -> Level:
    """Rows by their whole set of labels, so that a ticket with two labels of one SOP counts once; or the tickets. Of
    the backlog and of tickets also by agent and by macro."""
    whose = "agent" if cells is TicketPart else "assignee"
    asked = keys(by, chosen)
    sops = sop_labels(user) if "sop" in asked else {}
    unknown = unknown_sops(chosen, sops)
    if unknown:
        raise Refused(no("sop", unknown[0], sops))
    names = aliases.names() if _LABELLED & asked else aliases.NONE
    narrowed = placed(chosen) & labelled(chosen, sops, names) & _sliced(by, chosen, whose)
    weeks = _week_cells(user, asked) if cells is Cell else None
    told: dict[str, dict[str, frozenset[str]] | None] = {"label": None, "sop": sops, "macro": None}
    sets = {key: told[key] for key in by if key in told}
    return Level(
        visible(cells, user).filter(narrowed),
        {key: whose if key == "agent" else DIMENSIONS[key].column for key in by if key not in told},
        sets,
        chosen,
        names,
        None if weeks is None else weeks.filter(narrowed),
        _of_all(user, asked, WEEKS),
    )


def leaves_nobody_out(chosen: Wanted) -> None:
    """Raises Refused for all but one agent, who could then be told by taking off."""
    if NOT + "agent" in chosen:
        raise Refused(_("This is not kept by agent so that one can be left out."), apart=("agent",))


def _sliced(by: tuple[str, ...], chosen: Wanted, whose: str) -> Q:
    """The filters by agent (a column) and by macro, for a table with both; by agent only what is somebody's. Raises
    Refused."""
    leaves_nobody_out(chosen)
    q = ~Q(**{whose: None}) & ~Q(**{whose: ""}) if "agent" in by else Q()
    if "agent" in chosen:
        q &= Q(**{f"{whose}__in": chosen["agent"]})
    if "macro" in chosen:
        q &= Q(macro_keys__overlap=sorted(chosen["macro"]))
    if NOT + "macro" in chosen:
        q &= ~Q(macro_keys__overlap=sorted(chosen[NOT + "macro"]))
    return q


def _week_cells(user: User | None, asked: set[str]) -> QuerySet[Any] | None:
    """Whole weeks by what is asked for; None where it is labels and priority or market at once: only days tell both."""
    if asked & _FINE and asked & _LABELLED:
        return None
    kind = WeekCell.Kind.FINE if asked & _FINE else WeekCell.Kind.LABELS
    return visible(WeekCell, user).filter(kind=kind)


def unknown_sops(chosen: Wanted, sops: Mapping[str, frozenset[str]]) -> list[str]:
    """Those asked for that this person does not know."""
    return sorted(frozenset().union(*(chosen.get(key, ()) for key in ("sop", NOT + "sop"))) - sops.keys())


def labelled(chosen: Wanted, sops: dict[str, frozenset[str]], names: aliases.Names) -> Q:
    """The filters by label and by SOP, for a table with the column `labels`."""
    q = Q()
    for key, values in chosen.items():
        if key.removeprefix(NOT) not in _LABELLED:
            continue
        of_sops = key.removeprefix(NOT) == "sop"
        labels = frozenset().union(*(sops[one] for one in values)) if of_sops else names.spelled(values)
        has = Q(labels__overlap=sorted(labels))
        q &= ~has if key.startswith(NOT) else has
    return q


def values_told(level: Level, key: str, labels: Iterable[str] | None) -> list[str]:
    """The values of a dimension that a set of labels, or of macros, belongs to."""
    by_value, wanted_ones, labels = level.sets[key], level.wanted.get(key), labels or ()
    if key == "macro":
        found = [*dict.fromkeys(labels)]
    elif by_value is None:
        found = level.names.meant_by(labels)
        wanted_ones = None if wanted_ones is None else frozenset(level.names.meant_by(wanted_ones))
    else:
        carried = [*labels]
        found = [value for value, of_it in by_value.items() if not of_it.isdisjoint(carried)]
    return [value for value in found if wanted_ones is None or value in wanted_ones]
