"""What a file is, by its beginning: a delimited text, a workbook, or JSON of a helpdesk; and which columns it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from metrics import beside, containers, json_members, reading, table_shapes, tables, workbooks
from metrics.containers import FileRefused
from metrics.json_pages import MAIN, SIDE, Record
from metrics.json_records import beginning, is_lines
from metrics.mapping import TABLES
from metrics.masking import mask
from metrics.vendors import detecting, lookups
from metrics.vendors.lookups import Lookups

SURVEY_BYTES: Final = 8 * 1024**2
SURVEY_RECORDS: Final = 5_000
EXTRA_MAX: Final = 300
WORKBOOK: Final = "xlsx"
# Forms whose rows have the numbers of lines, the header being the first; a record of JSON has the number it has there.
BY_LINES: Final = ("", WORKBOOK, TABLES)


@dataclass(frozen=True)
class Look:
    """The header, and the form where the file is no delimited text: a helpdesk's name, `json`, `xlsx` or `tables`."""

    header: list[str]
    form: str = ""


def look(path: Path) -> Look:
    """Raises FileRefused, in words."""
    containers.check_not_empty(path)
    if workbooks.is_workbook(path):
        return _checked(Look(workbooks.header_of(path), WORKBOOK))
    if tables.are_several(path) and json_members.found_in(path) is None:
        return Look(tables.found_in(path).joined, TABLES)
    if not tables.are_several(path) and not json_members.IS_JSON.match(containers.beginning(path)):
        return _checked(Look(reading.layout_of(path).header))
    found = survey(path)
    header = _header(found)
    if not header:
        raise FileRefused(_("The JSON holds no list of tickets: no object in it could be one."))
    return _checked(Look(header, found.form))


def _checked(found: Look) -> Look:
    if found.form in BY_LINES and table_shapes.is_row(found.header):
        said = _(
            "The file begins with a row in place of the names of its columns: that row would be lost. Export it with a"
            " header."
        )
        raise FileRefused(said)
    if why := beside.refusal(found.header):
        raise FileRefused(why)
    return found


@dataclass(frozen=True)
class Survey:
    """The records at the beginning of a JSON file: which list the tickets are in, and whose they are."""

    records: list[Record]
    lines: bool
    group: str
    form: str

    @property
    def has_sides(self) -> bool:
        """Whether lists may follow that explain the tickets."""
        return any(record.group for record in self.records)

    @property
    def tickets(self) -> list[Record]:
        return [record for record in self.records if is_ticket(record, self.group)]


def is_ticket(record: Record, group: str) -> bool:
    """Whether a record is one of the tickets, that list: also what stands beside pages of them and cannot be read, for
    it may have been a page."""
    return record.group == group or (bool(record.reason) and not record.group)


def survey(path: Path) -> Survey:
    """Raises FileRefused when it is no JSON, or has no list of objects."""
    if (several := json_members.found_in(path)) is not None:
        own = [record.value for record in several.records if record.group == json_members.TICKETS]
        return Survey(several.records, True, json_members.TICKETS, detecting.form_of(own[:50]))
    raw = containers.beginning(path, SURVEY_BYTES)
    whole = len(raw) < SURVEY_BYTES // 2
    records = beginning(raw, is_cut=not whole, most=SURVEY_RECORDS)
    group = _main_group(records)
    tickets = [record.value for record in records if record.group == group and not record.reason]
    alone = json_members.side_of(tickets) or next((r.group for r in records if r.group in SIDE), "")
    if alone and (not tickets or json_members.side_of(tickets)):
        raise FileRefused(_alone(alone))
    if not tickets:
        raise FileRefused(_("The JSON holds no list of tickets: no object in it could be one."))
    return Survey(records, is_lines(raw), group, detecting.form_of(tickets[:50]))


def _alone(name: str) -> str:
    return _(
        "This file holds “%(list)s” alone: they explain tickets, and are none. Put it into one .zip with the file of"
        " tickets, each as it was exported, and upload that. Tickets that are here already are brought up to date."
    ) % {"list": name}


def _main_group(records: list[Record]) -> str:
    seen = Counter(record.group for record in records if not record.reason)
    named = next((name for name in ("", *MAIN) if name in seen), None)
    if named is not None:
        return named
    return next((name for name, _count in seen.most_common() if name not in SIDE), "tickets")


def _header(found: Survey) -> list[str]:
    """What the helpdesk's parser fills, then what else was seen, most frequent first."""
    columns = detecting.columns_of(found.form)
    with names_in(found) as known:
        turn = detecting.turning(found.form, known)
        seen = Counter(name for record in found.tickets if not record.reason for name in turn(record.value))
    # An address in the name of a column is somebody's: kept nowhere, and told as a column that was not read (later.py).
    extras = [
        name
        for name, _count in seen.most_common()
        if name not in columns and not ("@" in name and mask(name) != name)
    ]
    return [*columns, *(extras[:EXTRA_MAX] if columns else extras)]


@contextmanager
def names_in(found: Survey) -> Iterator[Lookups]:
    """The lookups at the beginning of the file."""
    with lookups.kept_in(None) as known:
        for place, record in enumerate(found.records):
            if record.group in SIDE and record.group != found.group:
                known.add(record.group, record.value, place)
        yield known
