"""Which measured promises go by older names of labels, or by an older rule of measuring, and may be measured again.

A target by label holds for a ticket by the names that are in force when its promises are measured, and the past is
measured again only on request (decision 33). Nothing is kept to know of that: which names changed, and when, stands in
the versions of the labels, which tickets have them in the rollups, and what was measured again since in its own rows.
Since when promises are measured by the rule that holds now says the migration that this desk took with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min
from django.db.models.functions import Lower
from django.utils import timezone

from metrics import aliases, targets, upgrading
from metrics.models import Facet, Import, Rollup, SlaPolicy, SlaTarget, Source
from metrics.promises.models import Recompute
from sopdesk.documents.models import Version
from sopdesk.jobs.models import Job

_DONE: Final = Job.State.DONE
# Whoever changes how promises are measured (metrics/service_levels.py) names the newest migration here.
MEASURED_SINCE: Final = "0021_over_or_open_again"


@dataclass(frozen=True)
class Outdated:
    """Tickets of a source, created on the days first to last, whose labels have another meaning for targets since, or,
    without any names, that were measured by an older rule.

    `names`: the names that changed, as tickets have them; `labels`: the labels of targets that they mean or meant, in
    lower case. `asked`: a preview that was made of it since, or None.
    """

    source: Source
    first: date
    last: date
    names: list[str]
    labels: frozenset[str]
    asked: Recompute | None = None


class _Spell(NamedTuple):
    """What a label's document said of names, from a moment on until another (None: to this day)."""

    begins: datetime
    ends: datetime | None
    said: aliases.Said


class _Name(NamedTuple):
    """A name that changed, and the days of creation of the tickets of a source that had it before."""

    name: str
    first: date
    last: date
    changed_at: datetime
    labels: frozenset[str]


def outdated() -> list[Outdated]:
    """By source, those of an older rule first. A fixed number of queries, three where there is neither."""
    return [*by_older_rule(), *by_older_names()]


def by_older_rule() -> list[Outdated]:
    """Sources with tickets that were measured before the rule was changed, and not again since."""
    changed_at = upgrading.applied_at(MEASURED_SINCE)
    before = Import.objects.filter(job__isnull=False, created_at__lt=changed_at or timezone.now()).order_by()
    sources = {source.pk: source for source in Source.objects.filter(pk__in=before.values("source"))}
    if changed_at is None or not sources:
        return []
    measured, until = [*Recompute.objects.select_related("preview", "job")], _day_of(changed_at)
    days = Rollup.objects.filter(label="", source__in=sources, created_n__gt=0, day__lte=until).order_by()
    spans = days.values_list("source").annotate(Min("day"), Max("day"))
    names = ((key, _Name("", first, last, changed_at, frozenset())) for key, first, last in spans)
    left = [
        _joined(sources[key], [name], measured) for key, name in names if not _is_settled(key, name, measured)
    ]
    return sorted((replace(one, names=[]) for one in left), key=lambda one: one.source.name)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE)).date()


def by_older_names() -> list[Outdated]:
    """By source. A fixed number of queries, one where no target is by label."""
    labels = {
        label.lower()
        for label in SlaTarget.objects.exclude(label="").order_by().values_list("label", flat=True)
    }
    changes = _changes(labels) if labels else {}
    if not changes:
        return []
    measured = [*Recompute.objects.select_related("preview", "job")]
    sources = {source.pk: source for source in Source.objects.all()}
    found = [
        _joined(sources[source_id], left, measured)
        for source_id, names in _of_tickets(changes).items()
        if (left := [name for name in names if not _is_settled(source_id, name, measured)])
    ]
    return sorted(found, key=lambda one: one.source.name)


def of_policy(policy: SlaPolicy) -> list[Outdated]:
    """Those of sources that follow this policy."""
    followed = ((one, targets.versions_for(one.source)) for one in outdated())
    return [one for one, versions in followed if versions and versions[0].slug == policy.slug]


def of_label(key: str) -> list[Outdated]:
    """Those that a label has to do with: a target is by it, or one of its names changed."""
    own = targets.names_of(key)
    return [one for one in by_older_names() if own & (one.labels | {name.lower() for name in one.names})]


