"""Initiatives: a frozen baseline, steps, who may, and what moved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from metrics.definitions import BY_KEY
from metrics.filters import Period
from metrics.improving import initiatives, measuring
from metrics.improving.errors import InitiativeRefused
from metrics.improving.models import Baseline, Initiative
from metrics.intervals import wilson
from metrics.models import Rollup, Source
from metrics.reporting import Figure
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing
from tests import factories

pytestmark = pytest.mark.django_db
LAST = date(2026, 6, 28)
PERIOD = Period(LAST - timedelta(days=27), LAST)


def rolled(team: Team, day: date, *, good: int, bad: int, label: str = "refund") -> None:
    source, _made = Source.objects.get_or_create(name="Helpdesk", defaults={"time_zone": "UTC"})
    parts = {"good_n": good, "bad_n": bad, "created_n": good + bad}
    Rollup.objects.create(day=day, source=source, team=team, label=label, **parts)


def proposed(actor: User, **values: Any) -> Initiative:
    said = {
        "title": "Better refunds", "why": "Slow.", "owner": actor, "metric": "csat", "direction": "up",
        "target": 0.85, "due_on": date(2026, 12, 31), "label": "refund", "lever": "no_macro", "period": PERIOD,
    }  # fmt: skip
    return initiatives.propose(actor=actor, **{**said, **values})


@pytest.fixture
def before(payments: Team) -> None:
    rolled(payments, LAST, good=255, bad=45)


@pytest.mark.usefixtures("before")
class TestProposing:
    def test_the_baseline_is_frozen(self, ana: User, payments: Team) -> None:
        made = proposed(ana)
        rolled(payments, LAST, good=0, bad=500)
        base = made.baselines.get(metric="csat")
        assert (base.value, base.n, base.first, base.last) == (0.85, 300, PERIOD.first, PERIOD.last)
        assert {one.metric for one in made.baselines.all()} == {"csat", "aht", "reopened", "volume"}
        for write in (lambda: Baseline.objects.update(value=0.5), lambda: Baseline.objects.all().delete()):
            with pytest.raises(ProgrammingError), transaction.atomic():
                write()
        entry = Entry.objects.get(event="initiative:proposed")
        assert entry.facts["baseline"]["csat"] == {"value": 0.85, "n": 300}

    def test_what_is_not_measured_has_no_baseline(self, ana: User) -> None:
        with pytest.raises(InitiativeRefused):
            proposed(ana, metric="aht")
        assert not Initiative.objects.exists()

    @pytest.mark.parametrize(
        "values", [{"target": 1.5}, {"metric": "backlog"}, {"metric": "x"}, {"target": -1}]
    )
    def test_nonsense_is_refused(self, values: dict[str, Any], ana: User) -> None:
        with pytest.raises(InitiativeRefused):
            proposed(ana, **values)

    def test_an_owner_has_to_see_its_figures(self, ana: User, finn: User, ben: User) -> None:
        for person in (finn, ben):
            with pytest.raises(InitiativeRefused):
                proposed(ana, owner=person)

    def test_an_agent_and_a_reviewer_make_none(self, eve: User, ben: User) -> None:
        for person in (eve, ben):
            with pytest.raises(PermissionDenied):
                proposed(person)

    def test_a_leads_is_of_their_site(self, finn: User, gia: User, harbor_payments: Team) -> None:
        rolled(harbor_payments, LAST, good=30, bad=30)
        made = proposed(finn)
        assert (made.site, made.baselines.get(metric="csat").n) == (harbor_payments.site, 60)
        everywhere = proposed(gia)
        assert list(Initiative.objects.visible_to(finn)) == [made]
        assert set(Initiative.objects.visible_to(gia)) == {made, everywhere}


@pytest.mark.usefixtures("before")
class TestSteps:
    def test_each_step_is_kept_and_recorded(self, ana: User) -> None:
        made = proposed(ana)
        initiatives.move(made, "begin", note="Go.", actor=ana)
        initiatives.move(made, "finish", note="", actor=ana)
        made.refresh_from_db()
        assert (made.state, made.transitions.count()) == ("done", 3)
        assert Entry.objects.filter(event="initiative:moved").count() == 2

    def test_a_step_from_elsewhere_is_refused(self, ana: User) -> None:
        made = proposed(ana)
        for step in ("finish", "nonsense"):
            with pytest.raises(InitiativeRefused):
                initiatives.move(made, step, note="x", actor=ana)
        with pytest.raises(InitiativeRefused, match="why"):
            initiatives.move(made, "drop", note=" ", actor=ana)

    def test_only_its_owner_changes_it(self, ana: User, gia: User) -> None:
        made = proposed(ana)
        with pytest.raises(PermissionDenied):
            initiatives.move(made, "begin", note="", actor=gia)
        initiatives.change(made, actor=ana, owner=gia)
        initiatives.move(made, "begin", note="", actor=gia)

    def test_that_of_somebody_who_left_is_taken_up(self, ana: User, gia: User, finn: User) -> None:
        made = proposed(ana)
        ana.is_active = False
        ana.save()
        with pytest.raises(PermissionDenied):
            initiatives.change(made, actor=finn, owner=finn)
        assert initiatives.change(made, actor=gia, owner=gia).owner == gia

    def test_a_change_is_part_of_it_once(self, ana: User, ben: User) -> None:
        made = proposed(ana)
        sop = factories.published(
            "sop", "SOP-0001", author=ana, reviewer=ben, versions=[factories.past(ana, ben)]
        )
        change = editing.start_change(sop, actor=ana).change
        initiatives.link(made, change, actor=ana)
        initiatives.link(made, change, actor=ana)
        assert list(made.changes.all()) == [change]
        initiatives.unlink(made, change, actor=ana)
        assert not made.changes.exists()
        assert Entry.objects.filter(event__startswith="initiative:").count() == 3


class TestEffect:
    def test_the_interval_is_that_of_the_worked_example(self) -> None:
        csat = BY_KEY["csat"]
        was = Figure(csat, 255 / 300, 300, *(wilson(255, 300) or ()))
        now = Figure(csat, 270 / 300, 300, *(wilson(270, 300) or ()))
        assert measuring.difference(was, now) == pytest.approx((0.05, -0.0032, 0.1034), abs=5e-5)

    def effect(self, ana: User, payments: Team, good: int, bad: int, days: int = 28) -> measuring.Effect:
        rolled(payments, LAST, good=255, bad=45)
        made = proposed(ana)
        rolled(payments, LAST + timedelta(days=days), good=good, bad=bad)
        return measuring.effects(made, ana)[0]

    def test_chance_is_not_an_effect(self, ana: User, payments: Team) -> None:
        found = self.effect(ana, payments, 270, 30)
        assert (found.low, found.high) == pytest.approx((-0.0032, 0.1034), abs=5e-5)
        assert not found.is_beyond_chance

    def test_what_is_beyond_chance_is_said_and_which_way(self, ana: User, payments: Team) -> None:
        assert self.effect(ana, payments, 290, 10).is_better

    def test_a_fall_is_worse(self, ana: User, payments: Team) -> None:
        found = self.effect(ana, payments, 200, 100)
        assert found.is_beyond_chance
        assert not found.is_better

    @pytest.mark.parametrize(("good", "days", "reason"), [(20, 28, "n"), (200, 5, "days")])
    def test_too_little_is_not_enough_data(
        self, good: int, days: int, reason: str, ana: User, payments: Team
    ) -> None:
        found = self.effect(ana, payments, good, 5, days)
        assert (found.reason, found.change) == (reason, None)

    def test_before_anything_came_in_it_says_so(self, ana: User, payments: Team, settings: Settings) -> None:
        rolled(payments, LAST, good=255, bad=45)
        assert [one.reason for one in measuring.effects(proposed(ana), ana)] == ["days"] * 4


def test_volume_is_aimed_at_by_the_week(ana: User, payments: Team) -> None:
    """90, 110, 90, 110 a week, then 50, 55, 45, 50: t intervals of the weeks, and the difference of both."""
    for week, n in enumerate((90, 110, 90, 110, 50, 55, 45, 50)):
        rolled(payments, PERIOD.first + timedelta(days=7 * week + 2), good=n, bad=0)
    made = proposed(ana, metric="volume", direction="down", target=60)
    base = measuring.frozen(made.baselines.get(metric="volume"))
    assert (base.value, base.n) == (100, 400)
    assert (base.low, base.high) == pytest.approx((81.626, 118.374), abs=1e-3)
    end = PERIOD.last + timedelta(days=28)
    rolled(payments, end, good=0, bad=0, label="refund")
    found = measuring.effects(made, ana)[0]
    assert found.now.value == 50
    assert found.change == -50
    assert found.is_beyond_chance
    assert found.is_better
    points, whole = measuring.way(made, ana)
    assert all(point.day.weekday() == 0 and whole.first <= point.day for point in points)
    assert {point.figure.value for point in points} >= {110, 90, 50, 55}  # as the target is: a week each


def test_a_volume_frozen_before_it_was_by_the_week_is_shown_by_the_week(ana: User, payments: Team) -> None:
    rolled(payments, LAST, good=60, bad=60)
    made = proposed(ana)
    old = Baseline(initiative=made, metric="volume", measured_as="volume", first=PERIOD.first, last=PERIOD.last,
                   value=120, n=120)  # fmt: skip
    assert measuring.frozen(old).value == 30
