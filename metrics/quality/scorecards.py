"""Making scorecards, changing them (which makes a new version), and putting them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from metrics.quality.errors import QualityRefused
from metrics.quality.models import Criterion, Scorecard, ScorecardVersion
from metrics.quality.sections import sections
from sopdesk.accounts.permissions import Permission, require
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record

if TYPE_CHECKING:
    from sopdesk.accounts.models import User

CRITERIA_MAX: Final = 40
COLUMNS: Final = (
    "key", "name", "guidance", "weight", "top", "is_critical", "may_skip", "sop_key", "sop_anchor",
)  # fmt: skip
Criteria = Sequence[Mapping[str, Any]]
"""What stands in a version, in order: `COLUMNS` of Criterion; `key` is made from the name where it is missing."""


def create(*, actor: User, name: str, criteria: Criteria) -> Scorecard:
    """A new scorecard with its first version. Raises QualityRefused."""
    require(actor, Permission.QUALITY_EDIT)
    with transaction.atomic():
        if Scorecard.objects.filter(name__iexact=name).exists():
            raise QualityRefused(_("There is a scorecard of this name. Choose another, or change that one."))
        card = Scorecard.objects.create(name=name, created_by=actor)
        version = _version(card, 1, "", criteria, actor)
        record(actor=actor, event=Event.SCORECARD_CREATED, subject=card, facts=_facts(version))
        return card


def revise(
    card: Scorecard, *, actor: User, based_on: int, criteria: Criteria, note: str = ""
) -> ScorecardVersion:
    """A new version, unless nothing differs. `based_on`: the number of the version that was changed.

    Reviews that were given out before keep the version that they were given with. Raises QualityRefused.
    """
    require(actor, Permission.QUALITY_EDIT, card)
    with transaction.atomic():
        locked = Scorecard.objects.select_for_update().get(pk=card.pk)
        newest = newest_of(locked)
        if newest.number != based_on:
            raise QualityRefused(
                _(
                    "Somebody saved version %(number)s of this scorecard meanwhile. What you typed is still here."
                )
                % {"number": newest.number}
            )
        if _said(newest.criteria.all()) == [_complete(one) for one in keyed(criteria)]:
            return newest
        version = _version(locked, newest.number + 1, note, criteria, actor)
        record(actor=actor, event=Event.SCORECARD_REVISED, subject=locked, facts=_facts(version))
        return version


def set_active(card: Scorecard, *, actor: User, is_active: bool) -> Scorecard:
    """Put a scorecard away, so that no rule draws for it any more, or take it up again."""
    require(actor, Permission.QUALITY_EDIT, card)
    with transaction.atomic():
        locked = Scorecard.objects.select_for_update().get(pk=card.pk)
        if locked.is_active != is_active:
            locked.is_active = is_active
            locked.save(update_fields=["is_active"])
            event = Event.SCORECARD_TAKEN_UP if is_active else Event.SCORECARD_PUT_AWAY
            record(actor=actor, event=event, subject=locked)
        return locked


def newest_of(card: Scorecard) -> ScorecardVersion:
    """The version that new reviews are made with."""
    return card.versions.order_by("-number").prefetch_related("criteria")[:1].get()


def keyed(criteria: Criteria) -> list[dict[str, Any]]:
    """The criteria, each with its key: a new one's is made from its name and differs from all others."""
    taken = {one.get("key") for one in criteria if one.get("key")}
    found = []
    for one in criteria:
        key = str(one.get("key") or "")
        if not key:
            stem = slugify(str(one["name"]))[:50] or "criterion"
            key = next(
                name
                for name in (stem, *(f"{stem}-{n}" for n in range(2, CRITERIA_MAX + 3)))
                if name not in taken
            )
            taken.add(key)
        found.append({**one, "key": key})
    return found


def faults(criteria: Criteria, actor: User) -> list[str]:
    """Why these criteria cannot be a version, a sentence each."""
    if not criteria:
        return [_("A scorecard needs at least one criterion.")]
    if len(criteria) > CRITERIA_MAX:
        return [_("A scorecard has at most %(most)s criteria.") % {"most": CRITERIA_MAX}]
    places = {(str(one.get("sop_key") or ""), str(one.get("sop_anchor") or "")) for one in criteria}
    known = sections(places, actor)
    said = _("No SOP in force that you may read has the section %(place)s. Choose one from the list.")
    return [
        said % {"place": f"{key}#{anchor}" if anchor else key}
        for key, anchor in sorted(places)
        if (key or anchor) and (key, anchor) not in known
    ]


def _version(card: Scorecard, number: int, note: str, criteria: Criteria, actor: User) -> ScorecardVersion:
    wrong = faults(criteria, actor)
    if wrong:
        raise QualityRefused(" ".join(wrong))
    version = ScorecardVersion.objects.create(scorecard=card, number=number, note=note, by=actor)
    rows = [
        Criterion(version=version, position=at, **_complete(one)) for at, one in enumerate(keyed(criteria), 1)
    ]
    for row in rows:
        row.full_clean(exclude=["version"])
    Criterion.objects.bulk_create(rows)
    return version


def _complete(one: Mapping[str, Any]) -> dict[str, Any]:
    blank = Criterion()
    defaults = {name: getattr(blank, name) for name in COLUMNS}
    return {**defaults, **{name: one[name] for name in COLUMNS if one.get(name) is not None}}


def _said(rows: Any) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in COLUMNS} for row in rows]


def _facts(version: ScorecardVersion) -> dict[str, Any]:
    rows = version.criteria.order_by("position")
    return {"version": version.number, "note": version.note, "criteria": _said(rows)}