def _joined(source: Source, names: list[_Name], measured: list[Recompute]) -> Outdated:
    first, last = min(one.first for one in names), max(one.last for one in names)
    since = max(one.changed_at for one in names)
    asked = next(
        (each for each in measured if _covers(each, source.pk, first, last, since) and _is_open(each)), None
    )
    labels = frozenset().union(*(one.labels for one in names))
    return Outdated(source, first, last, sorted({one.name for one in names}), labels, asked)


def _is_settled(source_id: int, name: _Name, measured: list[Recompute]) -> bool:
    """Whether all of them were measured again since, or would come out the same."""
    return any(
        _covers(each, source_id, name.first, name.last, name.changed_at)
        and (
            each.job.state == _DONE
            if each.job
            else _is_previewed(each) and not each.comparison.get("changed")
        )
        for each in measured
    )


def _covers(each: Recompute, source_id: int, first: date, last: date, since: datetime) -> bool:
    return (
        each.source_id == source_id and each.created_at >= since and each.first <= first and each.last >= last
    )


def _is_previewed(each: Recompute) -> bool:
    return each.preview is not None and each.preview.state == _DONE


def _is_open(each: Recompute) -> bool:
    """Whether it waits, runs, or is to be decided upon."""
    return all(job is None or job.state != Job.State.FAILED for job in (each.preview, each.job))


def _of_tickets(changes: dict[str, tuple[datetime, frozenset[str]]]) -> dict[int, list[_Name]]:
    """By source the changed names that tickets have which were there before the change."""
    facets = Facet.objects.annotate(low=Lower("label")).filter(low__in=[*changes]).order_by()
    spelled = {*facets.values_list("label", flat=True)}
    began = dict(
        Import.objects.filter(job__isnull=False).order_by().values_list("source").annotate(Min("created_at"))
    )
    days = Rollup.objects.filter(label__in=spelled).order_by().values_list("source", "label")
    found: dict[int, list[_Name]] = defaultdict(list)
    for source_id, name, first, last in days.annotate(Min("day"), Max("day")):
        changed_at, labels = changes[name.lower()]
        last = min(last, _day_of(changed_at))
        if first <= last and source_id in began and began[source_id] < changed_at:
            found[source_id].append(_Name(name, first, last, changed_at, labels))
    return found


def _changes(labels: set[str]) -> dict[str, tuple[datetime, frozenset[str]]]:
    """Each name (in lower case) that at some moment came to mean another of these labels, or none: when that was the
    last time, and which labels. One query."""
    spells = _telling([*_spells()])
    now, before = timezone.now(), _meanings(labels, [])
    found: dict[str, tuple[datetime, frozenset[str]]] = {}
    for moment in sorted({at for spell in spells for at in (spell.begins, spell.ends) if at and at <= now}):
        held = (
            spell.said
            for spell in spells
            if spell.begins <= moment and (not spell.ends or moment < spell.ends)
        )
        after = _meanings(labels, held)
        for name, label in before ^ after:
            at, others = found.get(name, (moment, frozenset[str]()))
            found[name] = (moment, (others if at == moment else frozenset()) | {label})
        before = after
    return found


def _telling(spells: list[_Spell]) -> list[_Spell]:
    """Without the labels that have no other names and are no other's: most of them."""
    named = {spell.said[0] for spell in spells if spell.said[1] or spell.said[2]}
    named |= {name for spell in spells for alias in spell.said[1] for name in (alias, alias.lower())}
    return [spell for spell in spells if spell.said[0] in named]


def _meanings(labels: set[str], said: Iterable[aliases.Said]) -> frozenset[tuple[str, str]]:
    """What a ticket's label may be called, with the label of a target that it means."""
    names = aliases.Names(aliases.resolved(sorted(said)), frozenset())
    return frozenset((name, label) for label in labels for name in targets.names_of(label, names))


def _spells() -> Iterator[_Spell]:
    """The times over which each label said one thing of names; also of nothing, for its key is a name."""
    rows = Version.objects.filter(document__kind="label", in_force__isempty=False).order_by(
        "document__key", "in_force"
    )
    last: _Spell | None = None
    for key, data, in_force, published_at in rows.values_list(
        "document__key", "data", "in_force", "published_at"
    ):
        # What was adopted with a past was not known here before it was adopted.
        begins = max(in_force.lower, published_at)
        spell = _Spell(begins, in_force.upper, aliases.said(key, data))
        if last and last.said == spell.said and last.ends and spell.begins <= last.ends:
            last = last._replace(ends=spell.ends)
            continue
        if last:
            yield last
        last = spell
    if last:
        yield last
