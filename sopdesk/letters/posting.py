"""Posting: a letter is a row that commits with the work it tells of. Sending: beat takes what waits.

So a mail server that is down delays letters and nothing else, and nothing is told that was rolled back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from sopdesk.letters.models import Letter

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

log = structlog.get_logger(__name__)
AT_ONCE = 100
MAX_ATTEMPTS = 10
KEPT = timedelta(days=30)
SUBJECT_MAX = Letter._meta.get_field("subject").max_length or 200


def post(*, to: User | str, subject: str, body: str, key: str) -> Letter:
    """Write a letter to a person or an address, in the caller's transaction; one of the same key is written once.

    Somebody who may no longer sign in is not written to: their letter counts as sent.
    """
    address = to if isinstance(to, str) else to.email
    silent = not isinstance(to, str) and not to.is_active
    letter, _new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "to": address,
            "subject": " ".join(subject.split())[:SUBJECT_MAX],
            "body": body,
            "sent_at": timezone.now() if silent else None,
        },
    )
    return letter


def send_waiting() -> int:
    """Send letters that wait, oldest first. Returns how many left.

    Each is sent and marked in a transaction of its own; two senders never take the same one. One whose server
    refused it waits longer each time, and is given up after ten tries, which the log says.
    """
    now = timezone.now()
    waiting = Letter.objects.filter(sent_at=None, next_try_at__lte=now, attempts__lt=MAX_ATTEMPTS)
    return sum(_send(pk) for pk in waiting.values_list("pk", flat=True)[:AT_ONCE])


def forget_old() -> int:
    """Delete letters that left more than thirty days ago: they name people. Returns how many."""
    deleted, _by_model = Letter.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()
    return deleted


def _send(pk: int) -> bool:
    with transaction.atomic():
        letters = Letter.objects.select_for_update(skip_locked=True).filter(pk=pk, sent_at=None)
        letter = letters.first()
        if letter is None:
            return False
        letter.attempts += 1
        try:
            EmailMessage(letter.subject, letter.body, to=[letter.to]).send()
        except OSError as error:  # smtplib's errors are OSErrors; so is a server that is not there
            letter.next_try_at = timezone.now() + timedelta(minutes=2**letter.attempts)
            log.warning(
                "letter_not_sent", letter=letter.pk, attempts=letter.attempts, reason=type(error).__name__
            )
        else:
            letter.sent_at = timezone.now()
        letter.save(update_fields=["attempts", "next_try_at", "sent_at"])
        return letter.sent_at is not None
