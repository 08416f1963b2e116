"""Loading the catalogue: idempotent, whole or not at all, and nothing that was ever in it is lost.

A duty whose content changed gets a new revision; one that is gone is marked superseded, by its successor if the
catalogue names one. Time limits, mappings and the watch list are derived from the duty and replaced with it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import connection, transaction
from django.utils import timezone

from compliance.models import Calendar, Catalogue, Duty, Framework, Mapping, Revision, TimeLimit, Watch
from compliance.validating import Item, problems
from sopdesk.audit.events import Event
from sopdesk.audit.recording import System, record

if TYPE_CHECKING:
    from sopdesk.audit.recording import Actor

SHIPPED = Path(__file__).parent / "catalogue.yaml"
VOCABULARIES = ("gates", "tiers", "flags", "sources", "time_limit_kinds")
COLUMNS = (
    "article", "title", "duty", "applies_when", "triggers", "flags", "evidence", "amounts",
    "gate", "tier", "verified", "source_checked",
)  # fmt: skip
LIMIT_COLUMNS = ("kind", "value", "unit", "starts", "stops", "extension")


class CatalogueRefused(Exception):
    """The catalogue cannot be loaded. `reasons` says why, a sentence each; nothing was changed."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass
class Report:
    """What a load came to: keys of duties by what happened to them. `version` is the catalogue's."""

    version: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    unchanged: int = 0
    already_loaded: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """The numbers, as the audit entry keeps them."""
        named = {name: len(getattr(self, name)) for name in ("added", "changed", "superseded", "restored")}
        return {**named, "unchanged": self.unchanged}


