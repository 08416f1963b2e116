"""Hostile strings: published collections where `../shared/data/attacks` exists, and some of our own always."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "attacks"

OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&amp;colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](<javascript:alert(1)>)",
    "[x]( javascript:alert(1))",
    "[x][id]\n\n[id]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://spy.example/pixel.gif)",
    "![x](//spy.example/pixel.gif)",
    "![x](/\\spy.example/pixel.gif)",
    "![x](/media/../../spy)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x" onerror="alert(1)](/media/a.png)',
    '[x](/a "t\\" onmouseover=\\"alert(1)")',
    "[x](/a' onmouseover='alert(1))",
    "## x {#a onclick=alert(1)}",
    '## x {#a"onclick="alert(1)}',
    "x{: onclick=alert(1) }",
    "```js onload=alert(1)\nx\n```",
    '```"><script>alert(1)</script>\nx\n```',
    ':::only market="><script>alert(1)</script>\nx\n:::',
    ":::sensitive <img src=x onerror=alert(1)>\nx\n:::",
    ":::warning <svg onload=alert(1)>\nx\n:::",
    '[[sop:"><script>alert(1)</script>]]',
    '[[sop:x#a"onclick=alert(1)]]',
    '<sop-ref kind="sop" key="SOP-0001">x</sop-ref>',
    '<sop-only when="market=DE">x</sop-only>',
    '`<sop-ref kind="sop" key="x">x</sop-ref>`',
    '![<sop-ref kind="sop" key="x">x</sop-ref>](/media/a.png)',
    "![<sop-ref kind='sop' key='x'>x</sop-ref>](/media/a.png)",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><button formaction=javascript:alert(1)>x",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//spy.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    "klzzwxh:0001 wzxhzdk:1",
    "=cmd|' /C calc'!A0",
]

CONTEXTS = [
    "{0}",
    '## {0}\n\n[a]({0} "{0}")\n\n![{0}]({0})\n\n<{0}>\n\n- {0}\n\n> {0}\n\n## a {{#{0}}}\n\n**{0}**\n',
    "[d]\n\n[d]: {0}\n\n[[sop:{0}]]\n\n:::only {0}\na\n:::\n\n| a |\n|---|\n| {0} |\n\nOutcome: {0}\n",
    ":::sensitive {0}\n\n```{0}\n{0}\n```\n\n`{0}`\n",
]


def published() -> Iterator[str]:
    """Every payload of the collections; nothing where the folder is absent."""
    if not FOLDER.exists():
        return
    for entry in json.loads((FOLDER / "dompurify/expect.json").read_text()):
        yield entry["payload"]
    for entry in json.loads((FOLDER / "h5sc/items.json").read_text()):
        yield re.sub(
            r"%js_uri_alert\w*%", "javascript:alert(1)", re.sub(r"%js_alert\w*%", "alert(1)", entry["data"])
        )
    yield from re.split(r'(?=<div id="\d+">)', (FOLDER / "h5sc/vectors.txt").read_text())
    for path in sorted((FOLDER / "bleach/tests/data").glob("*.test")):
        yield path.read_text().split("\n--\n")[0]
    for path in [*sorted((FOLDER / "bleach/tests").glob("*.py")), *sorted((FOLDER / "nh3").glob("*.py"))]:
        yield from _strings(path)
    yield from (FOLDER / "csv_injection/Intruder/csv-payload.txt").read_text().splitlines()


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
