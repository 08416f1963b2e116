"""What a ticket, its rating and its handling add to a day is counted once, in one row or in several."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum

from metrics.models import Rollup
from tests.metrics.bringing import bring, source

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,last_solved_at,rating,rating_scale,rated_at,active_s\n"


@pytest.mark.parametrize("created", ["2026-05-04", "2026-03-06", "2026-03-05", "2025-05-04"])
def test_who_waited_long_is_handled_and_rated_once(created: str) -> None:
    """Solved, handled and rated on one day; another was rated a day later, and another source has the same."""
    row = f"solved,{created}T10:00Z,2026-05-04T12:00Z,5,1_5,2026-05"
    rows = f"{HEAD}a,{row}-04T13:00Z,300\nb,{row}-05T13:00Z,600\n"
    bring(rows)
    bring(rows, at=source("Other"))
    names = ["solved_n", "handled_n", "handle_s", "answered_n", "stars_top_n"]
    for day, told in ((4, [4, 4, 1800, 2, 2]), (5, [None, None, None, 2, 2])):
        found = Rollup.objects.filter(label="", day=date(2026, 5, day)).aggregate(
            **{n: Sum(n) for n in names}
        )
        assert [found[name] for name in names] == told
