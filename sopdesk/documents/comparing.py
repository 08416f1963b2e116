"""Any two states of a document, compared: sections and words, and the fields beside the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Content, Version
from sopdesk.text import diff

VIEWS = ("inline", "side")


@dataclass(frozen=True)
class FieldDiff:
    """A field beside the text that differs, with both values in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Comparison:
    """What differs between two contents. `sections` holds the unchanged ones too, to be folded."""

    fields: tuple[FieldDiff, ...]
    sections: tuple[diff.SectionDiff, ...]

    @property
    def changed(self) -> int:
        """How many sections and fields differ."""
        return len(self.fields) + sum(section.kind != "same" for section in self.sections)


def compare(old: Content | None, new: Content, kind: Kind) -> Comparison:
    """What a reader of `old` has to learn to know `new`; against nothing, everything is new."""
    return Comparison(tuple(_fields(old, new, kind)), diff.documents(old.body if old else "", new.body))


def with_predecessors(versions: Iterable[Version]) -> list[tuple[Version, Version | None]]:
    """Each version, newest first, beside the one before it."""
    listed: list[Version | None] = [*versions, None]
    return [(newer, older) for newer, older in pairwise(listed) if newer is not None]


def chosen_view(wish: str) -> str:
    """ "inline" or "side"; anything else is inline, which fits every screen."""
    return wish if wish in VIEWS else VIEWS[0]


def _fields(old: Content | None, new: Content, kind: Kind) -> Iterable[FieldDiff]:
    before, after = (_in_words(content, kind) if content else {} for content in (old, new))
    for label in {**before, **after}:
        if before.get(label, "") != after.get(label, ""):
            yield FieldDiff(label, before.get(label, ""), after.get(label, ""))


def _in_words(content: Content, kind: Kind) -> dict[str, str]:
    audience = str(content.get_audience_display())
    if content.audience_teams:
        audience = f"{audience}: {', '.join(sorted(content.audience_teams))}"
    values = {_("Title"): content.title, _("Audience"): audience}
    for name, value in sorted(content.data.items()):
        values[kind.field_label(name)] = kind.in_words(name, value)
    return values
