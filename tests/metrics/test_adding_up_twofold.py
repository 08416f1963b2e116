"""Many days are added up on two connections at once, each day once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from metrics import import_days, rollups
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


@pytest.mark.django_db(transaction=True)
def test_the_other_connection_sees_the_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the tables that were just filled. Without them it plans as if they were empty: a hundred times as slow."""
    seen = list[int]()
    apart = rollups._catch_up_apart

    def looking(import_id: int, begins: date, ends: date) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stats WHERE tablename = 'metrics_slaresult' AND attname = 'ticket_id'"
            )
            seen.append(cursor.fetchone()[0])
        return apart(import_id, begins, ends)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_clear_attribute_stats('public', 'metrics_slaresult', 'ticket_id', false)")
    monkeypatch.setattr(rollups, "_catch_up_apart", looking)
    monkeypatch.setattr(import_days, "STATISTICS_FROM", 50)
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(100)]
    rows = "".join(f"A{number},closed,{day}T10:00:00Z,{day}T11:00:00Z\n" for number, day in enumerate(days))
    done = bring("external_id,status,created_at,last_solved_at\n" + rows)
    assert (done.added, StaleDay.objects.count()) == (100, 0)
    assert seen
    assert all(seen)
