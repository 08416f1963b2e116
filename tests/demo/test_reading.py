"""What Lumio's people have read: partly ready, one text to be read ahead, one behind a gate that is closed."""

from __future__ import annotations

import pytest

from compliance.loading import load as load_frameworks
from sopdesk.accounts.models import User
from sopdesk.demo import documents, people, reading
from sopdesk.documents.models import Change
from sopdesk.readership import own, readiness
from sopdesk.readership.models import Gate, MustRead
from sopdesk.readership.waiting import standing_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lumio() -> dict[str, User]:
    load_frameworks()
    everybody = people.load()
    documents.load(everybody)
    documents.load_work(everybody)
    reading.load(everybody)
    return everybody


def test_the_demo_shows_reading_at_every_stage(lumio: dict[str, User]) -> None:
    rows = list(MustRead.objects.live())
    assert {row.has_begun for row in rows} == {True, False}  # type: ignore[attr-defined]
    totals = readiness.totals(rows, readiness.people_seen(lumio["ana-lim"])).values()
    assert all(0 < tally.read < tally.n for tally in totals)
    assert any(tally.overdue for tally in totals)
    standing = standing_of(Gate.objects.get())
    assert standing.groups
    assert not standing.may_open
    assert Change.objects.filter(state="scheduled", questions__isnull=False).exists()
    eve = lumio["eve-santos"]
    eve.refresh_from_db()
    card = own.card(eve)
    assert card.count
    assert card.overdue
    assert card.changed
