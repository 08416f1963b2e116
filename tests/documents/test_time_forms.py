"""The hour that comes twice when the clocks are put back: whoever schedules says which one is meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sopdesk.accounts.models import User
from sopdesk.documents.time_forms import ScheduleForm

pytestmark = pytest.mark.django_db
TWICE = {"at": "2027-10-31T01:30", "zone": "Europe/Dublin"}


def test_a_time_that_comes_twice_is_asked_about(ana: User) -> None:
    form = ScheduleForm(TWICE, person=ana)
    assert not form.is_valid()
    assert form.asks_which
    assert "UTC+0100" in str(form["which"])
    assert "UTC+0000" in str(form["which"])


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_the_one_that_was_chosen_is_meant(ana: User, which: str, hour: int) -> None:
    form = ScheduleForm({**TWICE, "which": which}, person=ana)
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


def test_any_other_time_is_not_asked_about(ana: User) -> None:
    assert ScheduleForm({**TWICE, "at": "2027-10-30T01:30"}, person=ana).is_valid()


def test_a_third_one_is_no_choice(ana: User) -> None:
    form = ScheduleForm({**TWICE, "which": "2"}, person=ana)
    assert not form.is_valid()
    assert form.asks_which
