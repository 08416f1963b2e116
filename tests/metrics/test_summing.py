"""Rollups added up are what the ORM makes of them, for any columns; nothing is nothing, not an error."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F, Q, Sum
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from metrics import histograms, rollups
from metrics.models import Rollup, Source
from metrics.summing import COUNTS, MATURING, held, mature_until, summed
from sopdesk.accounts.models import Team

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def rows(payments: Team) -> None:
    source = Source.objects.create(name="S")
    Rollup.objects.bulk_create(
        Rollup(
            source=source, team=payments if number % 2 else None, team_name="" if number % 2 else "x",
            day=TODAY - timedelta(days=number), label=label, handle_square=10.0**18 * number,
            handle_log=histograms.bucket(60 * number + 1).to_bytes(2, "big", signed=True) if number % 3 else None,
            **{name: number + at for at, name in enumerate(COUNTS) if name != "handle_square"},
        )
        for number in range(20)
        for label in ("", "refund")
    )  # fmt: skip


@pytest.mark.parametrize("by", [(), ("label",), ("team__slug", "label"), ("mark",)])
def test_they_are_what_the_orm_adds_up(rows: None, by: tuple[str, ...]) -> None:
    asked = Rollup.objects.annotate(mark=F("day")).filter(
        Q(label="refund") | Q(day__gte=TODAY - timedelta(days=9))
    )
    mature = Q(day__lte=mature_until())
    sums = {
        f"sum_{name}": Sum(name, filter=mature if name in MATURING else None, default=0) for name in COUNTS
    }
    orm = [*asked.order_by().values(*by).annotate(**sums)] if by else [asked.aggregate(**sums)]
    found = {tuple(row[key] for key in by): row for row in summed(asked, by, COUNTS)}
    assert len(found) == len(orm) > 0
    for row in orm:
        one = found[tuple(row[key] for key in by)]
        assert {name: one[name] for name in COUNTS} == {name: row[f"sum_{name}"] for name in COUNTS}


def test_a_histogram_is_joined(rows: None) -> None:
    [row] = summed(Rollup.objects.filter(label=""), (), logs=["handle_log"])
    assert histograms.counted(row["handle_log"]).total() == 13


def test_nothing_matures_that_no_file_tells_of(payments: Team) -> None:
    """The last days that were imported had no chance to see a customer come back."""
    assert mature_until() == TODAY - timedelta(days=8)
    source, told = Source.objects.create(name="S"), TODAY - timedelta(days=20)
    for number in range(30):
        Rollup.objects.create(
            source=source,
            team=payments,
            label="",
            day=told - timedelta(days=number),
            created_n=1,
            contact_n=1,
        )
    rollups.refresh_facets()
    assert mature_until() == told - timedelta(days=8)
    [row] = summed(Rollup.objects.all(), (), ["created_n", "contact_n"])
    assert row == {"created_n": 30, "contact_n": 30 - 8}


def test_nothing_is_nothing(db: None) -> None:
    assert summed(Rollup.objects.none(), ("label",), ["created_n"]) == []
    assert summed(Rollup.objects.none(), (), ["created_n"], ["handle_log"]) == [
        {"created_n": 0, "handle_log": None}
    ]
    assert summed(Rollup.objects.all(), (), ["created_n"], ["handle_log"]) == [
        {"created_n": 0, "handle_log": None}
    ]
    assert summed(Rollup.objects.all(), ()) == [{}]


def test_several_levels_are_added_up_together(rows: None) -> None:
    """As days and weeks are: the sum is that of the rows together, and a level without rows takes nothing from it."""
    early, late = Q(day__lt=TODAY - timedelta(days=9)), Q(day__gte=TODAY - timedelta(days=9))
    pieces = [
        Rollup.objects.filter(early, label=""),
        Rollup.objects.none(),
        Rollup.objects.filter(late, label=""),
    ]
    asked = ["created_n", "contact_n", "handle_square"], ["handle_log"]
    [whole], [together] = summed(Rollup.objects.filter(label=""), (), *asked), summed(pieces, (), *asked)
    assert histograms.counted(whole.pop("handle_log")) == histograms.counted(together.pop("handle_log"))
    assert whole == together


def test_what_a_page_rests_on_is_asked_once(
    payments: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1), held():
        assert mature_until() == mature_until()
    with django_assert_num_queries(2):
        assert mature_until() == mature_until()
