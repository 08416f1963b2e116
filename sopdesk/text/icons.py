"""Icons as HTML: those of assets/icons.txt, out of one file."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

POINTING = (
    "arrow-left",
    "arrow-right",
    "arrow-narrow-right",
    "chevron-left",
    "chevron-right",
    "login",
    "logout",
    "corner-down-right",
    "arrow-back-up",
    "send",
    "external-link",
    "list",
    "list-check",
)


# Every page has dozens, of a few kinds.
@lru_cache(maxsize=1024)
def icon(name: str, extra: str = "") -> SafeString:
    """An icon, hidden from screen readers. `extra`: more classes. One that points somewhere turns in right-to-left."""
    turning = " icon-turns" if name in POINTING else ""
    return format_html(
        '<svg class="icon{} {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        turning, extra, static("vendor/tabler/icons.svg"), name,
    )  # fmt: skip
