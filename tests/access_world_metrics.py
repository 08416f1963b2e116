"""What the access table's rows about quality name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from metrics.quality import sampling
from metrics.quality.models import Calibration, Dispute
from sopdesk.accounts.models import User
from tests.metrics.quality import making


def quality(gia: User, finn: User, dev: User) -> dict[str, Any]:
    """A scorecard, a rule, a calibration; a review that waits for the analyst, and a finished one, disputed."""
    card = making.scorecard(gia)
    version = card.versions.get()
    ticket = making.ticket("T-1", dev.team)
    finished = making.done(card, ticket, gia, [1, 2, 1], at=datetime(2026, 11, 12, 9, tzinfo=UTC))
    return {
        "scorecard": card.pk,
        "sampling_rule": sampling.add_rule(
            actor=gia, name="Weekly", scorecard=card, count=3, per="team", is_active=False
        ).pk,
        "calibration": Calibration.objects.create(name="November", version=version, created_by=gia).pk,
        "review": making.given(card, ticket, gia).pk,
        "review_done": finished.pk,
        "dispute": Dispute.objects.create(review=finished, by=finn, note="No.").pk,
    }
