"""The page of the record: for those who may read it, narrowed down by what, who, about what and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from sopdesk.accounts.models import Site, User
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def record_of_three(hal: User, dev: User, dublin: Site) -> None:
    moments = [datetime(2026, 10, day, hour, tzinfo=UTC) for day, hour in ((1, 12), (2, 23), (3, 12))]
    with patch("sopdesk.audit.recording.timezone.now", side_effect=moments):
        record(actor=hal, event=Event.USER_CHANGED, subject=dev, facts={"roles": ["agent", "lead"]})
        record(
            actor=System("loader"), event=Event.FRAMEWORKS_LOADED, subject=dublin, facts={"hash": "ab" * 32}
        )
        record(
            actor=hal, event=Event.USER_CREATED, subject=dublin, facts={"why": "<script>alert(1)</script>"}
        )


def numbers(answer: Any) -> list[int]:
    return [row.number for row in answer.context["listing"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [3, 2, 1]),
        ({"sort": "number"}, [1, 2, 3]),
        ({"event": "user:changed"}, [1]),
        ({"actor": "hal"}, [3, 1]),
        ({"about": "Dev"}, [1]),
        ({"since": "2026-10-03"}, [3, 2]),
        ({"until": "2026-10-02"}, [1]),
        ({"event": "no:such"}, [3, 2, 1]),
        ({"since": "yesterday"}, [3, 2, 1]),
    ],
)
def test_entries_are_filtered_by_days_in_the_readers_zone(
    record_of_three: None, hal: User, as_person: Any, query: dict[str, str], found: list[int]
) -> None:
    hal.time_zone = "Asia/Manila"  # Where 23:00 UTC is the next morning.
    hal.save()
    assert numbers(as_person(hal).get("/audit", query)) == found


def test_an_entry_links_to_all_about_its_subject(
    record_of_three: None, hal: User, dev: User, as_person: Any
) -> None:
    browser = as_person(hal)
    page = browser.get("/audit").content.decode()
    assert f"about=accounts.user+{dev.pk}" in page
    assert numbers(browser.get("/audit", {"about": f"accounts.user {dev.pk}"})) == [1]


def test_facts_are_shown_as_words_and_escaped(record_of_three: None, hal: User, as_person: Any) -> None:
    page = as_person(hal).get("/audit").content.decode()
    assert "agent, lead" in page
    assert "abababababab" in page
    assert "ab" * 32 not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_empty_record_says_what_it_is_for(hal: User, as_person: Any) -> None:
    assert "Nothing has been decided yet" in as_person(hal).get("/audit").content.decode()
