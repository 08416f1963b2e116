"""HTML of office programs and web pages as Markdown that renders, says the same, and holds nothing harmful."""

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.text.from_html import MAX_MARKUP, to_markdown
from sopdesk.text.guards import TextRefused
from sopdesk.text.markdown import render
from tests.examples import examples
from tests.text.attacks import FOLDER, OWN, published
from tests.text.safety import assert_safe

WORD_LIST = """<!--StartFragment--><p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;
mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Check the order<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a)<span>&nbsp;</span></span>By
number</p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>Refund</p>
<p class=MsoNormal><span style='mso-spacerun:yes'>  </span>Then <font color=red>close</font> it.<o:p>&nbsp;</o:p></p>"""


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>Refunds</h1><h3>Late ones</h3>", "# Refunds\n\n### Late ones"),
        ("<p>Plain <b>bold</b> <i>it</i> <code>a`b</code></p>", "Plain **bold** *it* ``a`b``"),
        ("<p><b> bold </b>next</p>", "**bold** next"),
        ("<span style='font-weight:700'>Bo</span><span style='font-weight:700'>ld</span>", "**Bold**"),
        ("<b style='font-weight:normal'><p>from Docs</p></b>", "from Docs"),
        ("<p>was <s>14</s> 30 days</p>", "was ~~14~~ 30 days"),
        ("<p>5 m<sup>2</sup></p>", "5 m²"),
        ("<p>one<br>two<br><br>three</p>", "one  \ntwo\n\nthree"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n    - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n    - b"),
        ("<ol start=3><li>c</li><li>d</li></ol>", "3. c\n4. d"),
        ("<p>• one</p><p>• two</p>", "- one\n- two"),
        ("<blockquote><p>said</p></blockquote>", "> said"),
        ("<pre class='language-json'>{\n  1\n}</pre>", "```json\n{\n  1\n}\n```"),
        ("<p># no</p><p>1. no</p><p>- no</p><p>:::only</p>", "\\# no\n\n1\\. no\n\n\\- no\n\n&#58;::only"),
        ("<p>a_b *c* [d] &amp;lt;</p>", "a_b \\*c\\* \\[d] &amp;lt;"),
        ("<p>see [[sop:SOP-0001#verify]]</p>", "see [[sop:SOP-0001#verify]]"),
        ("<a href='https://x.example/a b(c)'>t [1]</a>", "[t \\[1\\]](https://x.example/a%20b%28c%29)"),
        ("<a href='https://x.example'>https://x.example</a>", "<https://x.example>"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "<a@b.example>"),
        ("<a href='https://www.google.com/url?q=https://x.example/y&sa=D'>y</a>", "[y](https://x.example/y)"),
        ("<a href='javascript:alert(1)'>y</a> <a href='file:///C:/x'>z</a>", "y z"),
        ("<h2><a name=_Toc9></a>Late</h2><a href='#_Toc9'>up</a>", "## Late {#late}\n\n[up](#late)"),
        ("<img src='/media/pictures/a.png' alt='A [b]'>", "![A b](/media/pictures/a.png)"),
        ("<img src='https://spy.example/p.gif' alt='chart'>", "[chart](https://spy.example/p.gif)"),
        ("<style>p{}</style><script>x</script><p style='display:none'>no</p>yes", "yes"),
        ("a\u202eb\x07c", "abc"),
        (WORD_LIST, "- Check the order\n    1. By number\n- Refund\n\nThen close it."),
        ("", ""),
    ],
)
def test_what_it_becomes(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown
    assert not render(markdown).problems


@pytest.mark.parametrize(
    ("html", "rows"),
    [
        (
            "<table><tr><th>Case</th><th>Days</th></tr><tr><td>A|B</td><td align=right>14</td></tr></table>",
            ["| Case | Days |", "| --- | --: |", "| A\\|B | 14 |"],
        ),
        (
            "<table><tr><td>Case<td>Days<td>Who</tr><tr><td rowspan=2>Late<td>1<td>x</tr><tr><td>2<td>y</tr></table>",
            ["| Case | Days | Who |", "| --- | --- | --- |", "| Late | 1 | x |", "| Late | 2 | y |"],
        ),
        (
            "<table><thead><tr><th colspan=2>Q1<th>Q2</tr></thead><tr><td>1<td>2<td>3</tr></table>",
            ["| Q1 | Q1 | Q2 |", "| --- | --- | --- |", "| 1 | 2 | 3 |"],
        ),
        (
            "<table><tr><td>a<td>b</tr><tr><td><p>One.</p><p>Two</p><p>three</p><td><ul><li>x<li>y</ul></tr></table>",
            ["| a | b |", "| --- | --- |", "| One. Two; three | • x • y |"],
        ),
        (
            "<table><tr><th>Case<td>Late</tr><tr><th>Days<td>14</tr></table>",
            ["|  |  |", "| --- | --- |", "| Case | Late |", "| Days | 14 |"],
        ),
    ],
)
def test_tables(html: str, rows: list[str]) -> None:
    assert to_markdown(html).split("\n") == rows
    assert "<table>" in render(to_markdown(html)).html


def test_a_table_that_only_lays_out_a_mail_is_no_table() -> None:
    html = "<table><tr><td><h1>News</h1><p>Text</p></td><td><p>Side</p></td></tr></table>"
    assert to_markdown(html) == "# News\n\nText\n\nSide"


def test_pictures_within_the_html_are_handed_over_once() -> None:
    seen: list[tuple[bytes, str]] = []

    def keep(data: bytes, name: str) -> str:
        seen.append((data, name))
        return f"/media/{name}"

    source = f"data:image/png;base64,{b64encode(b'PNG bytes').decode()}"
    assert to_markdown(f"<p>See <img src='{source}' alt='a chart'></p>", picture=keep) == (
        "See ![a chart](/media/picture-1.png)"
    )
    assert seen == [(b"PNG bytes", "picture-1.png")]
    assert (
        to_markdown(f"<p>See <img src='{source}' alt='a chart'></p>", picture=lambda _d, _n: None)
        == "See a chart"
    )
    assert to_markdown(f"<img src='{source}'>") == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "deep <p>text</p>",
        "<b>x" * 50_000,
        "<table><tr><td>x" * 50_000,
        "<ul><li>x" * 50_000,
        "<blockquote>x" * 50_000,
        "<a href=x>[" * 60_000,
        "<" * 1_000_000,
        "[" * 1_000_000,
        "<p>" + "*_`" * 300_000,
        "<p style='" + "a:b;" * 200_000 + "'>x",
        "<td rowspan=9999999 colspan=9999999>x" * 20_000,
        "<table>" + "<tr><td rowspan=9999 colspan=60>x" * 5_000,
        "<!--" * 200_000,
        "&#" * 400_000,
        "word " * 200_000,
    ],
)
def test_no_page_takes_long_or_fails(html: str) -> None:
    begun = time.perf_counter()
    to_markdown(html[:1_000_000])
    assert time.perf_counter() - begun < 10


