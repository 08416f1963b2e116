"""What moved: shares of a team, beyond chance, and only for those who may see them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics.differences import difference_p
from metrics.models import Rollup, Source
from metrics.movers import movers
from sopdesk.accounts.models import Team, User
from tests import factories

TODAY = date(2026, 11, 20)


def rated(team: Team, days_ago: int, *, good: int, bad: int) -> None:
    source, _made = Source.objects.get_or_create(name="Helpdesk", defaults={"time_zone": "UTC"})
    Rollup.objects.create(
        day=TODAY - timedelta(days=days_ago), source=source, team=team, label="", good_n=good, bad_n=bad
    )


@pytest.mark.django_db
class TestMovers:
    def test_a_fall_beyond_chance_is_shown_with_its_interval(self, gia: User, payments: Team) -> None:
        rated(payments, 40, good=400, bad=100)
        rated(payments, 5, good=320, bad=180)
        [mover] = movers(gia, TODAY)
        assert (mover.share.name, mover.before, mover.now, mover.n) == ("csat", 0.8, 0.64, 500)
        assert mover.low < -0.16 < mover.high < 0
        assert mover.is_worse

    def test_chance_is_not_shown(self, gia: User, payments: Team) -> None:
        rated(payments, 40, good=80, bad=20)
        rated(payments, 5, good=76, bad=24)
        assert movers(gia, TODAY) == []

    def test_one_odd_share_among_many_is_not_shown(self, gia: User) -> None:
        """p is about 0.03 for one team; looked at beside twenty others that is to be expected."""
        for n in range(21):
            team = factories.team(f"Team {n}")
            rated(team, 40, good=160, bad=40)
            rated(team, 5, good=142 if n == 0 else 160, bad=58 if n == 0 else 40)
        assert difference_p(142, 200, 160, 200) < 0.05
        assert movers(gia, TODAY) == []

    def test_a_few_tickets_say_nothing(self, gia: User, payments: Team) -> None:
        rated(payments, 40, good=40, bad=0)
        rated(payments, 5, good=0, bad=40)
        assert movers(gia, TODAY) == []

    def test_a_lead_of_a_vendor_sees_that_vendor_only(
        self, finn: User, payments: Team, harbor_payments: Team
    ) -> None:
        for team in (payments, harbor_payments):
            rated(team, 40, good=400, bad=100)
            rated(team, 5, good=320, bad=180)
        assert [mover.slug for mover in movers(finn, TODAY)] == [harbor_payments.slug]

    def test_today_is_not_complete(self, gia: User, payments: Team) -> None:
        rated(payments, 40, good=400, bad=100)
        rated(payments, 0, good=320, bad=180)
        assert movers(gia, TODAY) == []
