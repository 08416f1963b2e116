"""What a file does not tell is said before it is imported, and after."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from metrics.mapping import shipped
from metrics.telling import untold
from sopdesk.accounts.models import User
from tests.metrics.bringing import bring

OF_JIRA = {
    "external_id": "Issue key", "status": "Status", "created_at": "Created", "last_solved_at": "Resolved",
    "requester": "Reporter",
}  # fmt: skip


def test_a_csv_of_jira_tells_of_no_waits() -> None:
    how = {"shape": "tickets", "columns": OF_JIRA}
    first, waits = untold(how, OF_JIRA.values())
    assert "CSAT" in first
    assert "AHT" in first
    assert "Resolution" not in first
    assert "waited for its customer" in waits


def test_an_event_log_and_a_history_tell_of_waits() -> None:
    log = shipped()["servicenow_events"]
    assert not any("waited" in said for said in untold(log, log["columns"].values()))
    told = {"shape": "tickets", "columns": {**OF_JIRA, "history": "history"}}
    assert not any("waited" in said for said in untold(told, told["columns"].values()))  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_report_says_so(gia: User, as_person: Any) -> None:
    done = bring("external_id,status,created_at\n1,open,2026-05-04T10:00Z\n")
    page = as_person(gia).get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "What this file does not tell" in page
    assert "CSAT" in page.split("Not measured from it")[1]