def test_words_nested_too_deeply_are_kept() -> None:
    assert to_markdown("<div>" * 5000 + "deep <p>text</p>") == "deep\n\ntext"


def test_a_page_beyond_measure_is_refused_with_what_to_do() -> None:
    with pytest.raises(TextRefused, match="parts"):
        to_markdown("x" * (MAX_MARKUP + 1))


def test_a_long_paragraph_is_parted_so_that_it_can_be_saved() -> None:
    markdown = to_markdown("<p>" + "A sentence of some words. " * 2_000 + "</p>")
    assert render(markdown).plain.count("sentence") == 2_000


@pytest.mark.parametrize("payload", OWN)
def test_own_payloads_come_out_harmless(payload: str) -> None:
    assert_safe(render(to_markdown(payload)).html)
    assert_safe(render(to_markdown(f"<table><tr><td>{payload}</td><td>x</td></tr></table>")).html)


@pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/attacks is not here")
def test_published_payloads_come_out_harmless() -> None:
    count = 0
    for payload in set(published()):
        assert_safe(render(to_markdown(payload)).html)
        count += 1
    assert count > 1_000


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)
MARKS = st.text("#*_-+>`~:|[](){}!\\<&;=. 1\n", max_size=30)


@examples(200)
@given(st.lists(WORDS | MARKS, max_size=5))
def test_typed_marks_stay_text(texts: list[str]) -> None:
    """Whatever characters a paragraph holds, it is read again as those characters and as a paragraph."""
    html = "".join(f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>" for text in texts)
    rendered = render(to_markdown(html))
    words = "".join(rendered.plain.split())
    assert not rendered.problems
    assert "<pre" not in rendered.html
    assert "<h" not in rendered.html
    kept = "".join("".join(texts).split())
    assert [char for char in words if char.isalnum()] == [char for char in kept if char.isalnum()]
