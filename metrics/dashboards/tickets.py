"""The tickets behind a figure: the same filter and days, and the conditions by which metrics/counting.py counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from metrics import backlogs, levels
from metrics.dashboards import still_open
from metrics.dashboards.filters import DashboardFilter
from metrics.definitions import SCALES
from metrics.filters import moments
from metrics.measured_by import Measured
from metrics.models import HandleSegment, Rating, SlaResult, Source, Ticket, VendorFigure
from metrics.reporting import mature_by_source
from sopdesk.accounts.models import User
from sopdesk.text.figures import grouped

Narrow = Callable[[QuerySet[Ticket]], QuerySet[Ticket]]
Rows = Callable[[datetime, datetime], QuerySet[Any]]
Counted = Callable[[int], str]
Behind = Callable[[User, DashboardFilter], QuerySet[Any]]
CSV_ROWS: Final = 50_000
SORTS: Final = {name: (column,) for name, column in (
    ("created", "created_at"), ("updated", "updated_at"), ("priority", "priority"), ("team", "team"),
)}  # fmt: skip
STANDING: Final = -1  # of any age
WEEKDAYS: Final = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
_WEEKDAYS: Final = frozenset(str(number) for number in range(1, 8))
_HOURS: Final = frozenset(str(number) for number in range(24))


@dataclass(frozen=True)
class Shown:
    """A list: its name, the moment that must lie in the period, how it narrows, and whether only mature days count.

    `rows`: what the figure counts where that is not tickets, between two moments; the list is of the tickets that have
    any, and `counted` says how many; `by_scale`: those on the scale that is chosen. `agent`: whose such a row is.
    `is_now`: as it is now, whatever the days. `standing`: open at the end of the last day, of any age (STANDING) or of
    one. `behind`: what another app's figure counts, narrowed by that app, each row with its `ticket`; `told` says how
    many, and `further` where they stand (a name and an address). `ahead`: with tickets created in the future.
    `left_out`: those that `standing` leaves out."""

    label: str | Promise
    moment: str
    narrow: Narrow
    mature: bool = False
    in_tabs: bool = True
    rows: Rows | None = None
    counted: Counted | None = None
    standing: int | None = None
    by_scale: bool = False
    is_now: bool = False
    behind: Behind | None = None
    told: Callable[[QuerySet[Any]], str] | None = None
    further: Callable[[User], tuple[str, str] | None] | None = None
    agent: Any = None
    ahead: bool = False
    left_out: bool = False


# Whose a rating, a handling and a wait are (metrics/counting.py).
RATED_BY: Final = Coalesce("agent_at_rating", "ticket__assignee")
HANDLED_BY: Final = Coalesce("agent", "ticket__assignee")
WAITED_FOR: Final = F("ticket__assignee")
ELIGIBLE: Final = Q(merged_into=None, is_spam=False, is_agent_initiated=False)
SOLVABLE: Final = ~Q(flags__overlap=["solved_before_created", "solved_out_of_order"])

OVER: Final = ("solved", "closed", "deleted")
AHEAD: Final = Q(flags__contains=["created_ahead"])
# Lasting as metrics/counting.py says it, and not over.
OPEN: Final = SOLVABLE & ~AHEAD & Q(merged_into=None, is_spam=False) & ~Q(status__in=OVER)


def as_they_are(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return tickets


def _where(*conditions: Q) -> Narrow:
    return lambda tickets: tickets.filter(*conditions)


def _promise(metric: str, *states: str) -> Narrow:
    rows = SlaResult.objects.filter(ticket=OuterRef("pk"), metric=metric, state__in=states)
    return lambda tickets: tickets.filter(Exists(rows))


def _reopening_known(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    telling = Source.objects.filter(provides__contains=["reopened_at"]).values("pk")
    return tickets.filter(SOLVABLE, Q(reopen_count__isnull=False) | Q(source__in=telling))


def _reopened(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    soon = Q(reopened_at=None) | Q(reopened_at__lte=F("first_solved_at") + timedelta(days=7))
    counted = Q(reopen_count__gt=0) | Q(reopen_count=None, reopened_at__isnull=False)
    return tickets.filter(SOLVABLE, soon, counted)


def _handled(first: datetime, after: datetime) -> QuerySet[Any]:
    return HandleSegment.objects.filter(ended_at__gte=first, ended_at__lt=after, ticket__isnull=False)


def _rated(*normalised: str) -> Rows:
    """Latest ratings, which are the ones that count, of the questions about satisfaction."""
    scales = [metric.scale for metric in SCALES]
    given = Coalesce("rated_at", "offered_at", "counts_at")
    same = Rating.objects.filter(ticket=OuterRef("ticket"), scale__in=scales).annotate(given=given)
    at_once = Q(counts_at=OuterRef("counts_at"))
    later = same.filter(
        Q(counts_at__gt=OuterRef("counts_at"))
        | at_once & Q(given__gt=OuterRef("given"))
        | at_once & Q(given=OuterRef("given"), pk__gt=OuterRef("pk"))
    )
    answers = Rating.objects.annotate(given=given).filter(normalised__in=normalised, scale__in=scales)
    rows = answers.filter(~Exists(later))
    return lambda first, after: rows.filter(counts_at__gte=first, counts_at__lt=after)


def _of_ratings(label: Promise, rows: Rows) -> Shown:
    wrong = Q(flags__contains=["rated_before_created"])
    return Shown(label, "", _where(~wrong), rows=rows, agent=RATED_BY, by_scale=True)


def _waits(*conditions: Q) -> Rows:
    """Further replies that were waited for; they count on the day the customer wrote."""
    rows = SlaResult.objects.filter(*conditions, metric="next_reply")
    return lambda first, after: rows.filter(started_at__gte=first, started_at__lt=after)


def _contacts(n: int) -> str:
    return ngettext("%(n)s handled contact", "%(n)s handled contacts", n) % {"n": grouped(n)}


def _waits_said(n: int) -> str:
    return ngettext("%(n)s wait for a further reply", "%(n)s waits for a further reply", n) % {
        "n": grouped(n)
    }


def _of_waits(label: Promise, *conditions: Q) -> Shown:
    return Shown(
        label, "", _where(), in_tabs=False, rows=_waits(*conditions), counted=_waits_said, agent=WAITED_FOR
    )


def _promises_said(n: int) -> str:
    return ngettext("%(n)s open promise", "%(n)s open promises", n) % {"n": grouped(n)}


def _open_now(label: Promise, which: Callable[[datetime], QuerySet[SlaResult]]) -> Shown:
    def rows(_first: datetime, _after: datetime) -> QuerySet[SlaResult]:
        return which(timezone.now())

    return Shown(label, "", _where(), rows=rows, counted=_promises_said, is_now=True, agent=WAITED_FOR)


_JUDGED: Final = ("met", "breached", "overdue")
SHOWN: Final[dict[str, Shown]] = {
    "volume": Shown(_("Created"), "created_at", _where()),
    "csat": _of_ratings(_("Rated"), _rated("positive", "neutral", "negative")),
    "rated_bad": _of_ratings(_("Not satisfied"), _rated("negative", "neutral")),
    "sla_reply": Shown(_("First reply promised"), "created_at", _promise("first_reply", *_JUDGED)),
    "breached_reply": Shown(_("First reply breached"), "created_at", _promise("first_reply", "breached")),
    "overdue_reply": Shown(_("First reply overdue"), "created_at", _promise("first_reply", "overdue")),
    "sla_resolution": Shown(_("Resolution promised"), "created_at", _promise("resolution", *_JUDGED)),
    "breached_resolution": Shown(_("Resolution breached"), "created_at", _promise("resolution", "breached")),
    "overdue_resolution": Shown(_("Resolution overdue"), "created_at", _promise("resolution", "overdue")),
    "at_risk": _open_now(_("At risk now"), SlaResult.objects.at_risk),
    "overdue": _open_now(_("Overdue now"), SlaResult.objects.overdue),
    "sla_next_reply": _of_waits(_("Further reply promised"), Q(state__in=_JUDGED)),
    "breached_next_reply": _of_waits(_("Further reply breached"), Q(state="breached")),
    "overdue_next_reply": _of_waits(_("Further reply overdue"), Q(state="overdue")),
    "next_reply": _of_waits(_("Replied to again"), Q(fulfilled_at__gte=F("started_at"))),
    "first_reply": Shown(
        _("Replied to"), "created_at", _where(ELIGIBLE, Q(first_public_reply_at__gte=F("created_at")))
    ),
    "resolution": Shown(_("Solved"), "last_solved_at", _where(SOLVABLE, Q(status__in=OVER))),
    "handled": Shown(
        _("With handle time"),
        "",
        _where(~Q(flags__contains=["negative_handle_time"])),
        rows=_handled,
        counted=_contacts,
        agent=HANDLED_BY,
    ),
    "fcr": Shown(
        _("Contacts with a known customer"),
        "created_at",
        _where(ELIGIBLE, Q(requester_key__isnull=False), ~Q(labels=[])),
        mature=True,
        in_tabs=False,
    ),
    "reopened": Shown(_("Solved, reopening known"), "first_solved_at", _reopening_known, mature=True),
    "came_back": Shown(_("Reopened"), "first_solved_at", _reopened, mature=True),
    "one_touch": Shown(
        _("Solved, replies counted"),
        "first_solved_at",
        _where(SOLVABLE, Q(reply_count__gte=0)),
        in_tabs=False,
    ),
    "transferred": Shown(
        _("Solved, stations known"),
        "first_solved_at",
        _where(SOLVABLE, Q(group_stations__isnull=False)),
        in_tabs=False,
    ),
    "passed_on": Shown(_("Transferred"), "first_solved_at", _where(SOLVABLE, Q(group_stations__gt=1))),
    "unsolved": Shown(_("Unsolved now"), "created_at", _where(~Q(status__in=OVER), ELIGIBLE)),
    "backlog": Shown(_("Open at the end"), "", _where(), standing=STANDING),
    "backlog_left": Shown(
        _("Left out of the backlog"), "", _where(), in_tabs=False, standing=STANDING, left_out=True
    ),
    **{
        f"backlog_{age}": Shown(said, "", _where(), in_tabs=False, standing=age)
        for age, said in backlogs.AGES.items()
    },
    "flagged": Shown(
        _("Impossible or cut off"), "created_at", lambda tickets: tickets.exclude(flags=[]), ahead=True
    ),
    "vendor_late": Shown(
        _("Late by the source's own reckoning"),
        "created_at",
        lambda tickets: tickets.filter(Exists(VendorFigure.objects.filter(ticket=OuterRef("pk"), met=False))),
    ),
}
# Lists that have another name elsewhere: what a metric names in its definition, and what links of other pages say.
SAME: Final = {
    "all": "volume", "rated": "csat", "late_reply": "breached_reply", "late_resolution": "breached_resolution",
    "solved": "resolution", "aht": "handled", **{metric.key: "csat" for metric in SCALES},
}  # fmt: skip


def list_of(key: str) -> str:
    """The list that an address means; "" for one that there is not."""
    found = SAME.get(key, key)
    return found if found in SHOWN else ""


def tickets(user: User, chosen: DashboardFilter, shown: str) -> QuerySet[Ticket]:
    """The tickets that this person may see, that the filter takes in, and that `shown` (a key of SHOWN) is about."""
    which = SHOWN[shown]
    if which.behind is not None:
        behind = which.behind(user, chosen).order_by().values("ticket")
        return Ticket.objects.visible_to(user).filter(pk__in=behind)
    first, after = moments(chosen.period_now)
    these = narrowed(user, chosen, by_assignee=which.rows is None)
    found = which.narrow(at_hour(Ticket.objects.visible_to(user).filter(these), chosen))
    if which.standing is not None:
        age = None if which.standing == STANDING else which.standing
        return still_open.open_on(chosen.period_now.last, user, found, age=age, left_out=which.left_out)
    rows = _rows(which, chosen)
    if rows is not None:
        return found.filter(pk__in=rows.values("ticket"))
    if which.mature:
        found = found.filter(_mature(which.moment))
    if which.moment == "created_at" and not which.ahead:
        found = found.exclude(AHEAD)
    return found.filter(**{f"{which.moment}__gte": first, f"{which.moment}__lt": after})


def counted_in(found: QuerySet[Ticket], chosen: DashboardFilter, shown: str) -> str:
    """What the figure counts where that is not the tickets of the list, in words; "" where it is them."""
    which = SHOWN[shown]
    if which.behind is not None and which.told is not None:
        return which.told(which.behind(chosen.viewer, chosen))
    rows = _rows(which, chosen)
    if rows is None or which.counted is None:
        return ""
    return which.counted(rows.filter(ticket__in=found.order_by().values("pk")).count())


def _rows(which: Shown, chosen: DashboardFilter) -> QuerySet[Any] | None:
    """What is counted in these days where that is not tickets; of one agent, theirs, and on the scale chosen."""
    if which.rows is None:
        return None
    rows, agent = which.rows(*moments(chosen.period_now)), chosen.chosen("agent")
    if which.by_scale and chosen.scale_chosen:
        rows = rows.filter(scale=chosen.scale_chosen)
    return rows.alias(whose=which.agent).filter(whose=agent) if agent else rows


def rows_of(found: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a list shows of each."""
    return found.select_related("team__site", "source").prefetch_related("sla_results", "ratings")


