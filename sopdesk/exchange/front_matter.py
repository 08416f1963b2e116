"""The lines of YAML between `---` at the head of a Markdown file: read with care, written so that they read the same.

All scalars are read as text. Aliases are refused: a few hundred bytes of them could stand for gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from sopdesk.exchange.storable import is_storable

LONGEST = 20_000
_BLOCK = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"^([A-Za-z_]{1,40}):[ \t]*(.*?)[ \t]*$", re.MULTILINE)


class FrontMatterRefused(Exception):
    """It stands there but cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A file in its two parts."""

    body: str
    fields: dict[str, Any] = field(default_factory=dict)


class _Loader(yaml.BaseLoader):
    """Every scalar as text; no aliases."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(_("Aliases (*name) are not taken."))
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """A line for each field; lists on one line, as people write them."""


_Dumper.add_representer(
    list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)


def part(text: str, *, forgiving: bool = False) -> Parted:
    """Front matter and text; one blank line between them belongs to neither. Raises FrontMatterRefused.

    A text that merely begins with a rule has none. `forgiving` reads lines of `name: value` where the whole is no YAML:
    nobody can mend what was in force years ago.
    """
    found = _BLOCK.match(text[: LONGEST + 10]) if text.startswith("---") else None
    if found is None:
        return Parted(text)
    try:
        fields = _loaded(found[1])
    except (yaml.YAMLError, RecursionError) as error:
        if forgiving:
            return Parted(text[found.end() :].removeprefix("\n"), dict(_LINE.findall(found[1])))
        raise FrontMatterRefused(_where(error)) from error
    if fields is None:
        fields = {}
    if not isinstance(fields, dict):
        return Parted(text)
    body = text[found.end() :].removeprefix("\n")
    return Parted(body, {str(name).strip().lower(): value for name, value in fields.items()})


def _loaded(lines: str) -> Any:
    fields = yaml.load(lines, _Loader)  # noqa: S506 - a BaseLoader makes nothing but text, lists and dicts
    for name, value in fields.items() if isinstance(fields, dict) else ():
        if not is_storable({name: value}):
            shown = "".join(char if char.isprintable() else "�" for char in str(name)[:40])
            wrong = _("a control character such as \\0 in or beside “%(name)s”; take it out")
            raise yaml.YAMLError(wrong % {"name": shown})
    return fields


def joined(fields: Mapping[str, Any], body: str) -> str:
    """A file that `part` reads back as these fields and this text, to the character."""
    written = yaml.dump(dict(fields), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return f"---\n{written}---\n\n{body}"


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error) or _("It is nested too deeply.")
    line = _("line %(line)d") % {"line": mark.line + 2} if mark else _("its head")
    return _("The lines between --- cannot be read (%(where)s: %(what)s).") % {"where": line, "what": said}
