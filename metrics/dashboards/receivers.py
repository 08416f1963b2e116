"""Who may be sent figures, and by whom."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, allows
from sopdesk.accounts.querysets import UserQuerySet


def may_receive(actor: User) -> UserQuerySet:
    """People who read figures and may sign in: all of them for whoever reads the figures of all sites, else those that
    this person sees; always themselves."""
    roles = [role.value for role, grants in GRANTS.items() if Permission.METRICS_READ in grants]
    reading = reduce(or_, (Q(roles__contains=[role]) for role in roles))
    found: UserQuerySet = User.objects.get_queryset().filter(reading, is_active=True).order_by("name")
    if allows(actor, Permission.METRICS_READ_ALL_SITES):
        return found
    return found.filter(Q(pk__in=User.objects.visible_to(actor).values("pk")) | Q(pk=actor.pk))
