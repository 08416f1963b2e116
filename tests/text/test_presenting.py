"""What a reader sees of stored HTML."""

from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text import references
from sopdesk.text.markdown import render
from sopdesk.text.presenting import leading_out, present, section
from sopdesk.text.references import Target
from tests.examples import examples
from tests.text.safety import elements
from tests.text.strategies import sources

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITED = "Always.\n\n:::only market=DE,FR\n## Germany\n\nFor [[fact:de]].\n:::\n\n## Rest\n\nEnd.\n"


class Shelf:
    """A resolver that counts its calls."""

    def __init__(self, **targets: Target) -> None:
        self.targets = targets
        self.calls: list[tuple[frozenset[str], object, datetime]] = []

    def __call__(self, keys: Collection[str], /, *, viewer: object, at: datetime) -> dict[str, Target]:
        self.calls.append((frozenset(keys), viewer, at))
        return {key: self.targets[key] for key in keys if key in self.targets}


def shown(source: str, **conditions: str) -> str:
    return present(render(source).html, viewer="dev", at=NOW, conditions=conditions)


def test_references_are_filled_in_one_call_a_kind() -> None:
    sops, facts = Shelf(a=Target("First", "/sops/a")), Shelf(w=Target("Window", "/facts/w", "14 days"))
    references.register("sop")(sops)
    references.register("fact")(facts)
    html = shown("[[sop:a#verify]] [[sop:a]] [[sop:b]] [[fact:w]] [[macro:m]]\n\n## [[sop:a]]\n")
    assert '<a class="reference reference-sop" href="/sops/a#verify" dir="auto">First</a>' in html
    assert '<a class="reference reference-fact" href="/facts/w" dir="auto" title="Window">14 days</a>' in html
    assert '<span class="reference reference-missing">b (not available)</span>' in html
    assert '<span class="reference reference-missing">m (not available)</span>' in html
    assert sops.calls == [(frozenset({"a", "b"}), "dev", NOW)]
    assert len(facts.calls) == 1


def test_a_reference_inside_a_link_gives_its_words_only() -> None:
    references.register("fact")(Shelf(w=Target("Window", "/facts/w", "14 days")))
    html = shown("[within [[fact:w]]](/refunds) and *[[fact:w]]*")
    assert (
        '<a href="/refunds">within <span class="reference reference-fact" dir="auto">14 days</span></a>'
        in html
    )
    assert html.count("<a ") == 2


def test_a_hidden_reference_shows_only_what_the_writer_typed() -> None:
    references.register("sop")(Shelf(secret=Target("Layoffs", "/x")))
    assert "Layoffs" not in shown("[[sop:other]]")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//spy.example", "/\\spy.example", "data:x", ""])
def test_a_resolvers_words_and_address_are_not_trusted(url: str) -> None:
    references.register("sop")(
        Shelf(a=Target('"><script>alert(1)</script>', url, "<img src=x onerror=alert(1)>"))
    )
    found = elements(shown("[[sop:a]]"))
    assert [element.tag for element in found] == ["p", "span"]


def test_a_kind_has_one_resolver() -> None:
    references.register("sop")(Shelf())
    with pytest.raises(ValueError, match="sop"):
        references.register("sop")(Shelf())


@pytest.mark.parametrize(
    ("conditions", "germany", "label"),
    [
        ({"market": "DE"}, True, False),
        ({"market": "fr"}, True, False),
        ({"market": "US"}, False, False),
        ({"channel": "chat"}, True, True),
        ({}, True, True),
    ],
)
def test_a_limited_block_follows_what_is_known(
    conditions: dict[str, str], germany: bool, label: bool
) -> None:
    html = shown(LIMITED, **conditions)
    assert ("Germany" in html) is germany
    assert ("Only for market: DE, FR" in html) is label
    assert ("Always." in html, "End." in html) == (True, True)


def test_what_is_dropped_is_not_resolved() -> None:
    facts = Shelf()
    references.register("fact")(facts)
    shown(LIMITED, market="US")
    assert facts.calls == []


def test_blocks_inside_blocks() -> None:
    source = ":::only market=DE\nA\n:::only channel=chat\nB\n:::\nC\n:::\nD\n"
    assert [x in shown(source, market="DE", channel="chat") for x in "ABCD"] == [True, True, True, True]
    assert [f"<p>{x}</p>" in shown(source, market="DE", channel="phone") for x in "ABCD"] == [
        True,
        False,
        True,
        True,
    ]
    assert [f"<p>{x}</p>" in shown(source, market="US", channel="chat") for x in "ABCD"] == [
        False,
        False,
        False,
        True,
    ]


def test_sensitive_material_is_folded_behind_a_notice() -> None:
    html = shown(":::sensitive\nThreat\n:::")
    assert '<details class="sensitive"><summary>' in html
    assert " open" not in html


def test_one_section_is_cut_out_whole() -> None:
    html = shown(LIMITED)
    assert section(html, "rest") == '<h2 id="rest">Rest</h2>\n<p>End.</p>\n'
    assert section(html, "germany").startswith('<h2 id="germany">')
    assert section(html, "top").count("<div") == section(html, "top").count("</div>")
    assert section(html, "nowhere") == ""


@examples(150)
@given(sources, st.sampled_from([{}, {"market": "DE"}, {"market": "US"}]))
def test_nothing_of_the_marks_is_left_and_every_box_is_closed(
    source: str, conditions: dict[str, str]
) -> None:
    try:
        html = shown(source, **conditions)
    except ValueError:
        return
    assert "<sop-" not in html
    assert "</sop-" not in html
    for name in ("div", "details", "p", "ul", "li"):
        assert html.count(f"<{name}>") + html.count(f"<{name} ") == html.count(f"</{name}>")


def test_sections_shown_alone_lead_out_to_the_others() -> None:
    html = shown(
        "## Ask {#ask}\n\n- [Yes](#pay)\n- [No](#deny)\n\n## Pay {#pay}\n\nDo.\n\n## Deny {#deny}\n\nDo not.\n"
    )
    [ask, pay] = leading_out([section(html, "ask"), section(html, "pay")], "/sops/A?b=1&c")
    assert 'href="#pay"' in ask
    assert 'href="/sops/A?b=1&amp;c#deny"' in ask
    assert pay == section(html, "pay")
    outward = shown("[Site](https://example.com/#deny)\n")
    assert leading_out([outward], "/sops/A") == [outward]
