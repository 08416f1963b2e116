"""Proposing an initiative, changing it, its steps, and the changes that are part of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metrics import aliases
from metrics.definitions import BY_KEY, Unit
from metrics.improving import measuring, scopes
from metrics.improving.definitions import aims
from metrics.improving.errors import InitiativeRefused
from metrics.improving.models import Baseline, Initiative, LinkedChange, Transition
from metrics.improving.scopes import Scope, site_of
from metrics.improving.states import STEP, State
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission, allows, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from metrics.filters import Period
    from sopdesk.accounts.models import Site
    from sopdesk.documents.models import Change

NAMES: Final = ("title", "why", "owner", "metric", "direction", "target", "due_on")


def propose(
    *, label: str, lever: str, period: Period, actor: User, scope: Scope | None = None, **values: Any
) -> Initiative:
    """A new initiative for a label: `NAMES` of Initiative. Its baseline is frozen here, over the period, of what the
    actor may see within the scope. Raises InitiativeRefused."""
    require(actor, Permission.INITIATIVE_EDIT)
    label, of = aliases.names().meant(label), scope or Scope(site_of(actor))
    scopes.check(of, actor)
    _check(values, of.site)
    with transaction.atomic():
        made = Initiative(label=label, lever=lever, site=of.site, scope=of.rest, created_by=actor, **values)
        found = measuring.figures(made, actor, period, [made.metric, *measuring.BESIDE])
        if not found[made.metric].n and found[made.metric].value is None:
            raise InitiativeRefused(
                _("That figure is not measured for this label in these days, so there is nothing to compare with. "
                  "Choose another figure or another period.")
            )  # fmt: skip
        made.save()
        Baseline.objects.bulk_create(
            Baseline(
                initiative=made, metric=key, measured_as=one.metric.key, first=period.first,
                last=period.last, value=one.value, n=one.n,
                low=one.low, high=one.high,
            )
            for key, one in found.items()
        )  # fmt: skip
        Transition.objects.create(initiative=made, ends=State.PROPOSED, by=actor)
        frozen = {key: {"value": one.value, "n": one.n} for key, one in found.items()}
        where = {"site": of.site and of.site.slug, **of.rest}
        facts = {
            **_facts(made),
            "label": label,
            "scope": where,
            "baseline": frozen,
            "from": period.first,
            "to": period.last,
        }
        record(actor=actor, event=Event.INITIATIVE_PROPOSED, subject=made, facts=facts)
        return made


def change(initiative: Initiative, *, actor: User, **values: Any) -> Initiative:
    """Change what it says, or hand it over. What it aims at stays, for its baseline is frozen: `metric` may not be
    given. Raises InitiativeRefused."""
    with _owned(initiative, actor) as locked:
        _check({**_values(locked), **values}, locked.site)
        before = _facts(locked)
        for name, value in values.items():
            setattr(locked, name, value)
        changed = [name for name in values if before[name] != _facts(locked)[name]]
        if changed:
            locked.save(update_fields=changed)
            facts = {**_facts(locked), "before": before}
            record(actor=actor, event=Event.INITIATIVE_CHANGED, subject=locked, facts=facts)
        return locked


def move(initiative: Initiative, step: str, *, note: str, actor: User) -> Initiative:
    """Take a step of `states.STEPS`. Dropping needs a reason. Raises InitiativeRefused."""
    with _owned(initiative, actor) as locked:
        wanted = STEP.get(step)
        if wanted is None or locked.state not in wanted.begins:
            raise InitiativeRefused(_("It is not in the state for this step any more. Nothing was changed."))
        if step == "drop" and not note.strip():
            raise InitiativeRefused(_("Say why it is dropped."))
        begins, locked.state = locked.state, wanted.ends
        locked.save(update_fields=["state"])
        Transition.objects.create(
            initiative=locked, begins=begins, ends=wanted.ends, note=note.strip(), by=actor
        )
        facts = {"from": begins, "to": wanted.ends, "note": note.strip()}
        record(actor=actor, event=Event.INITIATIVE_MOVED, subject=locked, facts=facts)
        return locked


def link(initiative: Initiative, change: Change, *, actor: User) -> None:
    """Say that a change is part of it; twice is once."""
    with _owned(initiative, actor) as locked:
        _row, made = LinkedChange.objects.get_or_create(
            initiative=locked, change=change, defaults={"by": actor}
        )
        if made:
            facts = {"change": change.pk, "title": str(change)}
            record(actor=actor, event=Event.INITIATIVE_LINKED, subject=locked, facts=facts)


def unlink(initiative: Initiative, change: Change, *, actor: User) -> None:
    """Say that it is not; it can be linked again."""
    with _owned(initiative, actor) as locked:
        gone, _by_model = LinkedChange.objects.filter(initiative=locked, change=change).delete()
        if gone:
            facts = {"change": change.pk, "title": str(change)}
            record(actor=actor, event=Event.INITIATIVE_UNLINKED, subject=locked, facts=facts)


def may_edit(user: User, initiative: Initiative) -> bool:
    """Its owner; where they may not sign in any more, anybody who may have initiatives and sees it."""
    if not allows(user, Permission.INITIATIVE_EDIT):
        return False
    if initiative.owner_id == user.pk:
        return True
    return (
        not initiative.owner.is_active
        and Initiative.objects.visible_to(user).filter(pk=initiative.pk).exists()
    )


def owners(site: Site | None) -> QuerySet[User]:
    """Who may own an initiative of a site: whoever may have one and sees it."""
    can = [role for role, granted in GRANTS.items() if Permission.INITIATIVE_EDIT in granted]
    everywhere = [role.value for role in can if Permission.METRICS_READ_ALL_SITES in GRANTS[role]]
    found = User.objects.filter(is_active=True)
    able = found.filter(roles__overlap=everywhere)
    if site is not None:
        able = able | found.filter(roles__overlap=[role.value for role in can], team__site=site)
    return able.order_by("name")


def _check(values: dict[str, Any], site: Site | None) -> None:
    metric = BY_KEY.get(values["metric"]) if values["metric"] in aims() else None
    if metric is None:
        raise InitiativeRefused(_("An initiative cannot aim at this figure."))
    if metric.unit is Unit.SHARE and not 0 <= values["target"] <= 1:
        raise InitiativeRefused(_("A share is from 0 to 100 %."))
    if values["target"] < 0:
        raise InitiativeRefused(_("A time cannot be negative."))
    if not owners(site).filter(pk=values["owner"].pk).exists():
        raise InitiativeRefused(
            _("%(name)s may not have this initiative: they do not see its figures.")
            % {"name": values["owner"]}
        )


@contextmanager
def _owned(initiative: Initiative, actor: User) -> Iterator[Initiative]:
    require(actor, Permission.INITIATIVE_EDIT, initiative)
    with transaction.atomic():
        rows = Initiative.objects.select_for_update(of=("self",)).select_related("owner", "site")
        locked = rows.get(pk=initiative.pk)
        if not may_edit(actor, locked):
            raise PermissionDenied
        yield locked


def _values(initiative: Initiative) -> dict[str, Any]:
    return {name: getattr(initiative, name) for name in NAMES}


def _facts(initiative: Initiative) -> dict[str, Any]:
    facts = _values(initiative)
    return {**facts, "owner": str(facts["owner"])}


def is_late(initiative: Initiative, today: date | None = None) -> bool:
    """Whether its day has passed and it is not over."""
    over = {State.DONE.value, State.DROPPED.value}
    return initiative.state not in over and initiative.due_on < (today or timezone.localdate())
