"""Whether a catalogue is sound: every word of a closed list known, every reference leads somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from compliance.vocabulary import Gate, LimitKind, Relation, Tier, Unit

SCHEMA_VERSION = 1
LISTS = ("calendars", "frameworks", "regulatory_watch", "mappings", "requirements")
DUTY_FIELDS = (
    "id", "framework", "article", "title", "duty", "applies_when", "triggers", "flags", "evidence",
    "time_limits", "amounts", "gate", "tier", "verified", "source_checked",
)  # fmt: skip
MEASURES = ("created", "first_reply", "resolved")
NAMED_MEASURES = ("first_reply_by_hour_of_day",)

Item = dict[str, Any]


def problems(data: Any) -> list[str]:
    """What is wrong with a parsed catalogue, a sentence each, naming the item; nothing when it can be loaded."""
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        return [f"this is no catalogue of schema version {SCHEMA_VERSION}"]
    missing = [name for name in (*LISTS, "catalogue", "trigger_vocabulary") if name not in data]
    if missing:
        return [f"the catalogue has no {', '.join(missing)}"]
    return [*_of_lists(data), *_of_duties(data), *_of_mappings(data)]


def _of_lists(data: Item) -> Iterator[str]:
    for name in ("calendars", "frameworks", "regulatory_watch", "requirements"):
        counted = Counter(item.get("id") for item in data[name])
        yield from (f"{name}: the id {key} stands {n} times" for key, n in counted.items() if n > 1)
    for name, known in (("gates", Gate), ("tiers", Tier), ("time_limit_kinds", LimitKind)):
        unknown = set(data.get(name, {})) - set(known.values)
        yield from (f"{name}: this release does not know “{word}”" for word in sorted(unknown))


def _of_duties(data: Item) -> Iterator[str]:
    known = {
        "framework": {item["id"] for item in data["frameworks"]},
        "triggers": set(data["trigger_vocabulary"]),
        "flags": set(data.get("flags", {})),
        "source_checked": set(data.get("sources", {})),
        "gate": set(data.get("gates", {})),
        "tier": set(data.get("tiers", {})),
    }
    calendars = {item["id"] for item in data["calendars"]}
    keys = {item.get("id") for item in data["requirements"]}
    for duty in data["requirements"]:
        name = duty.get("id", "a requirement without id")
        absent = [field for field in DUTY_FIELDS if field not in duty]
        if absent:
            yield f"{name}: has no {', '.join(absent)}"
            continue
        for field, words in known.items():
            values = duty[field] if isinstance(duty[field], list) else [duty[field]]
            yield from (
                f"{name}: {field} “{word}” is not in the vocabulary" for word in values if word not in words
            )
        if duty.get("successor") and duty["successor"] not in keys:
            yield f"{name}: its successor {duty['successor']} is not in the catalogue"
        yield from (f"{name}#{problem}" for problem in _of_limits(duty["time_limits"], calendars))


def _of_limits(limits: Iterable[Item], calendars: set[str]) -> Iterator[str]:
    seen: set[str] = set()
    for limit in limits:
        key = limit.get("id", "?")
        if key in seen:
            yield f"{key}: stands twice"
        seen.add(key)
        if limit.get("kind") not in LimitKind.values:
            yield f"{key}: unknown kind “{limit.get('kind')}”"
        if limit.get("unit") not in Unit.values:
            yield f"{key}: unknown unit “{limit.get('unit')}”"
        if limit.get("calendar") not in calendars:
            yield f"{key}: unknown calendar “{limit.get('calendar')}”"
        if not _measurable(limit.get("ticket_measure")):
            yield f"{key}: ticket_measure “{limit['ticket_measure']}” is not A->B"


def _measurable(measure: str | None) -> bool:
    if measure is None or measure in NAMED_MEASURES:
        return True
    start, arrow, stop = measure.partition("->")
    return bool(arrow) and all(end in MEASURES or end.startswith("event:") for end in (start, stop))


def _of_mappings(data: Item) -> Iterator[str]:
    keys = {item.get("id") for item in data["requirements"]}
    for mapping in data["mappings"]:
        name = f"mapping {mapping.get('source')} → {mapping.get('target')}"
        if not {mapping.get("source"), mapping.get("target")} <= keys:
            yield f"{name}: leads to a requirement that is not there"
        if mapping.get("relation") not in Relation.values:
            yield f"{name}: unknown relation “{mapping.get('relation')}”"
