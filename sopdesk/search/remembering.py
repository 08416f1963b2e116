"""Remembering what was asked, so that gaps can be seen: by a worker, after the answer, and without the person."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import structlog
from kombu.exceptions import OperationalError

from sopdesk.search.tasks import write_query

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User

log = structlog.get_logger(__name__)
_ADDRESS = re.compile(r"\S+@\S+")
# A phone, card or order number; years, amounts and keys such as SOP-0042 are shorter.
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){5,}")


def remember(
    asked_id: uuid.UUID,
    what: str,
    *,
    viewer: User | AnonymousUser,
    kind: str,
    documents: int,
    opened: tuple[str, str] = ("", ""),
) -> None:
    """Note a settled question; again with `opened` (kind, key) when its reader opened a result.

    Without Redis nothing is noted, and the answer does not wait: a lost line of a statistic is no harm.
    """
    fields = {
        "what": without_personal_data(what)[:200],
        "kind": kind,
        "team_id": viewer.team_id if viewer.is_authenticated else None,
        "staff": viewer.is_authenticated,
        "documents": documents,
    }
    if any(opened):
        fields |= {"opened_kind": opened[0], "opened_key": opened[1]}
    try:
        write_query.apply_async((str(asked_id), fields), retry=False)
    except OperationalError as error:
        log.warning("search_query_not_noted", error=str(error))


def without_personal_data(text: str) -> str:
    """The text with e-mail addresses and long numbers taken out: people paste what a customer gave them."""
    return _LONG_NUMBER.sub("[…]", _ADDRESS.sub("[@]", text))
