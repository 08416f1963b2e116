"""Two initiatives of Lumio's: the two changes whose effect is planted in the tickets."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from metrics.filters import Period
from metrics.improving import initiatives
from metrics.improving.errors import InitiativeRefused
from metrics.improving.models import Initiative, LinkedChange, Transition
from sopdesk.accounts.models import User
from sopdesk.documents.models import Version

DUBLIN: Final = ZoneInfo("Europe/Dublin")
BASELINE_DAYS: Final = 91
PLANTED: Final = 3  # the version of both SOPs whose effect is in the tickets


@dataclass(frozen=True)
class _Plan:
    title: str
    why: str
    label: str
    lever: str
    metric: str
    target: float
    owner: str
    sop: str
    changed: date
    due_on: date
    is_done: bool


PLANS: Final = (
    _Plan(
        "Refunds without a detour", "Agents ask a lead for every small refund, and customers wait for the answer.",
        "refund-request", "none", "aht", 430, "Ana Lim", "SOP-0001", date(2026, 6, 15), date(2026, 9, 30), True,
    ),
    _Plan(
        "Recovered accounts stay recovered", "One in nine comes back within a week: somebody else gets in again.",
        "account-recovery", "stale_sop", "reopened", 0.05, "Marta Kowalska", "SOP-0006", date(2026, 8, 17),
        date(2026, 12, 18), False,
    ),
)  # fmt: skip


def is_loaded() -> bool:
    return Initiative.objects.filter(title=PLANS[0].title).exists()


def load() -> None:
    """Both, with their baselines over the 13 weeks before their change. The tickets must be there."""
    with transaction.atomic():
        for plan in PLANS:
            # Of a small demo nothing may be measured in those days.
            with suppress(InitiativeRefused):
                _load(plan)


def _load(plan: _Plan) -> None:
    owner, last = User.objects.get(name=plan.owner), plan.changed - timedelta(days=1)
    aim = {"metric": plan.metric, "direction": "down", "target": plan.target, "due_on": plan.due_on}
    said: dict[str, Any] = {"title": plan.title, "why": plan.why, "owner": owner, **aim}
    period = Period(last - timedelta(days=BASELINE_DAYS - 1), last)
    made = initiatives.propose(label=plan.label, lever=plan.lever, period=period, actor=owner, **said)
    planted = Version.objects.get(document__kind="sop", document__key=plan.sop, number=PLANTED)
    initiatives.link(made, planted.change, actor=owner)
    initiatives.move(made, "begin", note="Drafted with two leads.", actor=owner)
    if plan.is_done:
        initiatives.move(made, "finish", note="Handle time has stayed down since June.", actor=owner)
    _date(made, plan)


def _date(made: Initiative, plan: _Plan) -> None:
    """As if it had been written when it happened."""
    begins = datetime.combine(plan.changed, time(9), DUBLIN)
    Initiative.objects.filter(pk=made.pk).update(created_at=begins - timedelta(days=14))
    LinkedChange.objects.filter(initiative=made).update(at=begins - timedelta(days=10))
    days = {"proposed": -14, "under_way": -12, "done": 107}
    for state, after in days.items():
        Transition.objects.filter(initiative=made, ends=state).update(at=begins + timedelta(days=after))
