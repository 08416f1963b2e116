"""What stands on the tab of quality, and how far reviewers agree, is taken away as it is shown, to whom it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from metrics.quality.models import Calibration
from sopdesk.accounts.models import Team, User
from tests import factories
from tests.metrics.dashboards.test_tiles_as_files import taken, tiles
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
DAYS = {"since": "2026-11-02", "until": "2026-11-15"}


def test_criteria_and_critical_fails_are_those_of_the_tab(
    payments: Team, harbor_payments: Team, gia: User, finn: User, as_person: Any
) -> None:
    card = making.scorecard(gia)
    at = datetime(2026, 11, 5, 12, tzinfo=UTC)
    for number, team in enumerate((payments, payments, harbor_payments)):
        making.done(card, making.ticket(f"T{number}", team), gia, [number % 2, 1, int(number > 0)], at=at)
    page = as_person(gia).get(reverse("metrics:tab", args=["quality"]), DAYS)
    html = page.content.decode()
    assert all(".csv" in tile and "data-picture hidden" in tile for tile in tiles(html))
    [shown] = [section.context for section in page.context["sections"] if "criteria" in section.context]
    found = taken(as_person(gia), "iqs-criteria", **DAYS)
    assert [row["criterion"] for row in found] == [line.row.name for line in shown["criteria"]]
    assert [int(row["n"]) for row in found] == [line.row.figure.n for line in shown["criteria"]]
    assert {row["n"] for row in taken(as_person(finn), "iqs-criteria", **DAYS)} == {"1"}
    [whole, *_teams] = taken(as_person(gia), "critical-fails", **DAYS)
    assert (int(whole["critical_fails"]), int(whole["n"])) == (shown["failed"].n, 3)
    assert taken(as_person(gia), "iqs-sections", **DAYS) == []


def test_agreement_is_told_to_who_has_finished(payments: Team, gia: User, as_person: Any) -> None:
    other = factories.user("Uma Analyst", "analyst", team=payments)
    card = making.scorecard(gia)
    round_ = Calibration.objects.create(name="November", version=card.versions.get(), created_by=gia)
    tickets = [making.ticket(f"T{number}", payments) for number in range(4)]
    for number, ticket in enumerate(tickets):
        making.done(card, ticket, other, [number % 2, 2, 1], calibration=round_)
    waiting = making.given(card, tickets[0], gia, calibration=round_)
    asked = reverse("metrics:tile_csv", args=["agreement"]), {"calibration": round_.pk}
    assert as_person(gia).get(*asked).status_code == 404, "one's own reviews come first"
    waiting.delete()
    for number, ticket in enumerate(tickets):
        making.done(card, ticket, gia, [number % 2, 2, number // 2], calibration=round_)
    found = taken(as_person(gia), "agreement", calibration=round_.pk)
    assert [(row["criterion"], row["kappa"], row["n"]) for row in found] == [
        ("Greets", "1", "4"), ("Solves it", "", "4"), ("Verifies the owner", "0", "4")
    ]  # fmt: skip
    [tile] = tiles(as_person(gia).get(reverse("quality:calibration", args=[round_.pk])).content.decode())
    assert "agreement.csv" in tile
