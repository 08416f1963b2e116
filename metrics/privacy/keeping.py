"""What a source keeps, and for how long: changed on one page, recorded with before and after."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from metrics import rating_days
from metrics.models import Source
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

FIELDS: Final = (
    "name", "time_zone", "keeps_subject", "keeps_body", "phone_region", "keep_months", "keep_file_days",
    "figures_follow", "rating_day",
)  # fmt: skip


def change(source: Source, *, actor: User, **values: Any) -> Source:
    """Change what a source is called, what is kept of its tickets, and on which day its ratings count. Raises
    ValidationError."""
    require(actor, Permission.PRIVACY_EDIT, source)
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        before = {name: getattr(locked, name) for name in FIELDS}
        for name in FIELDS:
            setattr(locked, name, values[name])
        locked.full_clean(exclude={field.name for field in Source._meta.fields} - {*FIELDS})
        changed = {name: [before[name], values[name]] for name in FIELDS if before[name] != values[name]}
        if changed:
            locked.save(update_fields=list(changed))
            record(actor=actor, event=Event.SOURCE_CHANGED, subject=locked, facts=changed)
        if "rating_day" in changed:
            rating_days.start(locked, actor=actor)
    return locked
