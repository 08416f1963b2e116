"""Letters commit with what they tell of, leave once, and outlast a mail server that is down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.letters import posting
from sopdesk.letters.models import Letter

pytestmark = pytest.mark.django_db


def test_a_letter_leaves_once(ana: User) -> None:
    posting.post(to=ana, subject="Read\nthis", body="Now.", key="a")
    assert (posting.send_waiting(), posting.send_waiting()) == (1, 0)
    assert [(sent.to, sent.subject, sent.body) for sent in mail.outbox] == [
        ([ana.email], "Read this", "Now.")
    ]


def test_the_same_thing_is_told_once(ana: User) -> None:
    first = posting.post(to=ana, subject="Read", body="Now.", key="a")
    assert posting.post(to=ana, subject="Again", body="Now.", key="a") == first
    assert Letter.objects.count() == 1


def test_what_is_rolled_back_is_not_told(ana: User) -> None:
    with transaction.atomic():
        posting.post(to=ana, subject="Read", body="Now.", key="a")
        transaction.set_rollback(True)
    assert posting.send_waiting() == 0


def test_nobody_is_written_to_who_may_no_longer_sign_in(ana: User) -> None:
    ana.is_active = False
    posting.post(to=ana, subject="Read", body="Now.", key="a")
    assert posting.send_waiting() == 0
    assert mail.outbox == []


def test_a_server_that_is_down_delays_a_letter(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: Any, messages: Any) -> int:
        raise ConnectionRefusedError

    letter = posting.post(to=ana, subject="Read", body="Now.", key="a")
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", down)
        assert posting.send_waiting() == 0
    letter.refresh_from_db()
    assert letter.attempts == 1
    assert letter.next_try_at > timezone.now()
    Letter.objects.update(next_try_at=timezone.now())
    assert posting.send_waiting() == 1


def test_letters_that_left_are_forgotten(ana: User) -> None:
    posting.post(to=ana, subject="Read", body="Now.", key="a")
    posting.send_waiting()
    Letter.objects.update(sent_at=timezone.now() - timedelta(days=31))
    posting.post(to=ana, subject="Read", body="Now.", key="b")
    assert posting.forget_old() == 1
    assert list(Letter.objects.values_list("key", flat=True)) == ["b"]
