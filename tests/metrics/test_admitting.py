"""What of a person comes through the door of an import."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from metrics import requesters
from metrics.models import RejectedRow, Source, Suppression, Ticket, TicketText
from tests.metrics.bringing import SHIPPED, bring, source

pytestmark = pytest.mark.django_db

HEAD = "external_id,status,created_at,requester,subject,body,note\n"
ROW = (
    "A1,open,2026-05-04T09:00Z,ann@example.com,Call +353 87 123 4567,"
    '"I am ann@example.com, 4111 1111 1111 1111",10.1.2.3\n'
)
MAPPING = {
    **SHIPPED["sopdesk"],
    "columns": {**SHIPPED["sopdesk"]["columns"], "subject": "subject", "body": "body"},
    "custom": ["note"],
}


def keeping(*, subject: bool = True, body: bool = True) -> Source:
    at = source()
    at.keeps_subject, at.keeps_body = subject, body
    at.save()
    return at


def erased(address: str) -> None:
    key = requesters.known_keys()[0]
    Suppression.objects.create(key_id=requesters.fingerprint(key), hashed=requesters.hashed(address, key))


def test_texts_are_not_kept_unless_the_source_says_so() -> None:
    bring(HEAD + ROW, read_as=MAPPING)
    assert Ticket.objects.count() == 1
    assert not TicketText.objects.exists()


def test_texts_are_masked_before_they_are_written() -> None:
    bring(HEAD + ROW, read_as=MAPPING, at=keeping())
    text = TicketText.objects.get()
    assert (text.subject, text.body) == ("Call [phone]", "I am [email], [card]")


def test_a_long_subject_is_cut_and_not_rejected() -> None:
    done = bring(HEAD + ROW.replace("Call", "Call " * 100), read_as=MAPPING, at=keeping(body=False))
    text = TicketText.objects.get()
    assert (done.rejected, text.body) == (0, None)
    assert 250 < len(text.subject or "") <= 300


def test_a_changed_row_replaces_the_text() -> None:
    bring(HEAD + ROW, read_as=MAPPING, at=keeping())
    bring(HEAD + ROW.replace("Call", "Ring"), read_as=MAPPING)
    assert TicketText.objects.get().subject == "Ring [phone]"
    keeping(subject=False, body=False)
    bring(HEAD + ROW.replace("Call", "Phone"), read_as=MAPPING)
    assert not TicketText.objects.exists()


def test_columns_kept_as_they_are_are_masked() -> None:
    bring(HEAD + ROW, read_as=MAPPING)
    assert Ticket.objects.get().custom == {"note": "[ip]"}


def test_a_rejected_cell_is_masked() -> None:
    bring(HEAD + ROW.replace("2026-05-04T09:00Z", "ann@example.com"), read_as=MAPPING)
    assert RejectedRow.objects.get().value == "[email]"


def test_an_erased_person_does_not_come_back() -> None:
    erased(" ANN@example.com")
    bring(HEAD + ROW + ROW.replace("A1", "A2").replace("ann@", "bob@"), read_as=MAPPING, at=keeping())
    ann, bob = Ticket.objects.order_by("external_id")
    assert (ann.requester_key, ann.custom, bob.custom) == (None, {}, {"note": "[ip]"})
    assert bob.requester_key
    assert [text.ticket_id for text in TicketText.objects.all()] == [bob.pk]


def test_a_person_erased_under_a_key_of_before_does_not_come_back(settings: Settings) -> None:
    erased("ann@example.com")
    settings.REQUESTER_KEY, settings.REQUESTER_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    bring(HEAD + ROW, read_as=MAPPING)
    assert Ticket.objects.get().requester_key is None


def test_the_key_of_now_may_be_named_without_changing_anybody(settings: Settings) -> None:
    before = requesters.known_keys()
    settings.REQUESTER_KEY = settings.SECRET_KEY
    assert requesters.known_keys() == before
    settings.REQUESTER_KEY = "another"
    assert requesters.known_keys() != before
