"""Running needs no Node: what pages ask for is committed under static/."""

import re
from pathlib import Path

from django.conf import settings

from sopdesk.text.states import LOOKS
from sopdesk.web.navigation import RAIL

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static" / "vendor"
NAMED = re.compile(r"""{% icon "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"|default:"([a-z0-9-]+)" "icon""")
PHYSICAL = re.compile(
    r"(?<![-\w])(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:|text-align:\s*(?:left|right)"
)


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "tabler" / "icons.svg").read_text()))


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for match in NAMED.findall(path.read_text())
        for name in match
        if name
    }
    assert named - sprite() == set(), "add it to assets/icons.txt and run make assets"


def test_the_sprite_holds_what_its_list_names() -> None:
    assert sprite() == set((ROOT / "assets" / "icons.txt").read_text().split())


def test_every_state_and_place_has_its_icon() -> None:
    from_code = {look.icon for look in LOOKS.values()} | {place.icon for place in RAIL}
    assert from_code - sprite() == set()


def test_nothing_vendored_points_outside_the_site() -> None:
    for path in (*VENDOR.rglob("*.css"), *(ROOT / "static" / "css").glob("*.css")):
        text = path.read_text()
        outside = [
            url for url in re.findall(r"""(?:url\(|@import )["']?([^"')\s]+)""", text) if "//" in url[:8]
        ]
        assert outside == [], path
        assert "sourceMappingURL" not in text


def test_the_licences_of_what_is_shipped_are_shipped() -> None:
    text = (VENDOR / "LICENSES.txt").read_text()
    assert all(name in text for name in ("Tabler", "Apache ECharts", "ZRender", "tslib", "Inter"))


def test_own_files_stay_small_and_logical() -> None:
    for path in (ROOT / "static" / "css").glob("*.css"):
        assert len(path.read_text().splitlines()) <= 400, path
        assert PHYSICAL.findall(path.read_text()) == [], path
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert len(path.read_text().splitlines()) <= 150, path


def test_no_template_carries_inline_script_style_or_handlers() -> None:
    inline = re.compile(r"""<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=["']|\|\s*safe\b|autoescape off""")
    for path in (ROOT / "templates").rglob("*.html"):
        assert inline.findall(path.read_text()) == [], path
