"""Who may read something written: the public, all staff, or named teams.

Every table that carries an audience has the two columns `audience` and `audience_teams`; what a person may
read of it is decided here, for documents and for the search index alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


class Audience(models.TextChoices):
    PUBLIC = "public", _("public")
    INTERNAL = "internal", _("all staff")
    TEAMS = "teams", _("named teams")


def readable_by(user: User | AnonymousUser, prefix: str = "") -> Q:
    """The rows whose audience takes in this person.

    `prefix` leads to the table with the columns, such as "version__". Nobody signed in reads what is public;
    staff also what is internal and what names their team; those with document:read_all read everything.
    """
    if allows(user, Permission.DOCUMENT_READ_ALL):
        return Q()
    public = Q(**{f"{prefix}audience": Audience.PUBLIC})
    if not user.is_authenticated or not allows(user, Permission.DOCUMENT_READ_INTERNAL):
        return public
    internal = public | Q(**{f"{prefix}audience": Audience.INTERNAL})
    if user.team is None:
        return internal
    named = Q(**{f"{prefix}audience": Audience.TEAMS, f"{prefix}audience_teams__contains": [user.team.slug]})
    return internal | named
