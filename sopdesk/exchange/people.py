"""Authors of imported texts whom the desk does not know: people without a log-in, under the name they had."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.audit.recording import Actor

DOMAIN = "imported.invalid"
"""No mail is ever delivered there (RFC 2606)."""


def person_of(name: str, address: str, *, actor: User) -> User:
    """The person of this address, or of this name among those imported before; else a new one who cannot sign in.

    A revision without an author belongs to one person called so, never to whoever imports it.
    """
    name = " ".join(name.split())[:120] or _("Author not recorded")
    address = _sound(address) or _made_up(name)
    known = User.objects.filter(email__iexact=address).first()
    if known is not None:
        return known
    require(actor, Permission.PEOPLE_EDIT)
    return _added(name, address, actor)


def _added(name: str, address: str, actor: User) -> User:
    by: Actor = actor
    with transaction.atomic():
        person = User.objects.create_user(address, None, name=name, roles=[], is_active=False)
        record(actor=by, event=Event.USER_CREATED, subject=person, facts={"imported": True, "roles": []})
    return person


def _sound(address: str) -> str:
    try:
        validate_email(address.strip())
    except ValidationError:
        return ""
    return address.strip().lower()


def _made_up(name: str) -> str:
    """The same address for the same name, so that a second import finds the person of the first."""
    return f"author-{hashlib.sha256(name.casefold().encode()).hexdigest()[:12]}@{DOMAIN}"
