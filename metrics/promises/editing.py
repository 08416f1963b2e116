"""New calendars and policies, and new versions of those there are. Nothing that was ever saved is changed.

A new version of a calendar gives every policy that uses it a new version too, from the same day: so a result needs to
name its policy only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from metrics import calendars
from metrics.models import Calendar, SiteHours, SlaPolicy, SlaTarget
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

LOCK: Final = 0x5350  # one edit at a time: versions are counted


class ServiceLevelRefused(Exception):
    """What was asked cannot be; the message says why. Nothing was changed."""


def save_calendar(
    values: dict[str, Any], *, old: Calendar | None, holds_from: date | None, note: str, actor: User
) -> Calendar:
    """A calendar with its intervals: a new one, or the next version of `old`. Raises ServiceLevelRefused.

    Where nothing differs, and it is not to hold sooner, no version is made: `old` comes back.
    """
    require(actor, Permission.SERVICE_LEVELS_EDIT, old)
    with transaction.atomic():
        _alone()
        calendar = Calendar(**values, **_version(Calendar, old, values["name"]))
        if old and _is_same(old, values) and _no_sooner(old, holds_from):
            return old
        calendar.holds_from, calendar.note, calendar.created_by = holds_from, note, actor
        calendar.save(force_insert=True)
        calendars.materialise(calendar)
        if not calendar.intervals.exists():
            raise ServiceLevelRefused(_("These hours are never open. Write the hours of one day at least."))
        for policy in _using(calendar.slug):
            _with_hours(policy, calendar, holds_from, actor)
        facts = {"version": calendar.version, "holds_from": str(holds_from or ""), "note": note}
        record(actor=actor, event=Event.CALENDAR_SAVED, subject=calendar, facts=facts)
        return calendar


def save_policy(
    values: dict[str, Any], *, old: SlaPolicy | None, targets: Iterable[dict[str, Any]], sites: dict[int, Calendar],
    holds_from: date | None, note: str, actor: User,
) -> SlaPolicy:  # fmt: skip
    """A policy: a new one, or the next version of `old`, whose source it keeps. Raises ServiceLevelRefused.

    `targets`: the columns of SlaTarget, without its policy. `sites`: hours by the site's key. Where nothing differs and
    it is not to hold sooner, no version is made: `old` comes back.
    """
    require(actor, Permission.SERVICE_LEVELS_EDIT, old)
    with transaction.atomic():
        _alone()
        targets, source = [*targets], old.source if old else values.get("source")
        if old is None and SlaPolicy.objects.filter(source=source).exists():
            raise ServiceLevelRefused(_("This source has a policy already. Change that one instead."))
        policy = SlaPolicy(**{**values, "source": source}, **_version(SlaPolicy, old, values["name"]))
        if old and _is_said_by(old, values, targets, sites) and _no_sooner(old, holds_from):
            return old
        policy.holds_from, policy.note, policy.created_by = holds_from, note, actor
        _insert(policy, targets, sites)
        facts = {"version": policy.version, "holds_from": str(holds_from or ""), "note": note}
        record(actor=actor, event=Event.POLICY_SAVED, subject=policy, facts=facts)
        return policy


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _no_sooner(old: Calendar | SlaPolicy, holds_from: date | None) -> bool:
    return old.holds_from is None or (holds_from is not None and holds_from >= old.holds_from)


def _is_same(old: Calendar, values: dict[str, Any]) -> bool:
    return all(getattr(old, name) == value for name, value in values.items())


def _is_said_by(
    old: SlaPolicy, values: dict[str, Any], targets: Sequence[dict[str, Any]], sites: dict[int, Calendar]
) -> bool:
    """Whether a policy promises this already."""
    wanted = {
        (
            row["metric"], row.get("priority", ""), row.get("channel", ""), row.get("label", ""), row.get("team"),
            row["seconds"], frozenset(row.get("pauses", ())),
        )
        for row in targets
    }  # fmt: skip
    there = {
        (row.metric, row.priority, row.channel, row.label, row.team, row.seconds, frozenset(row.pauses))
        for row in old.targets.select_related("team")
    }
    hours = {one.site_id: one.calendar_id for one in old.site_hours.all()}
    return (
        (values["name"], values["calendar"].pk) == (old.name, old.calendar_id)
        and wanted == there
        and {site: calendar.pk for site, calendar in sites.items()} == hours
    )


def _version(
    model: type[Calendar] | type[SlaPolicy], old: Calendar | SlaPolicy | None, name: str
) -> dict[str, Any]:
    """The short name and number of what is saved. Raises ServiceLevelRefused when `old` is not the newest any more."""
    if old is None:
        slug, taken = slugify(name)[:34] or "own", {*model.objects.order_by().values_list("slug", flat=True)}
        free = next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, 10_000))) if one not in taken)
        return {"slug": free, "version": 1}
    newest = model.objects.filter(slug=old.slug).order_by("-version").values_list("version", flat=True)[0]
    if newest != old.version:
        said = _(
            "Somebody saved version %(newest)s while you wrote. Yours is not saved; what you typed is below."
        )
        raise ServiceLevelRefused(said % {"newest": newest})
    return {"slug": old.slug, "version": newest + 1}


def _using(slug: str) -> list[SlaPolicy]:
    """The newest versions of policies that follow this calendar, for all or for a site."""
    newest = SlaPolicy.objects.newest().select_related("calendar").prefetch_related("site_hours__calendar")
    return [
        one for one in newest if slug in {one.calendar.slug, *(h.calendar.slug for h in one.site_hours.all())}
    ]


def _with_hours(policy: SlaPolicy, calendar: Calendar, holds_from: date | None, actor: User) -> None:
    """The next version of a policy, in which this calendar takes the place of its earlier versions."""

    def now(used: Calendar) -> Calendar:
        return calendar if used.slug == calendar.slug else used

    following = SlaPolicy(
        slug=policy.slug, version=policy.version + 1, name=policy.name, source=policy.source,
        calendar=now(policy.calendar), holds_from=holds_from, created_by=actor,
        note=_("New hours: %(calendar)s") % {"calendar": calendar},
    )  # fmt: skip
    columns = ("metric", "priority", "channel", "label", "team", "seconds", "pauses")
    rows = [{name: getattr(row, name) for name in columns} for row in policy.targets.select_related("team")]
    _insert(following, rows, {hours.site_id: now(hours.calendar) for hours in policy.site_hours.all()})
    facts = {"version": following.version, "holds_from": str(holds_from or ""), "note": following.note}
    record(actor=actor, event=Event.POLICY_SAVED, subject=following, facts=facts)


def _insert(policy: SlaPolicy, targets: Iterable[dict[str, Any]], sites: dict[int, Calendar]) -> None:
    policy.save(force_insert=True)
    SlaTarget.objects.bulk_create(SlaTarget(policy=policy, **row) for row in targets)
    SiteHours.objects.bulk_create(
        SiteHours(policy=policy, site_id=site, calendar=calendar) for site, calendar in sites.items()
    )