def narrowed(user: User, chosen: DashboardFilter, *, by_assignee: bool = True) -> Q:
    """What is chosen, but the days, as a condition on tickets: that by which figures are narrowed. `by_assignee`: an
    agent is whose the ticket is; else something of the ticket tells whose that is."""
    wanted = levels.wanted(chosen.narrow())
    sops = levels.sop_labels(user) if "sop" in levels.keys((), wanted) else {}
    q = levels.placed(wanted) & levels.labelled(wanted, sops, chosen.names)
    if "macro" in wanted:
        q &= Q(macro_keys__overlap=sorted(wanted["macro"]))
    return q & Q(assignee__in=wanted["agent"]) if by_assignee and "agent" in wanted else q


def hour_of(chosen: DashboardFilter) -> tuple[int, int] | None:
    """Weekday (1 is Monday) and hour of creation that a list is of, by `at=1-13`; None of any."""
    weekday, _dash, hour = str(chosen.params.get("at", "")).partition("-")
    if weekday in _WEEKDAYS and hour in _HOURS:
        return int(weekday), int(hour)
    return None


def hour_in_words(chosen: DashboardFilter) -> str:
    """The same as a sentence, "" of any."""
    at = hour_of(chosen)
    if at is None:
        return ""
    said = {"day": WEEKDAYS[at[0] - 1], "from": f"{at[1]:02}:00", "to": f"{at[1] + 1:02}:00"}
    return gettext("Created on a %(day)s from %(from)s to %(to)s.") % said


