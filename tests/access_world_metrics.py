"""What the access table's rows about quality and improving name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from metrics import service_levels
from metrics.improving.models import Baseline, Initiative
from metrics.models import Source
from metrics.promises import recomputing
from metrics.quality import bringing, sampling
from metrics.quality.models import Calibration, Dispute
from sopdesk.accounts.models import User
from tests.metrics.quality import making


def quality(gia: User, finn: User, dev: User) -> dict[str, Any]:
    """A scorecard, a rule; a review that waits for the analyst, and a finished one, disputed; a calibration that two
    have finished, but for a ticket of one of them."""
    card = making.scorecard(gia)
    version = card.versions.get()
    ticket = making.ticket("T-1", dev.team)
    round_ = Calibration.objects.create(name="November", version=version, created_by=gia)
    for person in (gia, dev):
        making.done(card, ticket, person, [1, 2, 1], calibration=round_)
    making.given(card, making.ticket("T-2", dev.team), dev, calibration=round_)
    finished = making.done(card, ticket, gia, [1, 2, 1], at=datetime(2026, 11, 12, 9, tzinfo=UTC))
    return {
        "scorecard": card.pk,
        "sampling_rule": sampling.add_rule(
            actor=gia, name="Weekly", scorecard=card, count=3, per="team", is_active=False
        ).pk,
        "calibration": round_.pk,
        "criterion": making.criteria(version)[0].pk,
        "gia": gia.pk,
        "review": making.given(card, ticket, gia).pk,
        "review_done": finished.pk,
        "results": bringing.receive(
            [b"Ticket,Reviewer\nT-1,Gia\n"], name="qa.csv", source=making.source(), scorecard=card, actor=gia
        ).pk,
        "initiative": _initiative(gia),
        "dispute": Dispute.objects.create(review=finished, by=finn, note="No.").pk,
    }


def _initiative(gia: User) -> int:
    """One of the analyst's, with a frozen baseline."""
    day = date(2026, 11, 1)
    said = {"label": "refund", "lever": "no_sop", "metric": "csat", "direction": "up", "target": 0.9}
    made = Initiative.objects.create(title="Better refunds", owner=gia, created_by=gia, due_on=day, **said)
    Baseline.objects.create(
        initiative=made, metric="csat", measured_as="csat", first=day, last=day, value=0.8, n=100
    )
    return made.pk


def promises(gia: User) -> dict[str, Any]:
    """A calendar, the standard policy that uses it, and a preview of measuring again."""
    policy = service_levels.default_policy()
    helpdesk = Source.objects.get_or_create(name="Helpdesk")[0]
    asked = recomputing.ask(helpdesk, date(2026, 11, 1), date(2026, 11, 2), actor=gia)
    return {"hours": policy.calendar_id, "policy": policy.pk, "recompute": asked.pk}
