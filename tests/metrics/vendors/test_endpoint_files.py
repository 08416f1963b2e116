"""What a helpdesk's endpoints answered, each as a file of its own: together in one .zip, and one of them alone."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from metrics import left_out, rewriting
from metrics.containers import FileRefused
from metrics.models import Rating, RejectedRow, Ticket, VendorFigure
from tests.metrics.bringing import bring, draft
from tests.metrics.vendors.test_zendesk import METRICS, ticket

pytestmark = pytest.mark.django_db
RATING = {"id": 1, "ticket_id": 35, "score": "good", "created_at": "2026-05-05T11:00:00Z"}
ADA = {"id": 9, "name": "Ada", "role": "agent"}


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def lines(*records: dict[str, Any]) -> str:
    return "\n".join(json.dumps(record) for record in records) + "\n"


def page(name: str, *records: dict[str, Any]) -> str:
    return json.dumps({name: records, "next_page": None, "count": len(records)})


PAGES = {
    "ticket_metrics__json": page("ticket_metrics", {"id": 1, **METRICS}),
    "satisfaction_ratings__json": page("satisfaction_ratings", RATING),
    "users_1__json": page("users", ADA),
    "tickets_1__json": page("tickets", ticket()),
    "tickets_2__json": page("tickets", ticket(id=36)),
    "audits__json": page("audits", {"id": 1, "ticket_id": 35}),
    "README__md": "Exported on Monday",
}
LINES = {
    "export/users__ndjson": lines({**ADA, "email": "a@desk.example"}),
    "export/part1__ndjson": lines({"id": 1, **METRICS}),
    "export/part2__ndjson": lines(RATING),
    "export/part3__ndjson": lines(ticket(), ticket(id=36)) + '{"id": 37,\n',
}


@pytest.mark.parametrize("files", [PAGES, LINES], ids=["pages", "lines"])
def test_files_of_endpoints_in_one_zip_are_read_together(files: dict[str, str]) -> None:
    done = bring(zipped(**files), read_as="zendesk")
    assert (done.state, done.form, done.added) == ("done", "zendesk", 2), done.job and done.job.error
    found = Ticket.objects.get(external_id="35")
    assert (found.assignee, found.group_stations, found.channel) == ("Ada", 2, "email")
    assert found.first_public_reply_at is not None
    assert Rating.objects.get().raw == "good"
    assert VendorFigure.objects.filter(ticket=found, name="first_reply").count() == 2
    assert RejectedRow.objects.count() == (files is LINES)
    assert done.job is not None
    told = left_out.sentences(done.job.cursor)
    assert [("README.md" in said, "audits.json" in said) for said in told] == [(True, True)] * (
        files is PAGES
    )


def test_rows_without_a_number_of_their_own_are_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "CHUNK_RECORDS", 1)
    by = [ticket()["requester_id"], 9]
    said = [
        {"ticket_id": 35, "author_id": by[n % 2], "public": True, "created_at": f"2026-05-04T1{n}:00:00Z"}
        for n in range(4)
    ]
    bring(zipped(tickets__ndjson=lines(ticket()), ticket_comments__ndjson=lines(*said)), read_as="zendesk")
    assert [at.hour for at in Ticket.objects.get().answered_at] == [13]


def test_metrics_that_come_later_are_added_to_the_tickets_that_are_here() -> None:
    bring(page("tickets", ticket(), ticket(id=36)), read_as="zendesk")
    done = bring(zipped(**PAGES), read_as="zendesk")
    assert (done.added, done.changed, done.same) == (0, 2, 0)
    assert Ticket.objects.get(external_id="35").reopen_count == 2


@pytest.mark.parametrize(
    "content", [PAGES["ticket_metrics__json"], LINES["export/part1__ndjson"], lines(RATING)]
)
def test_one_of_them_alone_says_what_to_do(content: str) -> None:
    with pytest.raises(FileRefused, match=r"alone.*one \.zip with the file of tickets"):
        draft(content)


@pytest.mark.parametrize("own", [{"score": 5}, {"time_spent": 300}], ids=["score", "time spent"])
def test_somebodys_own_tickets_are_none_of_them(own: dict[str, Any]) -> None:
    found = draft(lines({"ticket_id": 1, "state": "closed", "opened_at": "2026-05-04", **own}))
    assert (found.form, {*own} <= {*found.header}) == ("json", True)


def test_a_broken_one_is_refused_by_name() -> None:
    with pytest.raises(FileRefused, match=r"users\.json.*cut off"):
        draft(zipped(tickets__json=page("tickets", ticket()), users__json='{"users": [{"id": 1'))


def test_flat_records_are_a_warehouses() -> None:
    """Of one helpdesk's tickets it is told by what lies in them."""
    flat = {name: value for name, value in ticket().items() if not isinstance(value, dict | list)}
    tags = lines({"ticket_id": 35, "tag": "vip", "_fivetran_synced": "2026-05-04"})
    assert draft(zipped(ticket__ndjson=lines(flat), ticket_tag__ndjson=tags)).form == "tables"
