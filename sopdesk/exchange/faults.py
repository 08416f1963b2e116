"""A fault that nobody foresaw in one file is that file's alone: the others go on, and the log says what it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from sopdesk.jobs.registry import JobRefused

if TYPE_CHECKING:
    from sopdesk.exchange.models import IntakeFile

log = structlog.get_logger(__name__)
NOT_OF_THE_FILE = (
    JobRefused,
    PermissionDenied,
    OperationalError,
    InterfaceError,
    SoftTimeLimitExceeded,
    MemoryError,
)
"""What stops the chunk, which is then refused or done again: the next file would fare no better."""


def succeeds(do: Callable[[], None], file: IntakeFile) -> bool:
    """Do what is to be done with a file, or, when it fails, nothing of it. Returns whether it was done."""
    try:
        with transaction.atomic():
            do()
    except NOT_OF_THE_FILE:
        raise
    except Exception:
        log.exception("exchange_file_failed", intake=file.intake_id, file=file.number)
        return False
    return True


def reason() -> str:
    return _("The desk failed at this file, which is logged for those who run it. Try it as Markdown (.md).")
