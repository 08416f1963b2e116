"""THE permission table: what there is to allow, the roles, and which role is granted what.

Nothing else in the project decides who may do something. `require` is the first check of every verb;
which rows a person may see is decided by `visible_to` in each app's querysets.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


class Permission(StrEnum):
    """One thing a person may be allowed to do, as `thing:action`, sorted."""

    ALERTS_HANDLE = "alerts:handle"
    AUDIT_READ = "audit:read"
    CHANGE_APPROVE = "change:approve"
    CHANGE_ASSIGN = "change:assign"
    CHANGE_COMMENT = "change:comment"
    CHANGE_EDIT = "change:edit"
    CHANGE_INVITE = "change:invite"
    CHANGE_PUBLISH = "change:publish"
    CHANGE_PUBLISH_URGENTLY = "change:publish_urgently"
    CHANGE_READ = "change:read"
    COMPLIANCE_READ = "compliance:read"
    COMPLIANCE_SIGN = "compliance:sign"
    DOCUMENT_HAND_OVER = "document:hand_over"
    DOCUMENT_IMPORT = "document:import"
    DOCUMENT_READ_ALL = "document:read_all"
    DOCUMENT_READ_HISTORY = "document:read_history"
    DOCUMENT_READ_INTERNAL = "document:read_internal"
    DOCUMENT_VERIFY = "document:verify"
    EFFECTS_DATE = "effects:date"
    EFFECTS_RECOMPUTE = "effects:recompute"
    INITIATIVE_EDIT = "initiative:edit"
    METRICS_READ = "metrics:read"
    METRICS_READ_AGENTS = "metrics:read_agents"
    METRICS_READ_ALL_SITES = "metrics:read_all_sites"
    PEOPLE_EDIT = "people:edit"
    PEOPLE_READ = "people:read"
    PEOPLE_READ_ALL_SITES = "people:read_all_sites"
    PRIVACY_EDIT = "privacy:edit"
    QUALITY_DISPUTE = "quality:dispute"
    QUALITY_EDIT = "quality:edit"
    QUALITY_READ = "quality:read"
    QUALITY_REVIEW = "quality:review"
    READERSHIP_READ = "readership:read"
    REVIEW_RULES_EDIT = "review_rules:edit"
    SERVICE_LEVELS_EDIT = "service_levels:edit"
    TICKETS_IMPORT = "tickets:import"
    TICKETS_READ_TEXT = "tickets:read_text"


class Role(models.TextChoices):
    AGENT = "agent", gettext_lazy("agent")
    AUTHOR = "author", gettext_lazy("author")
    REVIEWER = "reviewer", gettext_lazy("reviewer")
    COMPLIANCE_OFFICER = "compliance_officer", gettext_lazy("compliance officer")
    LEAD = "lead", gettext_lazy("lead")
    ANALYST = "analyst", gettext_lazy("analyst")
    ADMINISTRATOR = "administrator", gettext_lazy("administrator")


P = Permission
_STAFF = frozenset({P.DOCUMENT_READ_INTERNAL, P.DOCUMENT_READ_HISTORY, P.COMPLIANCE_READ})
_POLICY = _STAFF | {
    P.ALERTS_HANDLE,
    P.CHANGE_ASSIGN,
    P.CHANGE_COMMENT,
    P.CHANGE_READ,
    P.DOCUMENT_READ_ALL,
    P.EFFECTS_RECOMPUTE,
    P.METRICS_READ,
    P.METRICS_READ_ALL_SITES,
    P.PEOPLE_READ,
    P.PEOPLE_READ_ALL_SITES,
    P.READERSHIP_READ,
    P.TICKETS_READ_TEXT,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset({P.DOCUMENT_READ_INTERNAL, P.DOCUMENT_READ_HISTORY}),
    Role.AUTHOR: _POLICY
    | {
        P.CHANGE_EDIT,
        P.CHANGE_PUBLISH,
        P.DOCUMENT_IMPORT,
        P.DOCUMENT_VERIFY,
        P.EFFECTS_DATE,
        P.INITIATIVE_EDIT,
    },
    Role.REVIEWER: _POLICY
    | {
        P.CHANGE_APPROVE,
        P.CHANGE_INVITE,
        P.CHANGE_PUBLISH,
        P.CHANGE_PUBLISH_URGENTLY,
        P.DOCUMENT_VERIFY,
        P.EFFECTS_DATE,
    },
    Role.COMPLIANCE_OFFICER: _POLICY
    | {
        P.CHANGE_APPROVE,
        P.CHANGE_INVITE,
        P.CHANGE_PUBLISH_URGENTLY,
        P.COMPLIANCE_SIGN,
        P.AUDIT_READ,
        P.PRIVACY_EDIT,
    },
    Role.LEAD: _STAFF
    | {
        P.ALERTS_HANDLE,
        P.EFFECTS_DATE,
        P.INITIATIVE_EDIT,
        P.METRICS_READ,
        P.METRICS_READ_AGENTS,
        P.PEOPLE_READ,
        P.QUALITY_DISPUTE,
        P.QUALITY_READ,
        P.QUALITY_REVIEW,
        P.READERSHIP_READ,
        P.TICKETS_READ_TEXT,
    },
    Role.ANALYST: _STAFF
    | {
        P.ALERTS_HANDLE,
        P.EFFECTS_RECOMPUTE,
        P.INITIATIVE_EDIT,
        P.METRICS_READ,
        P.METRICS_READ_ALL_SITES,
        P.QUALITY_EDIT,
        P.QUALITY_READ,
        P.QUALITY_REVIEW,
        P.SERVICE_LEVELS_EDIT,
        P.TICKETS_IMPORT,
        P.TICKETS_READ_TEXT,
    },
    Role.ADMINISTRATOR: _POLICY
    | {
        P.AUDIT_READ,
        P.CHANGE_INVITE,
        P.DOCUMENT_HAND_OVER,
        P.DOCUMENT_IMPORT,
        P.EFFECTS_DATE,
        P.INITIATIVE_EDIT,
        P.METRICS_READ_AGENTS,
        P.PEOPLE_EDIT,
        P.PRIVACY_EDIT,
        P.QUALITY_EDIT,
        P.QUALITY_READ,
        P.REVIEW_RULES_EDIT,
        P.SERVICE_LEVELS_EDIT,
        P.TICKETS_IMPORT,
    },
}


def granted(roles: Iterable[str]) -> frozenset[Permission]:
    """All that these roles allow together; an unknown role allows nothing."""
    return _granted(tuple(roles))


@lru_cache(maxsize=1024)  # a page asks for one person dozens of times
def _granted(roles: tuple[str, ...]) -> frozenset[Permission]:
    known = {role.value: grants for role, grants in GRANTS.items()}
    return frozenset().union(*(known.get(role, frozenset()) for role in roles))


def allows(user: User | AnonymousUser | None, permission: Permission) -> bool:
    """Whether this person may; nobody who is not signed in, or no longer may sign in, is allowed anything."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return permission in granted(user.roles)


def require(
    user: User | AnonymousUser | None, permission: Permission, obj: models.Model | None = None
) -> None:
    """Refuse unless the person may. An actor is always asked for: `None` is refused, never waved through.

    Raises PermissionDenied, naming the permission and what it was about.
    """
    if not allows(user, permission):
        subject = f" ({obj})" if obj is not None else ""
        raise PermissionDenied(
            _("You are not allowed to do this: %(what)s.") % {"what": permission + subject}
        )
