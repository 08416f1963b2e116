"""Where a cut-over gate stands: how many of each group have read all of the change that is theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import Site
from sopdesk.documents.models import Change
from sopdesk.readership.days import end_of
from sopdesk.readership.models import Gate, MustRead, Receipt
from sopdesk.readership.people import readers


@dataclass(frozen=True)
class Group:
    """So many people of a vendor, site or team, and how many of them are ready."""

    name: str
    n: int
    ready: int
    share: int

    @property
    def part(self) -> float:
        return self.ready / self.n

    @property
    def holds(self) -> bool:
        """Whether at least the asked share is ready. In whole numbers: 9 of 10 are 90 %."""
        return self.ready * 100 >= self.share * self.n

    @property
    def missing(self) -> int:
        """How many more have to read it."""
        return max(0, -(-self.share * self.n // 100) - self.ready)


@dataclass(frozen=True)
class Standing:
    """A gate's groups at a moment; `is_reached` when each of them holds, and there is at least one."""

    groups: tuple[Group, ...]
    is_reached: bool
    is_late: bool
    is_early: bool
    is_open: bool

    @property
    def may_open(self) -> bool:
        return not self.is_open and (self.is_late or (self.is_reached and not self.is_early))

    @property
    def facts(self) -> dict[str, str]:
        """For the record."""
        return {group.name: f"{group.ready}/{group.n}" for group in self.groups}


def standing_of(gate: Gate, now: datetime | None = None) -> Standing:
    """How far the gate is from opening. Costs two queries and one for each must-read's audience at most."""
    now = now or timezone.now()
    groups = tuple(_groups(gate, now))
    return Standing(
        groups,
        is_reached=bool(groups) and all(group.holds for group in groups),
        is_late=gate.latest <= now,
        is_early=gate.not_before is not None and now < gate.not_before,
        is_open=gate.opened_at is not None,
    )


def _groups(gate: Gate, now: datetime) -> Iterable[Group]:
    asked: dict[str, int] = defaultdict(int)
    ready: dict[str, int] = defaultdict(int)
    rows = list(MustRead.objects.standing(now).filter(change=gate.change_id, replaced=False, closed_at=None))
    receipts = set(Receipt.objects.filter(must_read__in=rows).values_list("must_read_id", "reader_id"))
    columns = ("pk", "created_at", "team__slug", "team__name", "team__site__name", "team__site__kind")
    for pk, created_at, slug, *place in readers().values_list(*columns):
        mine = [row for row in rows if _is_for(row, slug, created_at)]
        name = _name(gate.by, *place)
        if not mine or name is None:
            continue
        asked[name] += 1
        ready[name] += all((row.pk, pk) in receipts for row in mine)
    for name in sorted(asked):
        yield Group(name, asked[name], ready[name], gate.share)


def _is_for(row: Any, team: str | None, created_at: datetime) -> bool:
    if created_at >= end_of(row.due_on):
        return False
    return row.now_audience != Audience.TEAMS or team in row.now_teams


def _name(by: str, team: str | None, site: str | None, kind: str | None) -> str | None:
    """The group somebody counts in; None when the gate does not look at them."""
    if by == Gate.By.EVERYBODY:
        return _("everybody")
    if team is None or site is None or (by == Gate.By.VENDOR and kind != Site.Kind.VENDOR):
        return None
    return f"{site} · {team}" if by == Gate.By.TEAM else site


def is_held(change: Change) -> bool:
    """Whether a gate keeps this approved change from being published now."""
    gate = Gate.objects.filter(change=change, opened_at=None).first()
    return gate is not None and not standing_of(gate).may_open
