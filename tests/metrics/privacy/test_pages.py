"""The pages of privacy, and the page of one ticket."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from metrics import importing
from metrics.models import Import, Source, Suppression, Ticket, TicketText
from metrics.privacy import holding, showing
from metrics.privacy.models import LegalHold, PersonExport, TextView
from sopdesk.accounts.models import Team, User
from tests.access_world_privacy import ANN, ticket
from tests.metrics.bringing import bring, draft, source

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(payments: Team) -> Ticket:
    return ticket(source(), "A1", payments)


def answer(client: Client, page: str, /, *args: object, **posted: object) -> tuple[int, str]:
    url = reverse(f"privacy:{page}", args=args)
    response = client.post(url, posted, follow=True) if posted else client.get(url)
    return response.status_code, response.content.decode()


def test_what_a_source_keeps_is_changed_on_its_page(client: Client, carla: User) -> None:
    client.force_login(carla)
    at = source()
    wrong = {
        "name": "Desk",
        "time_zone": "UTC",
        "phone_region": "xx",
        "keep_months": "0",
        "keep_file_days": "30",
        "rating_day": "given",
    }
    status, page = answer(client, "source", at.pk, **wrong)
    assert status == 422
    assert "“XX” is no region we know" in page
    right = {**wrong, "phone_region": "ie", "keep_months": "24", "keeps_subject": "on"}
    status, page = answer(client, "source", at.pk, **right)
    assert status == 200
    assert "24 months" in page
    kept = Source.objects.get()
    assert (kept.name, kept.phone_region, kept.keep_months, kept.keeps_subject) == ("Desk", "IE", 24, True)


def test_a_purge_is_told_and_then_begun(client: Client, carla: User, ann: Ticket) -> None:
    client.force_login(carla)
    assert "kept for ever" in answer(client, "purge", ann.source_id)[1]
    Source.objects.update(keep_months=12)
    Ticket.objects.update(updated_at="2024-05-05T00:00Z")
    assert "Delete 1 ticket now" in answer(client, "purge", ann.source_id)[1]
    assert "Deletion has begun" in answer(client, "purge", ann.source_id, go="1")[1]
    assert Ticket.objects.exists()


def test_a_hold_is_placed_and_ended(client: Client, carla: User, ann: Ticket) -> None:
    client.force_login(carla)
    status, page = answer(client, "hold_add", reason="Dispute 7", label="")
    assert status == 422
    assert "Say what is held" in page
    assert "Dispute 7" in answer(client, "hold_add", reason="Dispute 7", person=ANN)[1]
    hold = LegalHold.objects.get()
    assert hold.people == [ann.requester_key]
    assert answer(client, "hold_end", hold.pk, reason="")[0] == 422
    assert "settled" in answer(client, "hold_end", hold.pk, reason="settled")[1]
    assert "ended already" in answer(client, "hold_end", hold.pk, reason="again")[1]


def found(client: Client) -> tuple[str, str]:
    page = answer(client, "persons", address=ANN)[1]
    token = re.search(r'name="person" value="([^"]+)"', page)
    assert token
    return token[1], page


def test_a_person_is_found_given_out_and_erased(client: Client, carla: User, ann: Ticket) -> None:
    client.force_login(carla)
    token, page = found(client)
    assert "1 ticket" in page
    assert ANN not in page
    assert f"person-{1}" not in page
    assert "The file is made" in answer(client, "export", person=token)[1]
    made = PersonExport.objects.get()
    assert client.get(reverse("privacy:download", args=[made.pk]))["Content-Type"] == "application/zip"
    status, page = answer(client, "erase", person=token)
    assert status == 422
    assert Ticket.objects.exclude(requester_key=None).exists()
    assert (
        "Erased from 1 ticket. No import brings them back under this address."
        in answer(client, "erase", person=token, sure="on")[1]
    )
    assert not Ticket.objects.exclude(requester_key=None).exists()
    assert Suppression.objects.count() == 1


def test_the_page_says_what_an_erasure_does_not_cover(client: Client, carla: User, ann: Ticket) -> None:
    bring("external_id,status,created_at,requester\nA7,open,2026-05-04,4711\n", at=source("By number"))
    client.force_login(carla)
    page = found(client)[1]
    assert "know, or knew, customers by a number" in page
    assert "<bdi>By number</bdi>" in page
    assert "not imported yet" not in page
    draft("external_id,status,created_at\nA8,open,2026-05-04\n")
    assert "1 file that is not imported yet may name the person" in found(client)[1]
    page = answer(client, "persons", address="4711")[1]
    assert "1 ticket," in page
    assert "customers by e-mail address" not in page
    token = re.search(r'name="person" value="([^"]+)"', page)
    assert token
    assert "back under this number." in answer(client, "erase", person=token[1], sure="on")[1]


def test_an_erasure_is_lifted_on_the_persons_page(client: Client, carla: User, ann: Ticket) -> None:
    client.force_login(carla)
    token, page = found(client)
    assert "Lift the erasure" not in page
    answer(client, "erase", person=token, sure="on")
    assert "Lift the erasure" in found(client)[1]
    assert answer(client, "lift", person=token)[0] == 422
    assert Suppression.objects.exists()
    assert "The erasure is lifted." in answer(client, "lift", person=token, mistaken="on")[1]
    assert not Suppression.objects.exists()


def test_views_of_texts_go_after_their_time(client: Client, carla: User, ann: Ticket) -> None:
    for number in (ann.pk, 999):
        TextView.objects.create(ticket_number=number, ticket_label="A1", user=carla, why="x")
    assert showing.forget_old() == 0
    TextView.objects.update(at=timezone.now() - timedelta(days=731))
    holding.place(person="", reason="Dispute", external_id="A1", actor=carla)
    assert showing.forget_old() == 1
    assert TextView.objects.get().ticket_number == ann.pk
    client.force_login(carla)
    assert "Kept for 730 days." in answer(client, "text_views")[1]


def test_a_hold_refuses_the_erasure_in_words(client: Client, carla: User, ann: Ticket) -> None:
    client.force_login(carla)
    token, _page = found(client)
    holding.place(person="", reason="Dispute", external_id="A1", actor=carla)
    status, page = answer(client, "erase", person=token, sure="on")
    assert status == 409
    assert "Nothing was erased" in page
    assert "stood open too long" in answer(client, "erase", person="made up", sure="on")[1]


def test_a_text_is_shown_for_a_reason_that_is_noted(
    client: Client, gia: User, carla: User, ann: Ticket
) -> None:
    TicketText.objects.create(ticket=ann, subject="Call [phone]", body="I wait")
    client.force_login(gia)
    page = answer(client, "ticket", ann.pk)[1]
    assert "Call [phone]" not in page
    assert "Show the text" in page
    assert answer(client, "text_show", ann.pk, why=" ")[0] == 422
    assert not TextView.objects.exists()
    assert "Call [phone]" in answer(client, "text_show", ann.pk, why="why refunds repeat")[1]
    client.force_login(carla)
    page = answer(client, "text_views")[1]
    assert "why refunds repeat" in page
    assert "Helpdesk A1" in page
    url = reverse("privacy:text_views")
    assert "why refunds repeat" not in client.get(url, {"who": "Finn"}).content.decode()


def test_a_lead_of_a_vendor_reads_no_other_sites_ticket(client: Client, finn: User, ann: Ticket) -> None:
    TicketText.objects.create(ticket=ann, subject="Secret")
    client.force_login(finn)
    assert answer(client, "ticket", ann.pk)[0] == 404
    assert answer(client, "text_show", ann.pk, why="curious")[0] == 404
    assert not TextView.objects.exists()


@pytest.mark.parametrize("name", ["holds", "text_views", "retention"])
def test_a_list_costs_the_same_however_long_it_is(
    client: Client, carla: User, ann: Ticket, name: str
) -> None:
    client.force_login(carla)
    counts = []
    for number in (1, 6):
        for n in range(number):
            holding.place(person="", reason="Dispute", label=f"l{n}", actor=carla)
            TextView.objects.create(ticket_number=ann.pk, ticket_label="A1", user=carla, why="x")
            Source.objects.get_or_create(name=f"s{n}")
        client.get(reverse(f"privacy:{name}"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse(f"privacy:{name}"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_import_says_that_its_file_is_gone(client: Client, gia: User) -> None:
    done = bring("external_id,status,created_at\nA1,open,yesterday\n")
    Import.objects.update(file_removed_at=timezone.now())
    importing.stored_path(done).unlink()
    client.force_login(gia)
    page = client.get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "The uploaded file was deleted" in page
    rows = b"".join(client.get(reverse("metrics:import_rejected", args=[done.pk])))
    assert "The row itself is gone" in rows.decode()
