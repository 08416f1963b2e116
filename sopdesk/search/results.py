"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import cached_property

from sopdesk.search.asking import Asked
from sopdesk.search.highlighting import Segment
from sopdesk.search.kinds import FoundKind


@dataclass(frozen=True)
class FoundPassage:
    """A section with the words that were asked for lit. `url` leads to the section itself."""

    heading: list[Segment]
    text: list[Segment]
    url: str


@dataclass(frozen=True)
class FoundDocument:
    """A document with its best sections, best first; there is always one."""

    kind: FoundKind
    key: str
    number: int
    title: list[Segment]
    locale: str
    since: datetime
    published_by: str
    url: str
    passages: list[FoundPassage]


@dataclass(frozen=True)
class KindCount:
    """How many documents of a kind match; with `more`, at least so many."""

    kind: FoundKind
    documents: int


@dataclass(frozen=True)
class Results:
    """One page of results.

    `more`: the words are so common that only the best part of what they match was ranked, so counts are lower
    bounds. `respelt`: the question as it was understood when nothing matched it as typed. `also`: when few or no
    documents hold all of the words, those that hold the most telling of them.
    """

    asked: Asked
    documents: list[FoundDocument]
    counts: list[KindCount]
    kind: str = ""
    page: int = 1
    size: int = 20
    more: bool = False
    respelt: Asked | None = None
    also: list[FoundDocument] = field(default_factory=list)

    @cached_property
    def total(self) -> int:
        """Documents of all kinds, or of the chosen one."""
        return sum(count.documents for count in self.counts if self.kind in {"", count.kind.name})

    @cached_property
    def total_of_all_kinds(self) -> int:
        return sum(count.documents for count in self.counts)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def previous_page(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None
