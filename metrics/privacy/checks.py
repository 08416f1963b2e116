"""What `manage.py check` says of personal data: with --deploy of its key, with --database of keys that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction

from metrics import lost_keys

NO_KEY: Final = Warning(
    "REQUESTER_KEY is not set: customers are hashed by SECRET_KEY, and who changes that hashes them anew.",
    hint="Set REQUESTER_KEY to a secret of its own; where the desk has tickets already, to the present SECRET_KEY.",
    id="metrics_privacy.W001",
)


@register(Tags.security, deploy=True)
def has_its_own_key(app_configs: Any, **_named: Any) -> list[CheckMessage]:
    return [] if settings.REQUESTER_KEY else [NO_KEY]


@register(Tags.database)
def knows_its_keys(
    app_configs: Any, databases: Sequence[str] | None = None, **_named: Any
) -> list[CheckMessage]:
    """A warning, since an error would keep `migrate` from running; it is imports that are refused."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        with transaction.atomic():
            said = lost_keys.warning(lost_keys.lost())
    except DatabaseError:
        return []  # its tables are not there yet
    return [Warning(said, id="metrics_privacy.W002")] if said else []
