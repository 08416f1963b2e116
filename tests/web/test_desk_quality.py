"""On the desk stand the tickets one has to review, and those that wait for somebody who left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sopdesk.accounts.models import Team, User
from sopdesk.web import desk
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db


def waiting(person: User) -> list[tuple[str, str, str]]:
    return [(task.verb, task.title, task.state) for task in desk.waiting_for(person)]


def test_what_one_has_to_review_and_what_a_leaver_had(
    gia: User, finn: User, ana: User, payments: Team, harbor_payments: Team
) -> None:
    leaver = factories.user("Lee Vance", "analyst", team=payments, is_active=False)
    card = making.scorecard(gia)
    for number, due in enumerate((-1, 5)):
        due_on = timezone.localdate() + timedelta(days=due)
        making.given(card, making.ticket(f"G{number}", payments), gia, due_on=due_on)
    making.given(card, making.ticket("F", harbor_payments), finn)
    making.given(card, making.ticket("L", payments), leaver)
    making.done(card, making.ticket("D", payments), leaver, [1, 2, 1])
    assert waiting(gia) == [
        ("Review", "2 tickets for quality", "overdue"),
        ("Hand over", "1 ticket review of Lee Vance", "due"),
    ]
    assert ("Review", "1 ticket for quality", "due") in waiting(finn)
    assert waiting(ana) == []
