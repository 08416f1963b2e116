"""What checks are told of a text: each thing with its line."""

from __future__ import annotations

import pytest
from hypothesis import given

from sopdesk.text.guards import TextRefused
from sopdesk.text.lines import split
from sopdesk.text.reading import read, words_in
from sopdesk.text.vague import INSTEAD, is_covered, vague_in
from tests.examples import examples
from tests.text.strategies import sources

TEXT = """Before [[sop:A]].

## One {#one}

Three words here. [[macro:b]]

[[macro:b#c]] and [gone](#gone).

```
[[sop:CODE]] usually
```

## Two

Usually, as soon
"""


def test_everything_has_the_line_it_stands_in() -> None:
    found = read(TEXT)
    assert [(m.kind, m.key, m.anchor, m.line) for m in found.mentions] == [
        ("sop", "A", "", 1),
        ("macro", "b", "", 5),
        ("macro", "b", "c", 7),
    ]
    assert [(place.anchor, place.line) for place in found.places] == [("top", 1), ("one", 3), ("two", 13)]
    assert [(problem.code, problem.line) for problem in found.problems] == [("dangling", 7)]
    place = found.place_of(9)
    assert place is not None
    assert place.anchor == "one"


def test_marks_and_addresses_are_no_words() -> None:
    assert words_in("Ask **the** [owner](#verify-it), [[sop:A]] don't\n:::only market=DE\n") == 4
    assert words_in("退款退款") == 2


def test_vague_words_are_whole_words_with_their_lines_and_not_code() -> None:
    found = {vague.phrase: vague.lines for vague in vague_in(read(TEXT).prose)}
    assert found == {"usually": (15,)} | {"soon": (15,)}
    assert list(vague_in([(1, "unusually timelyish, if-needed")])) == []
    assert {vague.sort for vague in vague_in([(1, "Etc. Several, if  necessary.")])} <= set(INSTEAD)


@pytest.mark.parametrize(
    ("locale", "covered"), [("en", True), ("en-GB", True), ("EN_us", True), ("de", False)]
)
def test_the_list_is_for_english(locale: str, covered: bool) -> None:
    assert is_covered(locale) is covered


@examples(200)
@given(sources)
def test_any_text_is_read_or_refused_and_lines_are_its_own(source: str) -> None:
    try:
        found = read(source)
    except TextRefused:
        return
    last = len(split(source)) + 1
    assert all(
        1 <= line <= last for line in [m.line for m in found.mentions] + [p.line for p in found.places]
    )
