"""What of a file was not read though it stands there, as its import counted it, in words for the report.

It lies in the cursor of the import's job, as `left_out`:
    later        columns behind what the first look sees: name -> (file in the .zip, first record, records) (later.py)
    others       lists of objects that are not the tickets and explain none: name -> objects
    passed_over  files of the .zip that are neither tickets nor beside them
    doubtful     those of them that may be rows without a header
    sheets       sheets of the workbook that were not read: names
    beyond       rows with cells to the right of the last column that has a name: (first row, rows)
    merged       merged cells that go over several rows: (the first of them, how many)
and beside it `unmapped`, values without a meaning: column -> value -> rows (unmapped.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.masking import mask
from metrics.schema import BY_NAME

SHOWN: Final = 12


def kept(cursor: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those that the cursor of a rewriting has: one that was begun before an upgrade may lack some."""
    return {name: cursor[name] for name in names if cursor.get(name)}


def sentences(cursor: dict[str, Any]) -> list[str]:
    """One for each kind of thing, and for each column, of the cursor of an import's job."""
    return [*words_of(cursor.get("left_out") or {}), *_unmapped(cursor.get("unmapped") or {})]


def words_of(told: dict[str, Any]) -> list[str]:
    """The same of what is found out before."""
    words: dict[str, Callable[[Any], Iterator[str]]] = {
        "later": _later, "others": _others, "passed_over": _files, "doubtful": _doubtful, "sheets": _sheets,
        "beyond": _beyond, "merged": _merged,
    }  # fmt: skip
    return [sentence for name, said in words.items() if told.get(name) for sentence in said(told[name])]


def _later(columns: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    most = sorted(columns.items(), key=lambda told: (-told[1][2], told[0]))
    for name, (file, record, count) in most[:SHOWN]:
        found = {"column": mask(name), "record": f"{record:,}", "number": f"{count:,}", "file": file[-60:]}
        where = _("record %(record)s of “%(file)s”") if file else _("record %(record)s")
        said = ngettext(
            "The column “%(column)s” was not read. It is in %(number)s record, %(where)s, behind what the page of"
            " columns saw. Upload the same file again: that page has it then.",
            "The column “%(column)s” was not read. It is in %(number)s records, first in %(where)s, behind what the"
            " page of columns saw. Upload the same file again: that page has it then.",
            count,
        )
        yield said % {**found, "where": where % found}
    if len(most) > SHOWN:
        yield _("Nor were %(names)s.") % {"names": _listed([name for name, _told in most[SHOWN:]])}


def _others(lists: dict[str, int]) -> Iterator[str]:
    for name, count in [*lists.items()][:SHOWN]:
        said = ngettext(
            "%(number)s object of the list “%(name)s” was not read: the tickets are in another one.",
            "%(number)s objects of the list “%(name)s” were not read: the tickets are in another one.",
            count,
        )
        yield said % {"number": f"{count:,}", "name": mask(name) or _("without a name")}


def _files(names: Sequence[str]) -> Iterator[str]:
    yield _("Files of the .zip that were not read: %(names)s.") % {"names": _listed(names)}


def _doubtful(names: Sequence[str]) -> Iterator[str]:
    yield _(
        "Of these %(names)s may be rows without a header: the first line has a number or a day in it. If they tell of"
        " tickets, unload them with a header."
    ) % {"names": _listed(names)}


def _sheets(names: Sequence[str]) -> Iterator[str]:
    yield _(
        "Only the first sheet with a header was read, not %(names)s. Import each of them as a file of its own."
    ) % {"names": _listed(names)}


def _beyond(found: tuple[int, int]) -> Iterator[str]:
    row, count = found
    said = ngettext(
        "%(number)s row has cells to the right of the last column with a name, row %(row)s. They were not read: give"
        " the column a name.",
        "%(number)s rows have cells to the right of the last column with a name, row %(row)s first. They were not"
        " read: give the column a name.",
        count,
    )
    yield said % {"number": f"{count:,}", "row": f"{row:,}"}


def _merged(found: tuple[str, int]) -> Iterator[str]:
    first, count = found
    said = ngettext(
        "%(number)s merged cell goes over several rows, %(first)s: only the first of these rows has its value."
        " Unmerge it and fill the rows.",
        "%(number)s merged cells go over several rows, %(first)s first: only the first row of each has the value."
        " Unmerge them and fill the rows.",
        count,
    )
    yield said % {"number": f"{count:,}", "first": first}


def _unmapped(counts: dict[str, dict[str, int]]) -> Iterator[str]:
    for name, values in counts.items():
        most = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = ", ".join(f"“{value}” ({count:,})" for value, count in most[:SHOWN])
        yield _(
            "Values of “%(column)s” that the way of reading gives no meaning, and that stay as they are: %(values)s."
        ) % {
            "column": BY_NAME[name].label,
            "values": f"{shown}, …" if len(most) > SHOWN else shown,
        }


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{mask(name[-60:])}”" for name in names[:SHOWN])
    return f"{shown}, …" if len(names) > SHOWN else shown
