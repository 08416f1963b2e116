"""Rendering: what each piece of the syntax becomes, and what holds for any text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bleach._vendor import html5lib
from bleach.html5lib_shim import getTreeWalker
from hypothesis import given

from sopdesk.text import sanitizing
from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import Rendered, render
from tests.examples import examples
from tests.text.safety import assert_safe
from tests.text.strategies import any_text, sources


def admitted(source: str) -> Rendered | None:
    """The text, or None when it is refused; any other exception fails the test."""
    try:
        return render(source)
    except TextRefused:
        return None


@examples(250)
@given(sources)
def test_any_source_gives_safe_html_or_a_refusal(source: str) -> None:
    result = admitted(source)
    if result is None:
        return
    marks = [element for element in assert_safe(result.html) if element.tag == "sop-ref"]
    assert [(mark.get("kind"), mark.get("key"), mark.get("anchor", "")) for mark in marks] == [
        (reference.kind, reference.key, reference.anchor) for reference in result.references
    ]
    assert {reference.section for reference in result.references} <= {
        section.anchor for section in result.sections
    }
    assert sanitizing.clean(result.html) == result.html


@examples(250)
@given(any_text)
def test_any_text_at_all_is_rendered_or_refused(source: str) -> None:
    result = admitted(source)
    if result is not None:
        assert_safe(result.html)


@examples(150)
@given(sources)
def test_plain_is_what_a_browser_would_show(source: str) -> None:
    result = admitted(source)
    if result is None:
        return
    tree = html5lib.parseFragment(result.html, treebuilder="etree", namespaceHTMLElements=False)
    assert "".join(result.plain.split()) == "".join("".join(tree.itertext()).split())


@examples(150)
@given(sources)
def test_our_walk_over_the_tree_is_html5libs(source: str) -> None:
    tree = html5lib.parseFragment(
        f"<ul><li>{source}</li></ul>", treebuilder="etree", namespaceHTMLElements=False
    )
    theirs = [token for token in getTreeWalker("etree")(tree) if token["type"] != "Comment"]
    if not any(not isinstance(element.tag, str) for element in tree.iter()):
        assert list(sanitizing._Walker(tree)) == theirs


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**a** *b* `c`", "<p><strong>a</strong> <em>b</em> <code>c</code></p>"),
        ("<b>a</b> &amp; &copy;", "<p>&lt;b&gt;a&lt;/b&gt; &amp; &copy;</p>"),
        ("<!-- a -->", "<p>&lt;!-- a --&gt;</p>"),
        ("[a](/b)", '<p><a href="/b">a</a></p>'),
        ("[a](#b)\n## B", '<p><a href="#b">a</a></p>\n<h2 id="b">B</h2>'),
        (
            "[a](https://b.c/d?e=f&g=h)",
            '<p><a href="https://b.c/d?e=f&amp;g=h" rel="noopener nofollow">a</a></p>',
        ),
        ("[a](//b.c)", '<p><a href="//b.c" rel="noopener nofollow">a</a></p>'),
        ("[a](mailto:b@c.d)", '<p><a href="mailto:b@c.d">a</a></p>'),
        ("[a](tel:+3531)", '<p><a href="tel:+3531">a</a></p>'),
        ("https://b.c", "<p>https://b.c</p>"),
        ("<https://b.c>", '<p><a href="https://b.c" rel="noopener nofollow">https://b.c</a></p>'),
        ("[a](javascript:b)", "<p><span>a</span></p>"),
        ("![a](/media/b.png)", '<p><img alt="a" src="/media/b.png"></p>'),
        ("![a](https://b.c/d.png)", "<p><span>a</span></p>"),
        ("[a][x]\n\n## B\n\n[x]: /c", '<p><a href="/c">a</a></p>\n<h2 id="b">B</h2>'),
        ("#urgent", "<p>#urgent</p>"),
        ("# A {#b .c onclick=d}", '<h2 id="a-b-c-onclick-d">A {#b .c onclick=d}</h2>'),
        ("```py\n<b> [[sop:x]]\n```", '<pre><code class="language-py">&lt;b&gt; [[sop:x]]\n</code></pre>'),
        ("Outcome: Done.", '<p class="outcome">Outcome: Done.</p>'),
        ("[[sop:S-1#a]]", '<p><sop-ref anchor="a" key="S-1" kind="sop">S-1#a</sop-ref></p>'),
        ("`[[sop:S-1]]` \\[[sop:S-1]]", "<p><code>[[sop:S-1]]</code> [[sop:S-1]]</p>"),
        ("[[Sop:x]] [[sop]] [[sop:a b]]", "<p>[[Sop:x]] [[sop]] [[sop:a b]]</p>"),
        (":::only market=DE, FR\na\n:::", '<sop-only when="market=DE,FR">\n<p>a</p>\n</sop-only>'),
        (
            ":::sensitive Threats\na\n:::",
            '<details class="sensitive"><summary>Threats</summary>\n<p>a</p>\n</details>',
        ),
        (
            ":::warning\na\n:::",
            '<div class="callout callout-warning"><p class="callout-title">Warning</p>\n<p>a</p>\n</div>',
        ),
        ("1. a\n2. b\n\n- c", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<ul>\n<li>c</li>\n</ul>"),
    ],
)
def test_the_syntax(source: str, html: str) -> None:
    assert render(source).html.strip() == html


def test_a_table_scrolls_in_a_box_and_keeps_its_alignment() -> None:
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |").html
    assert html.startswith('<div class="table-responsive"><table>')
    assert '<td class="text-end">2</td>' in html
    assert "style" not in html


def test_headings_of_the_body_start_below_the_page_title() -> None:
    assert '<h2 id="a">A</h2>' in render("# A\n## B").html
    assert '<h3 id="b">B</h3>' in render("# A\n## B").html
    assert '<h2 id="a">A</h2>' in render("### A\n#### B").html
    assert '<h6 id="c">C</h6>' in render("# A\n###### C").html


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a\n\n:::only\nb\n:::", 3, "not a known block"),
        ("a\n:::nonsense\nb\n:::", 2, "not a known block"),
        ("a\n:::note\nb", 2, "never closed"),
        ("a\n:::\nb", 2, "closes nothing"),
        ("a\n```\nb", 2, "never closed"),
        ("## A\n\n## A", 3, "already has this title"),
        ("a\n\n[b](#c)", 3, "no section #c"),
        ("a\nb ![c](https://d.e/f.png)", 2, "is not shown"),
        ("a\n[b](javascript:c)", 2, "is not made"),
        ("a\n##\nb", 2, "no words"),
    ],
)
def test_a_finding_names_its_line(source: str, line: int, words: str) -> None:
    problem = render(source).problems[0]
    assert (problem.line, words in problem.what) == (line, True)
    assert problem.how


def test_a_text_of_an_unknown_block_is_not_lost() -> None:
    assert render(":::only DE\nSecret\n:::").plain == ":::only DE\nSecret"


def test_threads_do_not_disturb_each_other() -> None:
    source = "## T{0} [[sop:S-{0}]]\n\n- [a{0}](#t{0})\n\n[x]\n\n[x]: /{0}"
    texts = [source.format(number) for number in range(40)]
    alone = [render(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(render, texts * 3)) == alone * 3


def test_a_failure_leaves_no_trace_in_the_next_text() -> None:
    before = render("- a\n\n    b")
    with pytest.raises(TextRefused):
        render("- " * 30 + "a")
    assert render("- a\n\n    b") == before
