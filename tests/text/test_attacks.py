"""Every hostile string, in every place of the syntax, gives HTML that only holds what is allowed."""

import contextlib
import re
from datetime import UTC, datetime

import pytest

from sopdesk.text import presenting, sanitizing
from sopdesk.text.composing import compose
from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import Rendered, render
from tests.text.attacks import CONTEXTS, FOLDER, OWN, published
from tests.text.safety import assert_safe

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def rendered(source: str) -> Rendered | None:
    """The text, or without the characters that are refused; None when it is refused all the same."""
    for text in (source, "".join(char for char in source if char.isprintable() or char in "\n\t")):
        try:
            return render(text)
        except TextRefused:
            continue
    return None


def check(payload: str) -> int:
    """How many contexts were rendered and found harmless; a long payload is tried bare only."""
    done = 0
    for context in CONTEXTS if len(payload) < 500 else CONTEXTS[:1]:
        result = rendered(context.format(payload))
        if result is not None:
            marks = [element for element in assert_safe(result.html) if element.tag == "sop-ref"]
            assert len(marks) == len(result.references)
            shown = presenting.present(result.html, viewer=None, at=NOW)
            assert not re.search("<(sop-|script|svg)", shown)
            done += 1
    return done


@pytest.mark.parametrize("payload", OWN)
def test_own_payloads_come_out_harmless(payload: str) -> None:
    assert check(payload) >= 2


@pytest.mark.parametrize("payload", OWN)
def test_each_of_the_two_layers_holds_by_itself(payload: str) -> None:
    """The parser lets no HTML through to bleach; and bleach alone would stop it."""
    assert_safe(sanitizing.clean(payload))
    for context in CONTEXTS:
        with contextlib.suppress(TextRefused):
            assert_safe(compose(context.format(payload)).html)


@pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/attacks is not here")
def test_the_allowlist_alone_stops_published_payloads() -> None:
    for payload in set(published()):
        assert_safe(sanitizing.clean(payload))


@pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/attacks is not here")
@pytest.mark.parametrize("quarter", range(4))
def test_published_payloads_come_out_harmless(quarter: int) -> None:
    payloads = sorted({payload for payload in published() if re.search(r"[<>\[\]()&:=]", payload)})[
        quarter::4
    ]
    assert len(payloads) > 250
    refused = [payload for payload in payloads if not check(payload)]
    assert len(refused) < 10


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        "<script>1</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<p style="color:red">x</p>',
        "<!-- x -->",
        '<img src="//spy.example/a">',
        '<p id="x">x</p>',
    ],
)
def test_the_check_itself_sees_harm(html: str) -> None:
    with pytest.raises(AssertionError):
        assert_safe(html)
