"""The tickets behind a figure: the same filter and days, and the conditions by which metrics/counting.py counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics import levels
from metrics.dashboards.filters import DashboardFilter
from metrics.filters import moments
from metrics.models import HandleSegment, Rating, SlaResult, Source, Ticket, VendorFigure
from metrics.reporting import mature_until
from sopdesk.accounts.models import User
from sopdesk.text.figures import clock

Narrow = Callable[[QuerySet[Ticket]], QuerySet[Ticket]]
CSV_ROWS: Final = 50_000


@dataclass(frozen=True)
class Shown:
    """A list: its name, the moment that must lie in the period, how it narrows, and whether only mature days count."""

    label: str | Promise
    moment: str
    narrow: Narrow
    mature: bool = False
    in_tabs: bool = True


ELIGIBLE: Final = Q(merged_into=None, is_spam=False, is_agent_initiated=False)
SOLVABLE: Final = ~Q(flags__overlap=["solved_before_created", "solved_out_of_order"])


def _where(*conditions: Q) -> Narrow:
    return lambda tickets: tickets.filter(*conditions)


def _promise(metric: str, *states: str) -> Narrow:
    rows = SlaResult.objects.filter(ticket=OuterRef("pk"), metric=metric, state__in=states)
    return lambda tickets: tickets.filter(Exists(rows))


def _rated(*normalised: str, scale: str = "") -> Narrow:
    """By the latest rating, which is the one that counts."""
    rows = Rating.objects.filter(normalised__in=normalised, pk=OuterRef("ratings__pk"))
    chosen = rows.filter(scale=scale) if scale else rows
    same = Rating.objects.filter(ticket=OuterRef("pk"))
    later = same.filter(
        Q(counts_at__gt=OuterRef("ratings__counts_at"))
        | Q(counts_at=OuterRef("ratings__counts_at"), pk__gt=OuterRef("ratings__pk"))
    )
    wrong = Q(flags__contains=["rated_before_created"])
    return lambda tickets: tickets.filter(~wrong, Exists(chosen), ~Exists(later))


def _reopening_known(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    telling = Source.objects.filter(provides__contains=["reopened_at"]).values("pk")
    return tickets.filter(SOLVABLE, Q(reopen_count__isnull=False) | Q(source__in=telling))


def _reopened(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    soon = Q(reopened_at=None) | Q(reopened_at__lte=F("first_solved_at") + timedelta(days=7))
    counted = Q(reopen_count__gt=0) | Q(reopen_count=None, reopened_at__isnull=False)
    return tickets.filter(SOLVABLE, soon, counted)


def _handled(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    wrong = Q(flags__contains=["negative_handle_time"])
    return tickets.filter(~wrong, Exists(HandleSegment.objects.filter(ticket=OuterRef("pk"))))


_JUDGED: Final = ("met", "breached", "overdue")
_LATE: Final = ("breached", "overdue")
_GOOD_OR_BAD: Final = ("positive", "negative")
SHOWN: Final[dict[str, Shown]] = {
    "volume": Shown(_("Created"), "created_at", _where()),
    "csat": Shown(_("Rated good or bad"), "ratings__counts_at", _rated(*_GOOD_OR_BAD, scale="good_bad")),
    "csat_stars": Shown(
        _("Rated with stars"),
        "ratings__counts_at",
        _rated("positive", "neutral", "negative", scale="1_5"),
        in_tabs=False,
    ),
    "rated_bad": Shown(_("Rated bad"), "ratings__counts_at", _rated("negative")),
    "sla_reply": Shown(_("First reply promised"), "created_at", _promise("first_reply", *_JUDGED)),
    "breached_reply": Shown(_("First reply breached"), "created_at", _promise("first_reply", "breached")),
    "overdue_reply": Shown(_("First reply overdue"), "created_at", _promise("first_reply", "overdue")),
    "sla_resolution": Shown(_("Resolution promised"), "created_at", _promise("resolution", *_JUDGED)),
    "breached_resolution": Shown(_("Resolution breached"), "created_at", _promise("resolution", "breached")),
    "overdue_resolution": Shown(_("Resolution overdue"), "created_at", _promise("resolution", "overdue")),
    "sla_next_reply": Shown(
        _("Further reply promised"), "created_at", _promise("next_reply", *_JUDGED), in_tabs=False
    ),
    "next_reply": Shown(
        _("Replied to again"), "created_at", _promise("next_reply", "met", "breached"), in_tabs=False
    ),
    "first_reply": Shown(
        _("Replied to"), "created_at", _where(ELIGIBLE, Q(first_public_reply_at__gte=F("created_at")))
    ),
    "resolution": Shown(_("Solved"), "last_solved_at", _where(SOLVABLE)),
    "handled": Shown(_("With handle time"), "handle_segments__ended_at", _handled),
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
    "unsolved": Shown(_("Unsolved now"), "created_at", _where(Q(last_solved_at=None), ELIGIBLE)),
    "flagged": Shown(_("With impossible values"), "created_at", lambda tickets: tickets.exclude(flags=[])),
    "vendor_late": Shown(
        _("Late by the source's own reckoning"),
        "created_at",
        lambda tickets: tickets.filter(Exists(VendorFigure.objects.filter(ticket=OuterRef("pk"), met=False))),
    ),
}
# Lists that have another name elsewhere: what a metric names in its definition, and what links of other pages say.
SAME: Final = {
    "all": "volume", "rated": "csat", "late_reply": "breached_reply", "late_resolution": "breached_resolution",
    "solved": "resolution", "aht": "handled", "backlog": "unsolved",
}  # fmt: skip
# What each tile leads to: these lists hold as many tickets as the figure says n.
COUNTED: Final = (
    "csat", "csat_stars", "sla_reply", "sla_resolution", "first_reply", "resolution", "fcr", "reopened", "one_touch",
    "transferred", "volume",
)  # fmt: skip


def list_of(key: str) -> str:
    """The list that an address means; "" for one that there is not."""
    found = SAME.get(key, key)
    return found if found in SHOWN else ""


def tickets(user: User, chosen: DashboardFilter, shown: str) -> QuerySet[Ticket]:
    """The tickets that this person may see, that the filter takes in, and that `shown` (a key of SHOWN) is about."""
    which = SHOWN[shown]
    first, after = moments(chosen.period_now)
    if which.mature:
        after = min(after, _end_of_maturity())
    found = Ticket.objects.visible_to(user).filter(narrowed(user, chosen))
    within = found.filter(**{f"{which.moment}__gte": first, f"{which.moment}__lt": after})
    listed = which.narrow(within)
    return listed.distinct() if which.moment.startswith("handle_") else listed


def rows_of(found: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """With what a list shows of each."""
    return found.select_related("team__site", "source").prefetch_related("sla_results", "ratings")


def narrowed(user: User, chosen: DashboardFilter) -> Q:
    """What is chosen, but the days, as a condition on tickets."""
    q = chosen.condition(label=False)
    for column in ("priority", "market"):
        if chosen.chosen(column):
            q &= Q(**{column: chosen.chosen(column)})
    for choice, column in (("label", "labels"), ("macro", "macro_keys")):
        if chosen.chosen(choice):
            q &= Q(**{f"{column}__contains": [chosen.chosen(choice)]})
    if chosen.chosen("sop"):
        labels = levels.sop_labels(user).get(chosen.chosen("sop"), frozenset())
        q &= Q(labels__overlap=sorted(labels))
    return q


def _end_of_maturity() -> datetime:
    zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
    return datetime.combine(mature_until() + timedelta(days=1), time(0), zone)


def as_table(found: QuerySet[Ticket]) -> Iterator[list[str]]:
    """A list as rows of a file: what the page shows, in full."""
    yield [
        "ticket", "source", "created_at", "status", "priority", "channel", "market", "team", "labels",
        "first_reply", "first_reply_time", "resolution", "resolution_time", "rating",
    ]  # fmt: skip
    for ticket in rows_of(found)[:CSV_ROWS].iterator(chunk_size=2000):
        promises = {result.metric: result for result in ticket.sla_results.all()}
        told = [
            text
            for metric in ("first_reply", "resolution")
            for result in [promises.get(metric)]
            for text in ([result.state, clock(result.elapsed_s)] if result else ["", ""])
        ]
        team = ticket.team.slug if ticket.team else ticket.team_name
        yield [
            ticket.external_id, ticket.source.name, ticket.created_at.isoformat(), ticket.status, ticket.priority,
            ticket.channel, ticket.market, team, " ".join(ticket.labels), *told,
            " ".join(rating.raw for rating in ticket.ratings.all()),
        ]  # fmt: skip
