"""The pages beside documents, with something on them: by axe, and right-to-left without running out of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from compliance.loading import load as load_duties
from metrics.differences import Estimate
from metrics.effects.models import Card
from metrics.effects.readings import Compared, Reading, Side
from metrics.models import Import, SlaPolicy, Source, Ticket
from metrics.watching.models import Alert
from sopdesk.accounts.models import User
from sopdesk.demo import ticket_loading
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import ChangeItem, Document, Version
from tests import factories
from tests.axe import PHONE, WIDE
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]


@pytest.fixture
def tickets(harbor: object, settings: Settings, tmp_path: object) -> Import:
    """Some hundred tickets, some of them of Finn's team."""
    settings.MEDIA_ROOT = tmp_path
    factories.team("Payments", at=harbor, slug="harbor-payments-2")  # type: ignore[arg-type]
    loaded = ticket_loading.load(count=600)
    newest = Ticket.objects.latest("created_at").created_at.date()
    Source.objects.update(figures_frozen_before=newest - timedelta(days=60))
    return loaded


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    item = editing.start_change(refunds, actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body=f"{item.body}\nOne more line.\n")
    reviewing.propose(item.change, actor=ana)
    return item


def card_of(draft: ChangeItem) -> Card:
    """Of the rule before this draft: one measure moved, one could not be told, one lacked tickets."""
    version = Version.objects.filter(document=draft.document_id).latest("number")
    side = Side(0.8, 0.7, 0.9, 200)
    moved = Compared(side, Side(0.9, 0.85, 0.95, 200), Estimate(0.1, 0.02, 0.18, 0.001))
    readings = [
        Reading("csat", "share", 4, "up", ours=moved, others=moved, effect=moved.change, p=0.001, q=0.004,
                points=[{"day": f"2026-06-{n:02}", "ours": asdict(side), "others": asdict(side)} for n in (1, 8)]),
        Reading("reopened", "share", 4, "no_difference", ours=moved, p=0.4, q=0.8, needed=0.09),
        Reading("volume", "count", 4, "not_enough", missing={"why": "constant"}),
    ]  # fmt: skip
    return Card.objects.create(
        change=version.change, version=version, look=8, labels=["refund"], avoided=["refund"], teams=["payments"],
        began={"payments": "2026-06-15"}, day=date(2026, 6, 8), effective_at=timezone.now(),
        known_until=date(2026, 8, 3), verdict="moved", method=2,
        readings=[reading.as_json() for reading in readings],
    )  # fmt: skip


def alert() -> Alert:
    days = {"first_day": date(2026, 6, 8), "last_day": date(2026, 6, 9)}
    return Alert.objects.create(
        metric="volume", label="refund", direction="up", value=80, expected=20, n=80, q=0.001, **days
    )


def places(cast: dict[str, User], tickets: Import, draft: ChangeItem) -> dict[str, list[str]]:
    """Who looks at which pages."""
    change = f"/changes/{draft.change_id}"
    of_agents = f"/metrics/csat?by=agent&label={Ticket.objects.exclude(labels=[])[0].labels[0]}"
    policy, effect = SlaPolicy.objects.get(), f"/metrics/effects/{card_of(draft).pk}"
    return {
        "gia": ["/", "/metrics", "/metrics/tickets", "/metrics/definitions", "/imports", "/imports/new",
                f"/imports/{tickets.pk}", "/metrics/effects", effect, f"{effect}/tickets?metric=csat",
                "/metrics/spikes", f"/metrics/spikes/{alert().pk}", "/metrics/service-levels",
                f"/metrics/service-levels/calendars/{policy.calendar_id}",
                f"/metrics/service-levels/policies/{policy.pk}?at=2026-06-08T10:00&labels=dsar-access",
                f"/metrics/service-levels/policies/{policy.pk}/edit"],
        "hal": ["/people", "/people/teams", "/people/teams/add", "/people/add", f"/people/{cast['dev'].pk}",
                "/profile", "/audit", f"{effect}/dates",
                # Worked out of tickets; of days of which some were deleted.
                f"{of_agents}&period=28", f"{of_agents}&period=365", f"{of_agents}&period=365&macro=apology"],
        "carla": ["/", "/compliance", "/compliance/gdpr", "/compliance/duties/gdpr-art-12-3", "/search?q=refund"],
        "ana": ["/sops", "/sops/SOP-0001", "/sops/SOP-0001/history", "/changes", f"{change}?view=side",
                f"{change}/items/{draft.pk}", "/macros", "/labels", "/help"],
    }  # fmt: skip


def test_every_other_page_by_axe(
    sit_down: SitDown, cast: dict[str, User], tickets: Import, draft: ChangeItem
) -> None:
    load_duties()
    for who, pages in places(cast, tickets, draft).items():
        if who == "ana":
            continue  # documents and changes: test_accessible.py
        seat = sit_down(cast[who])
        for path in pages:
            answer = seat.page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            seat.assert_accessible()


def test_no_page_runs_out_of_its_window_right_to_left(
    sit_down: SitDown, cast: dict[str, User], tickets: Import, draft: ChangeItem, settings: Settings
) -> None:
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
    load_duties()
    too_wide = []
    for who, pages in places(cast, tickets, draft).items():
        seat = sit_down(cast[who], extra_http_headers={"Accept-Language": "ar"})
        for path in pages:
            seat.page.goto(path)
            assert seat.page.evaluate("document.dir") == "rtl", path
            for size in (WIDE, PHONE):
                seat.page.set_viewport_size(size)
                if seat.page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                    too_wide.append((path, size["width"]))
    assert too_wide == []
