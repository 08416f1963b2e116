"""What is refused, how it is said, and that what is admitted is parsed in bounded time."""

import contextlib
import time
from collections.abc import Callable

import pytest

from sopdesk.text import guards, markdown
from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import render
from tests.text.hostile import PATTERNS

LARGEST = 199_000
SECONDS = (
    8.0  # CPU seconds; the worst takes about one on an idle machine, the limit leaves room for a slow one
)


def spent(source: str) -> float:
    """CPU seconds until `source` is rendered or refused."""
    markdown._rendered.cache_clear()
    begun = time.process_time()
    with contextlib.suppress(TextRefused):
        render(source)
    return time.process_time() - begun


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS.keys())
def test_the_largest_hostile_text_is_bounded(pattern: Callable[[int], str]) -> None:
    whole = spent(pattern(LARGEST)[:LARGEST])
    assert whole < SECONDS
    if whole > 1.5:  # slow enough to be measured: must not have grown faster than the text
        half = spent(pattern(LARGEST // 2))
        if whole / half >= 3.5:  # a collector's pause, or another thread, is not the text's doing: once more
            whole = min(whole, spent(pattern(LARGEST)[:LARGEST]))
            half = min(half, spent(pattern(LARGEST // 2)))
        assert whole / half < 3.5


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n" + "[" * 201, 2),
        ("a\n\n" + "> " * 21 + "a", 3),
        ("- " * 21 + "a", 1),
        ("a\nb \u202e c", 2),
        ("a\n\u2066b", 2),
        ("a\n\nb &#x202E; c", 3),
        ("a &#8238 b", 1),
        ("a\x00b", 1),
        ("a\nb\x07", 2),
        ("a\nb &#0; c", 2),
        ("a\ud800b", 1),
        ("\na" * 3 + "\n\n" + "b" * 20_001, 6),
        ("# " + "a" * 501, 1),
        ("|a|\n" + "---\n" * 101, 102),
        (":::note\n" * 21, 21),
    ],
)
def test_a_refusal_names_the_line_and_the_remedy(source: str, line: int) -> None:
    with pytest.raises(TextRefused) as refusal:
        render(source)
    problem = refusal.value.problems[0]
    assert problem.line == line
    assert problem.what.endswith(".")
    assert problem.how.endswith((".", ":::"))
    assert f"Line {line}: {problem.what}" in str(refusal.value)


def test_the_size_is_counted_in_bytes() -> None:
    render("é" * 10 + "\n\na" * 10)
    with pytest.raises(TextRefused, match="201 KB"):
        render("é\n\n" * 50_001)


def test_many_problems_are_cut_at_twenty() -> None:
    with pytest.raises(TextRefused) as refusal:
        render("\u202e\n" * 50)
    assert len(refusal.value.problems) == 20


@pytest.mark.parametrize(
    "source",
    [
        "See [0, 10) and [5, 7).\n\n" * 300,
        "| from | to |\n|---|---|\n" + "| [0, 10) | [5, 7) |\n" * 500,
        "- [ ] Ask for the order\n" * 500,
        "Tag it `refund_request` or **refund_denied**, see [[sop:SOP-0001#verify]].\n\n" * 1000,
        "```json\n" + '{"a": [1, [2, [3, "\\u202a"]]]},\n' * 4000 + "```\n",
        "שלום עולם \u200f!\n",
        "a\tb\r\nc\rd",
    ],
)
def test_what_people_write_is_taken(source: str) -> None:
    assert render(source).plain


def test_no_named_entity_hides_a_refused_character() -> None:
    assert guards.forbidden_named_entities() == frozenset()
