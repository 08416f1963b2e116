"""Calibration: the same tickets to several reviewers, each blind to the others. How far they agree: comparing.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.filters import Period, moments
from metrics.models import Ticket
from metrics.quality.assigning import lot, may_review
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Calibration, Review, Scorecard
from metrics.quality.sampling import DUE_DAYS, about, by
from metrics.quality.scorecards import newest_of
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

TICKETS_MAX: Final = 100
DAYS: Final = 28


def begin(
    *, name: str, scorecard: Scorecard, people: Sequence[User], count: int, actor: User, label: str = ""
) -> Calibration:
    """Draw `count` tickets of the last four weeks that all of these people may review, and give each to every one of
    them. Raises QualityRefused for fewer than two people or no ticket."""
    require(actor, Permission.QUALITY_EDIT, scorecard)
    if len({person.pk for person in people}) < 2:
        raise QualityRefused(_("Choose at least two reviewers: agreement is between people."))
    with transaction.atomic():
        made = Calibration.objects.create(name=name, version=newest_of(scorecard), created_by=actor)
        tickets = _tickets(people, min(count, TICKETS_MAX), str(made.pk), label)
        if not tickets:
            raise QualityRefused(
                _("No ticket of the last four weeks is one that all of them may review. Choose others.")
            )
        now, due_on = timezone.now(), timezone.localdate() + timedelta(days=DUE_DAYS)
        Review.objects.bulk_create(
            Review(
                version=made.version,
                calibration=made,
                assigned_at=now,
                due_on=due_on,
                **about(ticket),
                **by(person),
            )
            for ticket in tickets
            for person in people
        )
        facts = {"tickets": len(tickets), "reviewers": [person.name for person in people]}
        record(actor=actor, event=Event.QUALITY_CALIBRATED, subject=made, facts=facts)
        return made


def _tickets(people: Sequence[User], count: int, seed: str, label: str) -> list[Ticket]:
    """Drawn by lot from the newest four weeks that have solved tickets."""
    solved = Ticket.objects.filter(merged_into=None, is_spam=False, last_solved_at__isnull=False)
    if label:
        solved = solved.filter(labels__overlap=aliases.names().of_one(label))
    newest = solved.filter(last_solved_at__lte=timezone.now()).order_by("-last_solved_at").first()
    if newest is None or newest.last_solved_at is None:
        return []
    last: date = timezone.localtime(newest.last_solved_at).date()
    first, after = moments(Period(last - timedelta(days=DAYS - 1), last))
    rows = solved.filter(last_solved_at__gte=first, last_solved_at__lt=after).order_by()
    ids = sorted(
        (lot(seed, source, number), pk)
        for pk, source, number in rows.values_list("pk", "source_id", "external_id")
    )
    found: list[Ticket] = []
    for begin_at in range(0, len(ids), 500):
        batch = [pk for _lot, pk in ids[begin_at : begin_at + 500]]
        by_id = Ticket.objects.select_related("team").in_bulk(batch)
        found += [by_id[pk] for pk in batch if all(may_review(person, by_id[pk]) for person in people)]
        if len(found) >= count:
            break
    return found[:count]
