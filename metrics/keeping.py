"""Ways of reading that are kept under a name: kept, changed, renamed, removed. Imports hold a copy of theirs."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metrics import mapping
from metrics.mapping import MappingRefused
from metrics.models import Import, Mapping
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record


def keep(name: str, content: dict[str, Any], *, actor: User) -> Mapping:
    """Under a new name. Raises MappingRefused when it is taken."""
    require(actor, Permission.TICKETS_IMPORT)
    mapping.parse(content)
    _check_is_free(name)
    try:
        with transaction.atomic():
            kept = Mapping.objects.create(name=name, content=content, created_by=actor)
            record(actor=actor, event=Event.MAPPING_KEPT, subject=kept, facts={"name": name})
    except IntegrityError as taken:
        raise _taken(name) from taken
    return kept


def change(kept: Mapping, content: dict[str, Any], *, actor: User) -> Mapping:
    """What it says. Imports that were read by it stay as they are."""
    require(actor, Permission.TICKETS_IMPORT)
    mapping.parse(content)
    with transaction.atomic():
        locked = Mapping.objects.select_for_update().get(pk=kept.pk)
        locked.content = content
        locked.save(update_fields=["content"])
        facts = {"name": locked.name, "digest": mapping.digest(content)}
        record(actor=actor, event=Event.MAPPING_CHANGED, subject=locked, facts=facts)
    return locked


def rename(kept: Mapping, name: str, *, actor: User) -> Mapping:
    """Raises MappingRefused when the name is taken."""
    require(actor, Permission.TICKETS_IMPORT)
    try:
        with transaction.atomic():
            locked = Mapping.objects.select_for_update().get(pk=kept.pk)
            if name == locked.name:
                return locked
            _check_is_free(name)
            facts = {"from": locked.name, "to": name}
            locked.name = name
            locked.save(update_fields=["name"])
            record(actor=actor, event=Event.MAPPING_RENAMED, subject=locked, facts=facts)
    except IntegrityError as taken:
        raise _taken(name) from taken
    return locked


def remove(kept: Mapping, *, actor: User) -> None:
    require(actor, Permission.TICKETS_IMPORT)
    with transaction.atomic():
        locked = Mapping.objects.select_for_update().get(pk=kept.pk)
        record(actor=actor, event=Event.MAPPING_REMOVED, subject=locked, facts={"name": locked.name})
        locked.delete()


def _check_is_free(name: str) -> None:
    if not name or name in mapping.shipped() or Mapping.objects.filter(name=name).exists():
        raise _taken(name)


def _taken(name: str) -> MappingRefused:
    return MappingRefused([_("There is a mapping “%(name)s” already. Choose another name.") % {"name": name}])


def say_how(draft: Import, content: dict[str, Any], name: str, said: dict[str, Any], *, actor: User) -> None:
    """Note on the draft how its file is to be read.

    `said`: `time_zone`; `save_as`, a name to keep it under for the next time; `update`, to keep it under `name` again.
    Raises MappingRefused when the name was taken meanwhile.
    """
    require(actor, Permission.TICKETS_IMPORT)
    with transaction.atomic():
        if said.get("save_as"):
            name = keep(said["save_as"], content, actor=actor).name
        elif said.get("update"):
            change(Mapping.objects.get(name=name), content, actor=actor)
        draft.mapping, draft.mapping_name, draft.time_zone = content, name, said["time_zone"]
        draft.save(update_fields=["mapping", "mapping_name", "time_zone"])
