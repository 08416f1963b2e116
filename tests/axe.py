"""Axe on a page as it stands: put there once, asked for what is wrong and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = {"runOnly": WCAG}
STRICT = {"runOnly": [*WCAG, "best-practice"]}
# A theme changes colours and nothing else, so that a size that was looked at is asked about contrast alone.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
Looks = list[tuple[ViewportSize, str, dict[str, Any]]]
# Both sizes and both themes by two looks. What stands on every page is looked at in all four: see EVERY_LOOK.
TWO_LOOKS: Looks = [(WIDE, "light", ALL), (PHONE, "dark", ALL)]
EVERY_LOOK: Looks = [
    (WIDE, "light", STRICT), (WIDE, "dark", CONTRAST), (PHONE, "dark", STRICT), (PHONE, "light", CONTRAST),
]  # fmt: skip

# Axe parses the colour of each element and of all that stand behind it, thousands a page, through a library for every
# colour space there is; few of them differ. Each is parsed once.
COLORS_ONCE = """
const { Color } = axe.commons.color, parse = Color.prototype.parseString, known = new Map();
Color.prototype.parseString = function (text) {
  if (!known.has(text)) known.set(text, new Color(parse.call(new Color(0, 0, 0), text)));
  const { r, g, b, alpha } = known.get(text);
  return Object.assign(this, { r, g, b, alpha });
};
"""

# What axe remembers of a call it finds again by looking through all calls so far, and private fields of its colours are
# kept in weak maps, which each collection of garbage walks. Both are a quarter of its time; what it finds is the same.
QUICKER = """
const WeakMap = class {
  field = Symbol();
  has(owner) { return owner != null && this.field in owner; }
  get(owner) { return owner?.[this.field]; }
  set(owner, value) { owner[this.field] = value; return this; }
};
const WeakSet = class extends WeakMap {
  add(owner) { return this.set(owner, true); }
};
const remembering = (work) => {
  let known = new Map();
  const last = work.length - 1;
  const remembered = function (...words) {
    let at = known;
    for (let n = 0; n < last; n++) {
      if (!at.has(words[n])) at.set(words[n], new Map());
      at = at.get(words[n]);
    }
    const word = last < 0 ? null : words[last];
    if (!at.has(word)) at.set(word, work.apply(this, words));
    return at.get(word);
  };
  remembered.clear = () => { known = new Map(); };
  return remembered;
};
"""
_ITS_OWN = r"\(0,\w+\.default\)\(e\)(?=,axe\._memoizedFns\.push\(e\))"
_SCRIPT, _replaced = re.subn(_ITS_OWN, "remembering(e)", AXE_SCRIPT)
assert _replaced == 1, "another axe: look where it remembers calls"


def violations(page: Page, rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Axe's violations by `rules` (its options), each with its `id` and `nodes`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {QUICKER}; {_SCRIPT}; {COLORS_ONCE} }}")
    # The results that are not asked for name one element each, and stay in the browser.
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(options).then(results => results.violations)",
        {**rules, "resultTypes": ["violations"]},
    )
    return found


def wrong(page: Page, looks: Looks) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """What is wrong in each of the looks at a page, by where: by axe's rules, or wider than the window.

    The page stays as it is and is shown in another size and theme; at the end it is wide and light again. It is waited
    for: just after a click, the page that comes next has no element yet.
    """
    page.wait_for_load_state()
    for size, theme, rules in looks:
        look_like(page, size, theme)
        found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations(page, rules)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            found.append(("wider than the window", [str(width)]))
        if found:
            yield f"{page.url} {size['width']} {theme}", found
    look_like(page, WIDE, "light")


def look_like(page: Page, size: ViewportSize, theme: str) -> None:
    page.set_viewport_size(size)
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
