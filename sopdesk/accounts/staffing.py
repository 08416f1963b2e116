"""Adding people, changing what they may do, ending their sign-in. Nobody is ever deleted: the record names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from sopdesk.accounts.errors import StaffingRefused
from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Permission, Role, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

OWN_FIELDS = frozenset({"name", "time_zone"})
STAFF_FIELDS = OWN_FIELDS | {"email", "team", "roles", "functions"}


def add_person(
    *,
    actor: User,
    email: str,
    name: str,
    roles: list[str],
    team: Team | None,
    time_zone: str,
    functions: Sequence[str] = (),
) -> User:
    """Add somebody, who then sets a password by the link that is mailed to them. Raises ValidationError."""
    require(actor, Permission.PEOPLE_EDIT)
    with transaction.atomic():
        said: dict[str, Any] = {
            "roles": roles,
            "functions": list(functions),
            "team": team,
            "time_zone": time_zone,
        }
        person = User.objects.create_user(email=email, name=name, **said)
        facts = {"roles": sorted(roles)} | ({"functions": sorted(functions)} if functions else {})
        record(actor=actor, event=Event.USER_CREATED, subject=person, facts=facts)
    return person


def change_person(person: User, *, actor: User, **values: Any) -> User:
    """Change name, e-mail, team, roles, functions or time zone; only what differs is written and recorded.

    Raises StaffingRefused when administrators would take the role from themselves, ValidationError for a bad value.
    """
    require(actor, Permission.PEOPLE_EDIT, person)
    with transaction.atomic():
        locked = _lock(person, actor)
        if "roles" in values and Role.ADMINISTRATOR not in values["roles"]:
            _refuse_to_end_own_rule(locked, actor, _("You cannot take the administrator role from yourself."))
        _write(locked, actor, {name: values[name] for name in sorted(STAFF_FIELDS & values.keys())})
    return locked


def change_profile(*, actor: User, name: str, time_zone: str) -> User:
    """Change one's own name and time zone; the rest is an administrator's. Raises ValidationError."""
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        _write(locked, actor, {"name": name, "time_zone": time_zone})
    return locked


def end_sign_in(person: User, *, actor: User) -> None:
    """Let somebody in no longer: they are out at their next request. Raises StaffingRefused for oneself."""
    require(actor, Permission.PEOPLE_EDIT, person)
    with transaction.atomic():
        locked = _lock(person, actor)
        _refuse_to_end_own_rule(locked, actor, _("You cannot end your own sign-in."))
        _set_active(locked, False, actor, Event.USER_DISABLED)


def restore_sign_in(person: User, *, actor: User) -> None:
    """Let somebody in again, with the password they had."""
    require(actor, Permission.PEOPLE_EDIT, person)
    with transaction.atomic():
        _set_active(_lock(person, actor), True, actor, Event.USER_ENABLED)


def remove_second_factor(person: User, *, actor: User) -> None:
    """For somebody who lost their phone and their recovery codes: the password alone lets them in again."""
    require(actor, Permission.PEOPLE_EDIT, person)
    with transaction.atomic():
        locked = _lock(person, actor)
        removed, _rows = Authenticator.objects.filter(user=locked).delete()
        if removed:
            record(actor=actor, event=Event.USER_SECOND_FACTOR_REMOVED, subject=locked)


def _lock(person: User, actor: User) -> User:
    """The person's row, locked. The actor's is locked and asked again: two administrators may act on each other.

    What they do themselves meanwhile may still name them: it may hold the end of the audit chain, waited for here.
    """
    rows = User.objects.filter(pk__in={person.pk, actor.pk}).order_by("pk").select_for_update(no_key=True)
    locked = {row.pk: row for row in rows}
    require(locked.get(actor.pk), Permission.PEOPLE_EDIT, person)
    return locked[person.pk]


def _refuse_to_end_own_rule(person: User, actor: User, reason: str) -> None:
    """Whoever acts stays an administrator, so that there is always one left."""
    if person.pk == actor.pk:
        raise StaffingRefused(_("%(reason)s Ask another administrator to do it.") % {"reason": reason})


def _write(person: User, actor: User, values: dict[str, Any]) -> None:
    if "email" in values:
        values["email"] = values["email"].strip().lower()
    changed = [name for name, value in values.items() if getattr(person, name) != value]
    if not changed:
        return
    facts: dict[str, Any] = {"changed": changed}
    for name in ("roles", "functions"):
        if name in changed:
            facts |= {f"{name}_before": sorted(getattr(person, name)), name: sorted(values[name])}
    for name in changed:
        setattr(person, name, values[name])
    person.full_clean(exclude=["password"])
    person.save(update_fields=changed)
    if "email" in changed:
        EmailAddress.objects.filter(user=person).delete()  # Or the old address would still sign in.
    record(actor=actor, event=Event.USER_CHANGED, subject=person, facts=facts)


def _set_active(person: User, active: bool, actor: User, event: Event) -> None:
    if person.is_active == active:
        return
    person.is_active = active
    person.save(update_fields=["is_active"])
    record(actor=actor, event=event, subject=person)
