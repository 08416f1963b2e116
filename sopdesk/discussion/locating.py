"""Where quoted words stand in a text that was edited since: exactly, in other dress, or the nearest there is.

Nothing of this is stored: a thread keeps the words and what stood round them, and is placed anew for each reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

CONTEXT = 40
"""Characters kept from each side of the words, to tell one occurrence from another."""
MAX_OCCURRENCES = 500
MAX_WORDS = 200
"""Words of a quote that are looked at when it has to be searched for by likeness."""
MIN_WORDS = 3
CANDIDATES = 8
ALIKE = 0.6
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words out of a text, with what stood directly before and after them."""

    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text. `likeness` is 1 where it holds the very words; `exact` where it holds every character."""

    start: int
    end: int
    likeness: float = 1.0
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def quoted(text: str, place: Place) -> Quote:
    """The words at a place, with their surroundings."""
    before = text[max(0, place.start - CONTEXT) : place.start]
    return Quote(text[place.start : place.end], before, text[place.end : place.end + CONTEXT])


def find(quote: Quote, text: str) -> Place | None:
    """Where the quote stands now; of several places the one whose surroundings fit best, else the first.

    The same characters are looked for first, then the same letters and digits whatever blanks and marks stand between
    them, then the stretch that shares most words, at least three in five. None when the words are gone.
    """
    if not quote.words.strip():
        return None
    return (
        _best(_exact(quote.words, text), quote, text) or find_in_dress(quote, text) or _nearest(quote, text)
    )


def find_exact(quote: Quote, text: str) -> Place | None:
    """Where the very characters of the quote stand, if that can be said for sure.

    None when they are gone, and when they stand several times with surroundings that fit equally well.
    """
    places = list(_exact(quote.words, text)) if quote.words else []
    if len(places) < 2:
        return places[0] if places else None
    fits = sorted(((_fit(place, quote, text), place) for place in places), key=lambda pair: -pair[0])
    return fits[0][1] if fits[0][0] > fits[1][0] else None


def find_in_dress(quote: Quote, text: str) -> Place | None:
    """Where the same letters and digits stand, with other blanks, line ends, marks or cases between them."""
    wanted, _offsets = _bare(quote.words)
    if not wanted:
        return None
    plain, offsets = _bare(text)
    places = (
        Place(offsets[at], offsets[at + len(wanted) - 1] + 1, exact=False) for at in _starts(wanted, plain)
    )
    return _best(places, quote, text)


def _exact(words: str, text: str) -> Iterator[Place]:
    return (Place(at, at + len(words)) for at in _starts(words, text))


def _starts(words: str, text: str) -> Iterator[int]:
    at = text.find(words)
    for _count in range(MAX_OCCURRENCES):
        if at < 0:
            return
        yield at
        at = text.find(words, at + 1)


def _best(places: Iterator[Place], quote: Quote, text: str) -> Place | None:
    return max(places, key=lambda place: _fit(place, quote, text), default=None)


def _fit(place: Place, quote: Quote, text: str) -> int:
    """How many characters beside the place are those that stood beside the quote."""
    before = text[max(0, place.start - CONTEXT) : place.start]
    return _shared(reversed(before), reversed(quote.before)) + _shared(
        iter(text[place.end : place.end + CONTEXT]), iter(quote.after)
    )


def _shared(ones: Iterator[str], others: Iterator[str]) -> int:
    count = 0
    for one, other in zip(ones, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _bare(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, without case, and where in the text each comes from."""
    kept: list[str] = []
    offsets: list[int] = []
    for at, character in enumerate(text):
        if character.isalnum():
            for folded in character.casefold():
                kept.append(folded)
                offsets.append(at)
    return "".join(kept), offsets


def _words(text: str) -> list[_Word]:
    return [_Word(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]


def _nearest(quote: Quote, text: str) -> Place | None:
    """The stretch that shares most words with the quote. A window of its length goes over the text and counts shared
    words in any order; only the best few windows are compared word by word, so time grows with the text alone."""
    wanted = [word.text for word in islice(_words(quote.words), MAX_WORDS)]
    if len(wanted) < MIN_WORDS:
        return None
    there = _words(text)
    places = (_compared(wanted, there, start) for start in _promising(wanted, [word.text for word in there]))
    alike = [place for place in places if place is not None]
    return max(alike, key=lambda place: (place.likeness, _fit(place, quote, text)), default=None)


def _promising(wanted: Sequence[str], there: Sequence[str]) -> list[int]:
    """Where the windows begin that share most words with the quote, half of them at least, none overlapping."""
    size = len(wanted)
    missing = Counter(wanted)
    shared = 0
    scores: list[tuple[int, int]] = []
    for at, word in enumerate(there):
        shared += missing[word] > 0
        missing[word] -= 1
        if at >= size:
            gone = there[at - size]
            missing[gone] += 1
            shared -= missing[gone] > 0
        scores.append((shared, -max(0, at - size + 1)))
    chosen: list[int] = []
    for score, start in sorted(scores, reverse=True):
        if score * 2 < size or len(chosen) >= CANDIDATES:
            break
        if all(abs(-start - other) >= max(1, size // 2) for other in chosen):
            chosen.append(-start)
    return chosen


def _compared(wanted: Sequence[str], there: Sequence[_Word], start: int) -> Place | None:
    """The stretch round a window that begins and ends with shared words, if it is alike enough."""
    margin = len(wanted) // 2
    window = there[max(0, start - margin) : start + len(wanted) + margin]
    matcher = SequenceMatcher(None, wanted, [word.text for word in window], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    best, first, last = 0.0, 0, 0
    for begin in range(len(blocks)):
        shared = 0
        for end in range(begin, len(blocks)):
            shared += blocks[end].size
            reach = blocks[end].b + blocks[end].size - blocks[begin].b
            likeness = 2 * shared / (len(wanted) + reach)
            if likeness > best:
                best, first, last = likeness, blocks[begin].b, blocks[end].b + blocks[end].size
    if best < ALIKE:
        return None
    return Place(window[first].start, window[last - 1].end, min(best, 0.99), exact=False)
