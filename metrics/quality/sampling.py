"""Drawing tickets at random by a rule, so many of every team, agent, label or channel, and giving them to reviewers.

A draw is of one week, Monday to Sunday in the reporting zone, of the tickets solved in it. Every ticket has a lot that
follows from the seed; of each stratum those with the lowest lots are taken. So the same seed draws the same tickets.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.filters import Period, moments
from metrics.models import Ticket
from metrics.quality.assigning import Balance, balance, lot, reviewers
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Draw, Review, SamplingRule
from metrics.quality.scorecards import newest_of
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.audit.recording import Actor

DUE_DAYS: Final = 7
DRAW_MAX: Final = 2000
NAMES: Final = ("name", "scorecard", "count", "per", "site", "label", "channel", "reviewers", "is_active")


def add_rule(*, actor: User, **values: Any) -> SamplingRule:
    """A rule: `NAMES` of SamplingRule. It draws every week from the next one on. Raises ValidationError."""
    require(actor, Permission.QUALITY_EDIT)
    with transaction.atomic():
        rule = SamplingRule(created_by=actor, **values)
        rule.full_clean()
        rule.save()
        record(actor=actor, event=Event.SAMPLING_RULE_ADDED, subject=rule, facts=_facts(rule))
        return rule


def change_rule(rule: SamplingRule, *, actor: User, **values: Any) -> SamplingRule:
    """Change a rule, or stop it (`is_active`); what it drew stays. Raises ValidationError."""
    require(actor, Permission.QUALITY_EDIT, rule)
    with transaction.atomic():
        locked = SamplingRule.objects.select_for_update().get(pk=rule.pk)
        before = _facts(locked)
        for name, value in values.items():
            setattr(locked, name, value)
        locked.full_clean()
        after = _facts(locked)
        changed = [name for name in NAMES if before[name] != after[name]]
        if changed:
            locked.save(update_fields=changed)
            facts = {**after, "before": before}
            record(actor=actor, event=Event.SAMPLING_RULE_CHANGED, subject=locked, facts=facts)
        return locked


def last_week(today: date | None = None) -> date:
    """The Monday of the last week that is over."""
    day = today or timezone.localdate()
    return day - timedelta(days=day.weekday() + 7)


def draw(rule: SamplingRule, week: date, *, actor: User) -> Draw:
    """Draw a week's tickets now, by hand. The same week again gives the draw that is there. Raises QualityRefused."""
    require(actor, Permission.QUALITY_EDIT, rule)
    monday = week - timedelta(days=week.weekday())
    if monday > last_week():
        raise QualityRefused(
            _("That week is not over yet, so not every ticket could be drawn. Choose an earlier one.")
        )
    return _draw(rule, monday, actor)


def draw_due(today: date | None = None) -> int:
    """Draw the last week for every rule that has not drawn it. Safe to run twice. Returns how many drew."""
    week = last_week(today)
    rules = SamplingRule.objects.filter(is_active=True, scorecard__is_active=True)
    due = list(rules.exclude(draws__week=week))
    for rule in due:
        _draw(rule, week, System("sampling"))
    return len(due)


def _draw(rule: SamplingRule, week: date, actor: Actor) -> Draw:
    with transaction.atomic():
        locked = (
            SamplingRule.objects.select_for_update(of=("self",)).select_related("scorecard").get(pk=rule.pk)
        )
        known = Draw.objects.filter(rule=locked, week=week).first()
        if known is not None:
            return known
        seed = lot(locked.pk, week.isoformat())[:40]
        made = Draw.objects.create(rule=locked, week=week, seed=seed)
        tickets = drawn(candidates(locked, week), locked.per, locked.count, seed)
        rows = _reviews(made, tickets, balance(reviewers(), seed))
        Review.objects.bulk_create(rows)
        reached = {row.external_id for row in rows}
        made.tickets, made.unassigned = len(tickets), len(tickets) - len(reached)
        made.save(update_fields=["tickets", "unassigned"])
        facts = {"week": week, "seed": seed, "tickets": made.tickets, "unassigned": made.unassigned}
        record(actor=actor, event=Event.SAMPLE_DRAWN, subject=locked, facts=facts)
        return made