def at_hour(found: QuerySet[Ticket], chosen: DashboardFilter) -> QuerySet[Ticket]:
    """Those created at the weekday and hour that are asked for, by the reporting clock."""
    at, zone = hour_of(chosen), ZoneInfo(settings.REPORTING_TIME_ZONE)
    if at is None:
        return found
    weekday = ExtractIsoWeekDay("created_at", tzinfo=zone)
    return found.alias(weekday=weekday, hour=ExtractHour("created_at", tzinfo=zone)).filter(
        weekday=at[0], hour=at[1]
    )


def _mature(moment: str) -> Q:
    """On days that are mature at the ticket's source. One query."""
    zone, lasts = ZoneInfo(settings.REPORTING_TIME_ZONE), mature_by_source()
    mature = Q(pk__in=[])
    for last in {*lasts.values()}:
        sources = [source for source, its_last in lasts.items() if its_last == last]
        end = datetime.combine(last + timedelta(days=1), time(0), zone)
        mature |= Q(source__in=sources, **{f"{moment}__lt": end})
    return mature


_PROMISED: Final = ("first_reply", "resolution")
_OF_PROMISE: Final = ("", "_elapsed_s", "_due_at", "_target_s", "_priority_applied", "_policy", "_calendar")


def as_table(found: QuerySet[Ticket]) -> Iterator[list[str]]:
    """A list as rows of a file: what the page shows, in full, and by which rules it was measured.
    Times in whole seconds, moments with their offset: a file is reckoned with."""
    yield [
        "ticket", "source", "created_at", "status", "priority", "channel", "market", "team", "labels",
        *(f"{metric}{column}" for metric in _PROMISED for column in _OF_PROMISE), "rating",
    ]  # fmt: skip
    measured = Measured()
    for ticket in rows_of(found)[:CSV_ROWS].iterator(chunk_size=2000):
        promises = {result.metric: result for result in ticket.sla_results.all()}
        told = (_told(promises.get(metric), measured, ticket) for metric in _PROMISED)
        team = ticket.team.slug if ticket.team else ticket.team_name
        yield [
            ticket.external_id, ticket.source.name, ticket.created_at.isoformat(), ticket.status, ticket.priority,
            ticket.channel, ticket.market, team, " ".join(ticket.labels), *chain.from_iterable(told),
            " ".join(rating.raw for rating in ticket.ratings.all()),
        ]  # fmt: skip


def _told(result: SlaResult | None, measured: Measured, ticket: Ticket) -> list[str]:
    """Of one promise what _OF_PROMISE names; nothing where none was made."""
    if result is None:
        return [""] * len(_OF_PROMISE)
    rules = measured.by(result, ticket.team)
    due = result.due_at.isoformat() if result.due_at else ""
    elapsed = "" if result.elapsed_s is None else str(result.elapsed_s)
    return [
        result.state, elapsed, due, str(result.target_s), result.priority_applied, str(rules.policy),
        str(rules.calendar),
    ]  # fmt: skip
