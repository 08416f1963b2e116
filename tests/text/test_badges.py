"""Moments as they stand in lists: kept for the hour, but only as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from sopdesk.text import badges
from sopdesk.text.badges import when

LONG_AGO = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
ZONES = (ZoneInfo("Europe/Dublin"), ZoneInfo("Asia/Manila"), UTC)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    badges._kept_moment.cache_clear()
    yield
    badges._kept_moment.cache_clear()


def test_a_moment_that_is_kept_is_said_as_anew() -> None:
    """Whatever else was said before: the same instant of another zone, for another viewer, in another language."""
    twice = datetime(2025, 10, 26, 1, 30, tzinfo=ZONES[0])
    moments = [*(LONG_AGO.astimezone(zone) for zone in ZONES), twice, twice.replace(fold=1)]
    said = set()
    for _ in range(2):
        for language in ("en", "de"):
            for zone in ZONES:
                with translation.override(language), timezone.override(zone):
                    for moment in moments:
                        for style in ("", "date"):
                            assert when(moment, style) == badges._moment(moment, style)
                            said.add(when(moment, style))
    assert len(said) > 20
    assert badges._kept_moment.cache_info().hits


def test_how_long_ago_it_was_is_worked_out_anew_every_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(hours=1)
    for _ in range(2):
        when(LONG_AGO)
    monkeypatch.setattr(timezone, "now", lambda: later)
    when(LONG_AGO)
    assert badges._kept_moment.cache_info().misses == 2


def test_what_was_today_is_not_kept() -> None:
    when(timezone.now() - timedelta(hours=20))
    assert badges._kept_moment.cache_info().misses == 0


def test_a_day_has_no_hours() -> None:
    assert when(date(2026, 10, 1)) == '<time datetime="2026-10-01" title="">1 Oct 2026</time>'
    assert when(None) == "–"