def load(path: Path = SHIPPED, *, actor: Actor | None = None) -> Report:
    """Bring the database in step with a catalogue file (YAML). Raises CatalogueRefused with the reasons."""
    content = path.read_bytes()
    try:
        data = yaml.load(content, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueRefused([f"{path.name} is no YAML: {error}"]) from error
    found = problems(data)
    if found:
        raise CatalogueRefused(found)
    with transaction.atomic():
        _one_load_at_a_time()
        return _load(data, _hash(data), actor or System("catalogue loader"))


def _one_load_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE compliance_catalogue IN SHARE ROW EXCLUSIVE MODE")


def _load(data: Item, content_hash: str, actor: Actor) -> Report:
    head, latest = data["catalogue"], Catalogue.objects.first()
    report = Report(str(head["version"]))
    if latest and latest.content_hash == content_hash:
        report.already_loaded, report.unchanged = True, Duty.objects.in_use().count()
        return report
    _refuse_old(report.version, latest)
    catalogue = Catalogue.objects.create(
        version=report.version,
        as_of=head["as_of"],
        disclaimer=head["disclaimer"],
        vocabulary={name: data.get(name, {}) for name in VOCABULARIES},
        content_hash=content_hash,
    )
    _load_calendars(data["calendars"])
    raised = _load_frameworks(data["frameworks"])
    _load_duties(data, catalogue, report, raised)
    _replace_mappings(data["mappings"])
    _replace_watch(data["regulatory_watch"])
    record(
        actor=actor,
        event=Event.FRAMEWORKS_LOADED,
        subject=catalogue,
        facts={**report.counts, "content_hash": content_hash},
    )
    return report


def _refuse_old(version: str, latest: Catalogue | None) -> None:
    """Another content under the same or an earlier version would make "which one was that?" unanswerable."""
    if latest and _parts(version) <= _parts(latest.version):
        reason = (
            f"version {version} is not newer than {latest.version}, which is loaded, but says something else"
        )
        raise CatalogueRefused([reason])


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _load_calendars(items: list[Item]) -> None:
    for item in items:
        said = {name: item.get(name, "") for name in ("rule", "applies_to", "verified")}
        Calendar.objects.update_or_create(key=item["id"], defaults=said)


def _load_frameworks(items: list[Item]) -> set[str]:
    """Write the frameworks; returns the keys of those that are new or whose content_version was raised."""
    before = dict(Framework.objects.values_list("key", "content_version"))
    names = ("name", "instrument", "jurisdiction", "status", "url", "content_version")
    for position, item in enumerate(items):
        said = {name: item[name] for name in names}
        Framework.objects.update_or_create(key=item["id"], defaults={**said, "position": position})
    return {item["id"] for item in items if item["content_version"] > before.get(item["id"], 0)}


def _load_duties(data: Item, catalogue: Catalogue, report: Report, raised: set[str]) -> None:
    frameworks = {framework.key: framework for framework in Framework.objects.all()}
    calendars = {calendar.key: calendar for calendar in Calendar.objects.all()}
    known = {duty.key: duty for duty in Duty.objects.select_for_update()}
    quietly = set()
    for position, item in enumerate(data["requirements"]):
        duty = known.get(item["id"]) or Duty(key=item["id"], revision=0)
        duty.framework, duty.position = frameworks[item["framework"]], position
        content_hash = _hash(item)
        if duty.content_hash == content_hash and _stands_as(duty, item):
            duty.save(update_fields=["position", "framework"])
            report.unchanged += 1
            continue
        _note(duty, report)
        if item["framework"] not in raised:
            quietly.add(item["framework"])
        _revise(duty, item, content_hash, catalogue, calendars)
    reasons = [f"{key}: its duties changed, but not its content_version" for key in sorted(quietly)]
    if reasons:
        raise CatalogueRefused(reasons)
    _supersede(data["requirements"], report)


def _stands_as(duty: Duty, item: Item) -> bool:
    """Whether it is in use or superseded, as the catalogue has it: there, one with a successor is superseded."""
    return (duty.superseded_at is not None) == bool(item.get("successor"))


def _note(duty: Duty, report: Report) -> None:
    if not duty.revision:
        report.added.append(duty.key)
    elif duty.superseded_at is not None:
        report.restored.append(duty.key)
    else:
        report.changed.append(duty.key)


def _revise(
    duty: Duty, item: Item, content_hash: str, catalogue: Catalogue, calendars: dict[str, Calendar]
) -> None:
    for name in COLUMNS:
        setattr(duty, name, item[name])
    duty.notes = item.get("notes", "")
    duty.content_hash, duty.revision = content_hash, duty.revision + 1
    duty.superseded_at = duty.successor = None
    duty.save()
    Revision.objects.create(
        duty=duty, number=duty.revision, catalogue=catalogue, content=item, content_hash=content_hash
    )
    keys = [limit["id"] for limit in item["time_limits"]]
    duty.time_limits.exclude(key__in=keys).delete()
    for position, limit in enumerate(item["time_limits"]):
        said = {name: limit.get(name) for name in LIMIT_COLUMNS}
        flags = {name: bool(limit.get(name)) for name in ("pausable", "end_of_day", "without_undue_delay")}
        words = {name: limit.get(name) or "" for name in ("ticket_measure", "direction", "note")}
        said |= {**flags, **words, "calendar": calendars[limit["calendar"]], "position": position}
        TimeLimit.objects.update_or_create(duty=duty, key=limit["id"], defaults=said)


def _supersede(items: list[Item], report: Report) -> None:
    """Mark those that the catalogue dropped, or that it keeps with a successor."""
    duties = {duty.key: duty for duty in Duty.objects.in_use()}
    successors = {item["id"]: item["successor"] for item in items if item.get("successor")}
    gone = (duties.keys() - {item["id"] for item in items}) | (duties.keys() & successors.keys())
    for key in sorted(gone):
        duty = duties[key]
        duty.superseded_at = timezone.now()
        duty.successor = Duty.objects.filter(key=successors.get(key)).first()
        duty.save(update_fields=["superseded_at", "successor"])
        report.superseded.append(key)


def _replace_mappings(items: list[Item]) -> None:
    duties = dict(Duty.objects.values_list("key", "pk"))
    Mapping.objects.all().delete()
    Mapping.objects.bulk_create(
        Mapping(
            source_id=duties[item["source"]],
            target_id=duties[item["target"]],
            relation=item["relation"],
            note=item.get("note", ""),
        )
        for item in items
    )


def _replace_watch(items: list[Item]) -> None:
    names = ("title", "status", "known", "affects_prefix", "source", "verified")
    Watch.objects.exclude(key__in=[item["id"] for item in items]).delete()
    for position, item in enumerate(items):
        said: dict[str, Any] = {name: item[name] for name in names}
        Watch.objects.update_or_create(key=item["id"], defaults={**said, "position": position})


def _hash(content: Any) -> str:
    """SHA-256 (hex) of content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
