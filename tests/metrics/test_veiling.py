"""What a page or a download shows of an uploaded file holds nobody that the door would take out."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from metrics import rejecting, requesters, veiling
from metrics.admitting import door_of
from metrics.models import Import, RejectedRow, Source, Suppression, Ticket
from sopdesk.accounts.models import User
from tests.metrics.bringing import SHIPPED, bring, source

pytestmark = pytest.mark.django_db

HEAD = "external_id,status,created_at,requester,Contact name,subject,note,assignee\n"
ROW = "A{n},open,{when},ann@example.com,Ann Smith,Call +353 87 123 4567,card 4111 1111 1111 1111,dev@desk.example\n"
READ_AS = {**SHIPPED["sopdesk"], "columns": {**SHIPPED["sopdesk"]["columns"], "subject": "subject"}}


def rows(done: Import) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO("".join(rejecting.as_csv(done)).removeprefix("\ufeff")))]


@pytest.mark.parametrize(
    ("header", "told"),
    [("Requester email", True), ("contact_name", True), ("First Name", True), ("E-mail", True), ("cc", True),
     ("Contact reason", False), ("Assignee", False), ("status", False), ("Customer tier", False)],
)  # fmt: skip
def test_a_header_says_whether_it_names_a_customer(header: str, told: bool) -> None:
    assert veiling.is_personal(header) is told


def test_rejected_rows_are_given_out_without_people() -> None:
    (row,) = rows(bring(HEAD + ROW.format(n=1, when="yesterday"), read_as=READ_AS))
    key = requesters.known_keys()[0]
    assert row["requester"] == "customer:" + requesters.hashed("ann@example.com", key)
    assert (row["external_id"], row["created_at"], row["assignee"]) == ("A1", "yesterday", "dev@desk.example")
    assert (row["Contact name"], row["subject"], row["note"]) == ("[person]", "", "card [card]")
    Source.objects.update(keeps_subject=True)
    assert rows(Import.objects.select_related("source", "job").get())[0]["subject"] == "Call [phone]"


def test_a_mended_row_brings_the_same_customer_in() -> None:
    done = bring(HEAD + ROW.format(n=1, when="yesterday") + ROW.format(n=2, when="2026-05-04T09:00Z"))
    mended = "".join(rejecting.as_csv(done)).replace("yesterday", "2026-05-04T10:00Z")
    bring(mended.removeprefix("\ufeff"))
    assert len({*Ticket.objects.values_list("requester_key", flat=True)}) == 1
    assert Ticket.objects.count() == 2


def test_a_row_that_cannot_be_told_apart_is_masked_as_a_text() -> None:
    done = bring(HEAD + ROW.format(n=1, when="2026-05-04T09:00Z").replace("Ann Smith", "Smith,Ann"))
    said = "".join(rejecting.as_csv(done))
    assert "ann@example.com" not in said
    assert "customer:" in said
    assert "[phone]" in said


def test_who_was_erased_is_in_no_download() -> None:
    done = bring(HEAD + ROW.format(n=1, when="yesterday"), read_as=READ_AS)
    key = requesters.known_keys()[0]
    hashed = requesters.hashed("ann@example.com", key)
    Suppression.objects.create(key_id=requesters.fingerprint(key), hashed=hashed)
    (row,) = rows(Import.objects.select_related("source", "job").get(pk=done.pk))
    assert [row[name] for name in ("requester", "Contact name", "subject", "note")] == [""] * 4
    assert row["external_id"] == "A1"
    assert door_of(source()).is_erased(f"customer:{hashed}")


def test_the_preview_shows_no_person(gia: User, as_person: Any) -> None:
    browser: Client = as_person(gia)
    content = HEAD + ROW.format(n=1, when="2026-05-04T09:00Z") + ROW.format(n=2, when="+353 87 123 4567")
    file = SimpleUploadedFile("t.csv", content.encode())
    browser.post("/imports/new", {"file": file, "source": "Desk"})
    draft = Import.objects.latest("pk")
    address = reverse("metrics:import_map", args=[draft.pk])
    pages = browser.get(address).content.decode()
    said = {f"column_{name}": name for name in ("external_id", "created_at", "requester")}
    said |= {"column_status": "requester", "time_zone": "UTC", "dates": "iso"}
    pages += browser.post(reverse("metrics:import_preview", args=[draft.pk]), said).content.decode()
    for personal in ("ann@example.com", "Ann Smith", "123 4567", "4111"):
        assert personal not in pages
    for shown in ("customer:", "[person]", "[card]"):
        assert shown in pages
    assert not RejectedRow.objects.exists()
