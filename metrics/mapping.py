"""How to read one kind of file: a mapping, kept as JSON.

{
  "shape": "tickets" | "events",           one row a ticket, or one row an event that is folded to tickets
  "columns": {"external_id": "number"},     neutral column -> header of the file
  "labels": [{"column": "category", "prefix": "category "}],   instead of columns.labels: several columns as labels
  "values": {"status": {"Resolved": "solved"}},   words of the source -> ours; others pass as they are
  "constants": {"rating_scale": "1_5"},     where the file has no column for it
  "nulls": ["?", "NULL"],                   cells that mean "not known", beside the empty one
  "dates": "iso" | "dmy" | "mdy" | "unix" | "unix_ms",    ISO 8601 is always read too
  "separator": "|",                         between labels
  "vendor_basis": "business" | "calendar",  what the source's own figures count
  "custom": ["u_symptom"],                  columns kept as they are
  "zone": "Europe/Dublin",                  default for stamps that carry none; the upload may say otherwise
  "units": {"active_s": "min"},             what lengths of time count: s, min, h, ms, or clock (hh:mm or hh:mm:ss)
  "form": "zendesk"                         only for files of that form (metrics/vendors)
}
A second header of the same name is `category (2)`, one without a name `column 7`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from metrics import histories, schema
from sopdesk.accounts.zones import zone_names

TABLES: Final = (
    "tables"  # the form of several tables of a warehouse: their joined rows are as those of a text
)
FOLDER: Final = Path(__file__).parent / "mappings"
SHAPES: Final = ("tickets", "events")
DATES: Final = ("iso", "dmy", "mdy", "unix", "unix_ms")
UNITS: Final = ("s", "min", "h", "ms", "clock")
_KEYS: Final = {
    **dict.fromkeys(("shape", "dates", "separator", "vendor_basis", "zone", "name", "form"), str),
    **dict.fromkeys(("columns", "values", "constants", "units"), dict),
    **dict.fromkeys(("labels", "nulls", "custom"), list),
}


class MappingRefused(Exception):
    """The mapping cannot be used. `problems`: a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class FileMapping:
    """A mapping that was checked."""

    shape: str
    columns: dict[str, str]
    labels: tuple[tuple[str, str], ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    nulls: frozenset[str] = frozenset()
    dates: str = "iso"
    separator: str = "|"
    vendor_basis: str = "business"
    custom: tuple[str, ...] = ()
    zone: str = ""
    units: dict[str, str] = field(default_factory=dict)
    form: str = ""

    @property
    def headers(self) -> set[str]:
        """Every header of the file that is read."""
        return {*self.columns.values(), *(header for header, _prefix in self.labels), *self.custom}

    @property
    def provides(self) -> set[str]:
        """The neutral columns that a file read this way says something about."""
        given = {*self.columns, *self.constants, *(["labels"] if self.labels else [])}
        given |= {"first_public_reply_at"} if "conversation" in given else set()
        return given | (histories.WORKED_OUT if "history" in given else set())

    def fitted(self, header: list[str]) -> FileMapping:
        """This mapping for a file with that header: columns it lacks are left out.

        Raises MappingRefused when it lacks one that every ticket needs, naming it and what the file has instead.
        """
        columns = {name: wanted for name, wanted in self.columns.items() if wanted in header}
        needed = _needed(self.shape)
        lacking = [self.columns[name] for name in needed if name in self.columns and name not in columns]
        if lacking:
            has = ", ".join(name[:40] for name in header[:12]) + (", …" if len(header) > 12 else "")
            said = _(
                "The file has no column “%(lacking)s”, which every ticket needs. Its columns are: %(has)s."
            )
            raise MappingRefused([said % {"lacking": name, "has": has} for name in lacking])
        labels = tuple(item for item in self.labels if item[0] in header)
        return replace(
            self, columns=columns, labels=labels, custom=tuple(c for c in self.custom if c in header)
        )


def parse(content: Any) -> FileMapping:
    """A mapping from its JSON. Raises MappingRefused with everything that is wrong with it."""
    if not isinstance(content, dict):
        raise MappingRefused([_("A mapping is a JSON object with “shape” and “columns”.")])
    problems = [_("“%(key)s” is no key of a mapping.") % {"key": key} for key in content if key not in _KEYS]
    problems += [
        _("“%(key)s” must be of type %(type)s.") % {"key": key, "type": kind.__name__}
        for key, kind in _KEYS.items()
        if key in content and not isinstance(content[key], kind)
    ]
    if problems:
        raise MappingRefused(problems)
    problems = _problems(content)
    if problems:
        raise MappingRefused(problems)
    return FileMapping(
        shape=content["shape"],
        columns={name: str(header) for name, header in content["columns"].items() if header},
        labels=tuple(
            (str(item["column"]), str(item.get("prefix", ""))) for item in content.get("labels", [])
        ),
        values={
            name: {str(k): str(v) for k, v in words.items()}
            for name, words in content.get("values", {}).items()
        },
        constants={name: str(value) for name, value in content.get("constants", {}).items()},
        nulls=frozenset(str(word) for word in content.get("nulls", [])),
        dates=content.get("dates", "iso"),
        separator=content.get("separator") or "|",
        vendor_basis=content.get("vendor_basis", "business"),
        custom=tuple(str(header) for header in content.get("custom", [])),
        zone=content.get("zone", ""),
        units={name: str(unit) for name, unit in content.get("units", {}).items()},
        form=content.get("form", ""),
    )


def _problems(content: dict[str, Any]) -> list[str]:
    columns, problems = content.get("columns", {}), []
    if content.get("shape") not in SHAPES:
        problems.append(_("“shape” is “tickets” or “events”."))
    for name in {*columns, *content.get("values", {}), *content.get("constants", {})} - set(schema.NAMES):
        problems.append(_("“%(name)s” is no column of the ticket schema.") % {"name": name})
    given = {*columns, *content.get("constants", {})}
    for name in _needed(content.get("shape", "")):
        if name not in given:
            problems.append(_("No column of the file is named for “%(name)s”.") % {"name": name})
    if content.get("dates", "iso") not in DATES:
        problems.append(_("“dates” is one of %(known)s.") % {"known": ", ".join(DATES)})
    if content.get("zone") and content["zone"] not in zone_names():
        problems.append(_("“%(zone)s” is not a time zone.") % {"zone": content["zone"]})
    if content.get("vendor_basis", "business") not in {"business", "calendar"}:
        problems.append(_("“vendor_basis” is “business” or “calendar”."))
    problems += _unit_problems(content.get("units", {}))
    if any(not isinstance(item, dict) or "column" not in item for item in content.get("labels", [])):
        problems.append(_("Each of “labels” needs a “column”."))
    if any(not isinstance(words, dict) for words in content.get("values", {}).values()):
        problems.append(_("Each of “values” is an object of words."))
    return problems


def _unit_problems(units: dict[str, Any]) -> list[str]:
    if {*units} <= {*schema.LENGTHS} and {*units.values()} <= {*UNITS}:
        return []
    said = _("“units” says of %(names)s which of %(known)s they count.")
    return [said % {"names": ", ".join(schema.LENGTHS), "known": ", ".join(UNITS)}]


def _needed(shape: str) -> list[str]:
    """The neutral columns a file of this shape must have."""
    always = [column.name for column in schema.COLUMNS if column.required]
    return [*always, "event_at"] if shape == "events" else always


def is_for(content: dict[str, Any], form: str) -> bool:
    """Whether a mapping is one for files of that form."""
    return bool(content.get("form", "") == ("" if form == TABLES else form))


def shipped() -> dict[str, dict[str, Any]]:
    """The mappings that come with the product, by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a mapping's meaning: the same however its JSON is laid out."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
