"""What cards are made of: the versions that govern labels, and which labels other changes touched meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from metrics import aliases
from metrics.effects.windows import day_of
from sopdesk.accounts.audience import Audience
from sopdesk.documents import impacts
from sopdesk.documents.models import Retirement, Version
from sopdesk.documents.querysets import VersionQuerySet

SLACK = timedelta(days=2)  # a day here may begin on another day there


@dataclass(frozen=True)
class Subject:
    """One version to look at: the labels it governs, all that its change governs, and for which teams (None: all)."""

    version: Version
    labels: list[str]
    of_change: list[str]
    teams: list[str] | None
    day: date


@dataclass(frozen=True)
class Touch:
    """A version of another change that came in force, or ended, on a day: it touches the tickets of its labels."""

    version: Version
    labels: list[str]
    day: date


def subjects(since: datetime, until: datetime) -> list[Subject]:
    """Of each change that came in force in this time: every SOP with labels; where it has none, all of it as one."""
    by_change: dict[int, list[Version]] = defaultdict(list)
    begun = _versions().filter(in_force__startswith__gte=since, in_force__startswith__lte=until)
    for version in begun.order_by("in_force__startswith", "pk"):
        by_change[version.change_id].append(version)
    return [subject for versions in by_change.values() for subject in _of_change(versions)]


def subject_of(version: Version) -> Subject | None:
    """The version as a subject; None where it governs no label, or an SOP of its change stands for it."""
    together = list(_versions().filter(change=version.change_id).order_by("pk"))
    return next((found for found in _of_change(together) if found.version.pk == version.pk), None)


def governed(versions: Sequence[Version]) -> list[str]:
    """The labels that these govern, by whatever name they say it."""
    return aliases.names().meant_by(impacts.governed(versions))


def _versions() -> VersionQuerySet:
    return Version.objects.select_related("document", "change").defer("html", "plain", "body", "sections")


def _of_change(versions: Sequence[Version]) -> Iterable[Subject]:
    everything = governed(versions)
    rules = [version for version in versions if version.document.kind == "sop" and governed([version])]
    if rules:
        return [_subject(version, governed([version]), everything) for version in rules]
    first = next((version for version in versions if governed([version])), None)
    return [_subject(first, everything, everything)] if first else []


def _subject(version: Version, labels: list[str], everything: list[str]) -> Subject:
    teams = version.audience_teams if version.audience == Audience.TEAMS else None
    return Subject(version, labels, everything, teams, day_of(version.since or timezone.now()))


def touches(subject: Subject, first: date, last: date) -> list[Touch]:
    """Other material changes that came in force, or ended something, between the first and the last day compared."""
    zone = (subject.version.since or timezone.now()).tzinfo
    since = datetime.combine(first - SLACK, datetime.min.time(), zone)
    until = datetime.combine(last + SLACK, datetime.min.time(), zone)
    begun = _versions().filter(in_force__startswith__gte=since, in_force__startswith__lt=until, material=True)
    ended = Retirement.objects.filter(at__gte=since, at__lt=until).select_related("version__document")
    found: list[tuple[Version, datetime | None]] = [
        (version, version.since) for version in begun.exclude(change=subject.version.change_id)
    ]
    found += [(each.version, each.at) for each in ended.exclude(change=subject.version.change_id)]
    return [
        Touch(version, labels, day)
        for version, at in found
        if at and first <= (day := day_of(at)) <= last and (labels := governed([version]))
    ]
