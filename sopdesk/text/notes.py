"""Short texts beside a page's own: comments. The same Markdown, guards and sanitiser, without headings.

A heading in a comment would stand among the page's headings, and its anchor among the page's anchors.
"""

import re

from django.utils.safestring import SafeString, mark_safe

from sopdesk.text.markdown import render

_HEADING = re.compile(r"<h[2-6](?: id=\"[^\"]*\")?>(.*?)</h[2-6]>", re.DOTALL)


def render_note(source: str) -> SafeString:
    """The HTML of a comment, to be shown through `presenting.present_all`. Raises guards.TextRefused."""
    html = _HEADING.sub(r"<p><strong>\1</strong></p>", render(source).html)
    return mark_safe(html)  # noqa: S308 - sanitised by `render`; tags are only exchanged for plainer ones