def candidates(rule: SamplingRule, week: date) -> QuerySet[Ticket]:
    """The tickets of a rule that were solved in a week: not merged away, no spam, not deleted."""
    first, after = moments(Period(week, week + timedelta(days=6)))
    found = Ticket.objects.filter(last_solved_at__gte=first, last_solved_at__lt=after)
    found = found.filter(merged_into=None, is_spam=False).exclude(status=Ticket.Status.DELETED)
    if rule.site_id:
        found = found.filter(team__site=rule.site_id)
    if rule.label:
        found = found.filter(labels__overlap=aliases.names().of_one(rule.label))
    return found.filter(channel=rule.channel) if rule.channel else found


def drawn(tickets: QuerySet[Ticket], per: str, count: int, seed: str) -> list[Ticket]:
    """`count` tickets of every stratum, each ticket once, in the order of their lots. Streams."""
    columns = ("pk", "source_id", "external_id", "team_id", "team_name", "assignee", "channel", "labels")
    lots: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in tickets.order_by().values(*columns).iterator(chunk_size=5000):
        its = lot(seed, row["source_id"], row["external_id"])
        for stratum in strata(row, per):
            lots[stratum].append((its, row["pk"]))
            if len(lots[stratum]) > 50 * count:
                lots[stratum] = heapq.nsmallest(count, lots[stratum])
    taken = {pair for found in lots.values() for pair in heapq.nsmallest(count, found)}
    order = [pk for _lot, pk in sorted(taken)][:DRAW_MAX]
    found = Ticket.objects.filter(pk__in=order).select_related("team")
    by_id = {ticket.pk: ticket for ticket in found}
    return [by_id[pk] for pk in order if pk in by_id]


def strata(row: dict[str, Any], per: str) -> list[str]:
    """What a ticket belongs to: one team, agent or channel, or each of its labels, by whatever name it has them. An
    unknown one belongs to none."""
    if per == SamplingRule.Per.LABEL:
        return aliases.names().meant_by(row["labels"] or [])
    if per == SamplingRule.Per.AGENT:
        return [row["assignee"]] if row["assignee"] else []
    if per == SamplingRule.Per.CHANNEL:
        return [row["channel"]] if row["channel"] else []
    return [str(row["team_id"] or row["team_name"])] if row["team_id"] or row["team_name"] else []


def _reviews(made: Draw, tickets: Iterable[Ticket], give: Balance) -> list[Review]:
    version, now = newest_of(made.rule.scorecard), timezone.now()
    due_on = timezone.localdate() + timedelta(days=DUE_DAYS)
    return [
        Review(version=version, draw=made, assigned_at=now, due_on=due_on, **about(ticket), **by(person))
        for ticket in tickets
        for person in give.pick(ticket, made.rule.reviewers)
    ]


def about(ticket: Ticket) -> dict[str, Any]:
    """What a review keeps of its ticket."""
    return {
        "source_id": ticket.source_id,
        "external_id": ticket.external_id,
        "team_id": ticket.team_id,
        "agent": ticket.assignee or "",
        "channel": ticket.channel,
        "market": ticket.market,
        "priority": ticket.priority,
        "labels": ticket.labels,
        "macro_keys": ticket.macro_keys or [],
        "solved_at": ticket.last_solved_at,
    }


def by(person: User) -> dict[str, Any]:
    return {"reviewer": person, "reviewer_name": person.name}


def _facts(rule: SamplingRule) -> dict[str, Any]:
    facts = {name: getattr(rule, name) for name in NAMES}
    return {**facts, "scorecard": str(rule.scorecard), "site": str(rule.site) if rule.site else None}
