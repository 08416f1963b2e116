"""Many days are added up on two connections at once, each day once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Sum

from metrics.models import Facet, Rollup, StaleDay
from tests.metrics.bringing import bring


@pytest.mark.django_db(transaction=True)
def test_many_days_are_added_up_once_each() -> None:
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(100)]
    rows = "".join(f"A{number},open,{day}T10:00:00Z\n" for number, day in enumerate(days))
    done = bring("external_id,status,created_at\n" + rows)
    assert (done.added, StaleDay.objects.count()) == (100, 0)
    assert Rollup.objects.filter(label="").aggregate(all=Sum("created_n"))["all"] == 100
    assert Facet.objects.aggregate(all=Sum("created_n"))["all"] == 100
