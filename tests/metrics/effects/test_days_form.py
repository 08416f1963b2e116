"""The form of the teams' days asks the database as often with many teams as with one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics.effects.models import Card, TeamStart
from metrics.effects.suggesting import suggestions
from sopdesk.accounts.models import User
from sopdesk.readership.models import MustRead, Receipt
from tests import factories

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 6, 15, 9, tzinfo=ZoneInfo("Europe/Dublin"))
READ = datetime(2026, 6, 29, 12, tzinfo=ZoneInfo("Europe/Dublin"))


def laid(card: Card, must_read: MustRead, actor: User) -> None:
    """One more team on the card, with a day of its own and a reader who confirmed."""
    team = factories.team()
    reader = factories.user("", "agent", team=team)
    Receipt.objects.create(must_read=must_read, reader=reader, at=READ, content_hash="a" * 64)
    TeamStart.objects.create(change=card.change, team=team, day=date(2026, 6, 22), set_by=actor)
    card.pk, card.teams, card.asked_by = None, [*card.teams, team.slug], actor
    card.save(force_insert=True)


def test_the_form_takes_as_many_queries_with_one_team_as_with_more(
    ana: User, ben: User, as_person: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    past = factories.past(ana, ben, since=SINCE, data={"labels": ["refund"]})
    version = factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=[past]).versions.get()
    card = Card(
        change=version.change, version=version, look=2, labels=["refund"], avoided=["refund"], teams=[], readings=[],
        effective_at=SINCE, day=SINCE.date(), known_until=SINCE.date(), verdict="not_enough", method=1,
    )  # fmt: skip
    must_read = MustRead.objects.create(
        change=version.change, document=version.document, content_hash="a" * 64, audience="internal",
        due_on=date(2999, 1, 1),
    )  # fmt: skip
    browser, counted = as_person(ana), []
    for further in (1, 4):
        for _ in range(further):
            laid(card, must_read, ana)
        assert suggestions(card, ana).keys() == {*card.teams}
        address = reverse("effects:dates", args=[card.pk])
        typed = {f"team-{slug}": "2026-06-01" for slug in card.teams}  # before it was in force
        with django_assert_max_num_queries(99) as asked:
            assert len(browser.get(address).context["form"].fields) == len(card.teams) + 1
            assert browser.post(address, {"seen": 2**30, **typed}).status_code == 422
        counted.append(len(asked))
    assert counted[0] == counted[1]
