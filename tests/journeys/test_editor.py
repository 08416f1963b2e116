"""The editor in a browser: what is offered, what is saved, what is pasted, what is moved, and by whom."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from sopdesk.accounts.models import User
from sopdesk.documents import editing, reviewing
from sopdesk.documents.models import ChangeItem, Document, Picture
from tests import factories
from tests.journeys.seat import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]

PASTE = """(data) => {
  const carried = new DataTransfer();
  for (const [type, text] of Object.entries(data.texts ?? {})) carried.setData(type, text);
  if (data.picture) {
    const bytes = Uint8Array.from(atob(data.picture), (sign) => sign.charCodeAt(0));
    carried.items.add(new File([bytes], data.name, { type: "image/png" }));
  }
  const event = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(event);
}"""


# The page is read whole by then, and no module has run.
TYPED_AT_ONCE = """document.addEventListener("readystatechange", () => {
  const field = document.querySelector("textarea[name=body]");
  if (document.readyState === "interactive" && field) field.value = field.value.replace("14 days", "30 days");
});"""
TEXTS = [
    "# A\n\na\n## B\n\nb\n### C\nc\n\n\n## D\nd",
    "x\n\n## A\na\n\nB\n---\nb\n\n## C\n",
    "## A\n## B\n## C",
]
EVERY_MOVE = """async (texts) => {
  const { moved, step } = await import("/static/js/editor-sections.js");
  const words = (text) => text.split("\\n").filter((line) => line).sort().join("|");
  const headings = (text) => {
    const rows = text.split("\\n");
    const found = [];
    let at = 0;
    rows.forEach((row, n) => {
      const underlined = row && /^-{3}$/.test(rows[n + 1] ?? "") && (n === 0 || !rows[n - 1]);
      if (row.startsWith("#")) found.push({ from: at, level: /^#+/.exec(row)[0].length });
      else if (underlined) found.push({ from: at, level: 2 });
      at += row.length + 1;
    });
    return found;
  };
  const wrong = [];
  for (const text of texts) {
    const places = headings(text);
    const ends = [...places.keys(), places.length];
    for (const index of places.keys()) {
      for (const before of ends) {
        const change = moved(text, places, index, before);
        if (!change) continue;
        const now = text.slice(0, change.from) + change.insert + text.slice(change.to);
        const title = text.slice(places[index].from).split("\\n")[0];
        const kept = words(now) === words(text) && headings(now).length === places.length;
        if (!kept || !now.slice(change.at).startsWith(title)) wrong.push([text, index, before, now]);
      }
      for (const way of ["up", "down"]) {
        const target = step(places, index, way);
        if (target !== null && !moved(text, places, index, target)) wrong.push([text, index, way]);
      }
    }
  }
  return wrong;
}"""


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def draft(refunds: Document, ana: User) -> ChangeItem:
    return editing.start_change(refunds, actor=ana)


def address(item: ChangeItem) -> str:
    return reverse("changes:item_edit", args=[item.change_id, item.pk])


def opened(seat: Seat, item: ChangeItem) -> tuple[Page, Locator]:
    page = seat.page
    page.goto(address(item))
    text = page.get_by_role("textbox", name="Text (Markdown)")
    expect(text).to_be_visible()
    return page, text


def pick(page: Page, name: str) -> None:
    """Take the first suggestion, once it may be taken: a key pressed as the list opens is not meant for it."""
    expect(page.get_by_role("option", name=name)).to_have_attribute("aria-selected", "true")
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")


def at_end(page: Page, text: Locator) -> None:
    text.click()
    page.keyboard.press("Control+End")


def field(page: Page) -> str:
    """The text as the form would send it."""
    return str(page.evaluate("new FormData(document.getElementById('draft')).get('body')"))


def stored(item: ChangeItem) -> str:
    return ChangeItem.objects.get(pk=item.pk).body


def saved(page: Page) -> None:
    expect(page.locator("[data-status]")).to_contain_text(
        re.compile(r"Draft saved \d\d:\d\d .*In force: v1, untouched")
    )


def test_typing_is_saved_by_itself_and_seen_in_preview_outline_and_margin(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    at_end(page, text)
    page.keyboard.type("\n## Lost {#lost}\n\n- [Nowhere](#nowhere)\n")
    expect(page.locator("[data-status]")).to_contain_text("Not saved yet")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("Lost")
    expect(page.get_by_role("navigation", name="Outline")).to_contain_text("Lost")
    expect(page.locator(".cm-lint-marker").first).to_be_visible()
    saved(page)
    assert "## Lost {#lost}" in stored(draft)
    problem = page.locator("[data-problem]").filter(has_text="nowhere").first
    problem.get_by_role("link").click()
    expect(text).to_be_focused()
    assert seat.ran() == []


def test_blocks_and_references_are_offered_while_typing(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    at_end(page, text)
    page.keyboard.type("\n/warn")
    pick(page, "Warning")
    page.keyboard.type("Hot.")
    assert ":::warning\nHot.\n:::" in field(page)
    at_end(page, text)
    page.keyboard.type("\n\nSee [[macro:refund-app")
    pick(page, "Refund approved")
    assert field(page).endswith("See [[macro:refund-approved]]")
    page.keyboard.type(" or [this](#esc")
    pick(page, "Escalate")
    page.keyboard.type(")")
    assert field(page).endswith("or [this](#escalate)")
    assert seat.ran() == []


def test_the_toolbar_is_one_stop_with_arrow_keys(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    page, text = opened(sit_down(ana), draft)
    text.fill("word")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Undo").focus()
    for _step in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Bold", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    assert field(page) == "**word**"
    page.keyboard.press("Control+b")
    assert field(page) == "word"
    page.get_by_role("button", name="Heading").click()
    assert field(page) == "## word"
    page.get_by_role("button", name="Undo").click()
    assert field(page) == "word"
    page.get_by_role("button", name="Numbered list").click()
    assert field(page) == "1. word"
    page.get_by_text("Insert", exact=True).click()
    page.get_by_role("button", name=re.compile("^Outcome")).click()
    assert field(page) == "1. word\n\nOutcome: What was reached"


def test_two_people_see_each_other_and_overwrite_nothing(
    sit_down: SitDown, ana: User, hal: User, draft: ChangeItem
) -> None:
    hal.roles = ["author"]
    hal.save()
    first, _text = opened(sit_down(ana), draft)
    second, text = opened(sit_down(hal), draft)
    expect(second.locator("[data-people]")).to_contain_text("Ana Lim is editing")
    first.get_by_role("textbox", name="Text (Markdown)").fill("Hers.")
    saved(first)
    text.fill("His.")
    alert = second.get_by_role("alert").filter(has_text="Saved meanwhile by Ana Lim")
    expect(alert).to_be_visible()
    assert stored(draft) == "Hers."
    text.press("End")
    second.keyboard.type(" More of his.")
    alert.get_by_role("button", name="Compare both texts").click()
    expect(second.get_by_label("Their text, stored")).to_have_value("Hers.")
    expect(second.get_by_label("Your text, not stored yet")).to_have_value("His. More of his.")


def test_voiding_an_approval_is_asked_about_before_the_first_save(
    sit_down: SitDown, ana: User, ben: User, draft: ChangeItem
) -> None:
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="## A\n\nText.\n\nOutcome: Done\n")
    change = reviewing.propose(draft.change, actor=ana)
    reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    page, text = opened(sit_down(ana), draft)
    at_end(page, text)
    page.keyboard.type("More.")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Editing voids the approval of Ben Okafor")
    assert change.approvals.filter(voided_at=None).exists()
    question.get_by_role("button", name="Edit, and void what was approved").click()
    saved(page)
    assert not change.approvals.filter(voided_at=None).exists()
    change.refresh_from_db()
    reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    page.keyboard.type(" And more.")
    expect(question).to_contain_text("Editing voids the approval of Ben Okafor")
    assert change.approvals.filter(voided_at=None).exists()


def test_words_that_were_not_saved_are_offered_back(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    page.route("**/save", lambda route: route.abort())
    text.fill("Words of an hour.")
    expect(page.locator("[data-status]")).to_contain_text("cannot be reached")
    page.reload()
    notice = page.get_by_role("status").filter(has_text="that was not saved")
    expect(notice).to_be_visible()
    assert "Words" not in field(page)
    page.unroute("**/save")
    notice.get_by_role("button", name="Bring it back").click()
    saved(page)
    assert stored(draft) == "Words of an hour."
    seat.complaints.clear()  # the aborted requests


def test_rich_text_is_pasted_as_markdown_and_one_undo_gives_plain_text(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    text.fill("")
    html = "<h2>Steps</h2><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
    page.evaluate(PASTE, {"texts": {"text/html": html, "text/plain": "Steps A B 1 2"}})
    expect(page.get_by_role("region", name="Preview").get_by_role("table")).to_be_visible()
    assert "## Steps" in field(page)
    text.focus()
    page.keyboard.press("Control+z")
    assert field(page) == "Steps A B 1 2"
    page.keyboard.press("Control+a")
    page.evaluate(PASTE, {"texts": {"text/plain": "<b>as it is</b>"}})
    assert field(page) == "<b>as it is</b>"
    assert seat.ran() == []


def test_a_pasted_picture_is_kept_and_shown(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    text.fill("")
    page.evaluate(PASTE, {"picture": b64encode(factories.picture()).decode(), "name": "teal-box.png"})
    shown = page.get_by_role("region", name="Preview").get_by_role("img", name="teal box")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 4
    assert field(page) == f"![teal box](/pictures/{Picture.objects.get().hash}.png)"
    page.locator("[data-picture-file]").set_input_files(
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.get_by_role("status").filter(has_text="was not added")).to_contain_text("PNG, JPEG")
    assert seat.ran() == []


def test_sections_move_with_their_sub_sections_by_keyboard_mouse_and_undo(
    sit_down: SitDown, ana: User, draft: ChangeItem
) -> None:
    body = "Top.\n\n## A\n\na\n\n### A1\n\na1\n\n## B\n\nb\n\n## C\n\nc"
    editing.save_draft(draft, revision=draft.revision, actor=ana, body=body)
    page, _text = opened(sit_down(ana), draft)
    outline = page.get_by_role("navigation", name="Outline")
    outline.get_by_role("link", name="C").focus()
    page.keyboard.press("Alt+ArrowUp")
    assert field(page) == "Top.\n\n## A\n\na\n\n### A1\n\na1\n\n## C\n\nc\n\n## B\n\nb"
    expect(outline.get_by_role("listitem").nth(2)).to_contain_text("C")
    expect(outline.get_by_role("link", name="C")).to_be_focused()
    outline.get_by_role("listitem").nth(0).hover()
    outline.get_by_role("button", name="Move “A” down").click()
    assert field(page) == "Top.\n\n## C\n\nc\n\n## A\n\na\n\n### A1\n\na1\n\n## B\n\nb"
    expect(outline.get_by_role("listitem").nth(0)).to_contain_text("C")
    outline.get_by_role("link", name="B", exact=True).drag_to(
        outline.get_by_role("link", name="C"), target_position={"x": 4, "y": 2}
    )
    assert field(page) == "Top.\n\n## B\n\nb\n\n## C\n\nc\n\n## A\n\na\n\n### A1\n\na1"
    for _step in range(3):
        page.get_by_role("button", name="Undo").click()
    assert field(page) == body


def test_every_move_keeps_every_line(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    """The pure function, on all moves of texts with and without a last line end, underlined headings among them."""
    page, _text = opened(sit_down(ana), draft)
    assert page.evaluate(EVERY_MOVE, TEXTS) == []


def test_the_preview_is_as_the_chosen_reader_and_case(
    sit_down: SitDown, ana: User, ben: User, draft: ChangeItem, harbor_payments: Any
) -> None:
    factories.published(
        "macro", "inside", author=ana, reviewer=ben, title="For Dublin", body="Hi.\n",
        audience="teams", audience_teams=["payments"],
    )  # fmt: skip
    page, text = opened(sit_down(ana), draft)
    text.fill("Use [[macro:inside]].\n\n:::only market=DE,FR\nGerman words.\n:::\n")
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("For Dublin")
    page.get_by_label("as", exact=True).select_option(label="an agent of Harbor Payments")
    expect(preview).to_contain_text("inside (not available)")
    page.get_by_label("market").select_option("another one")
    expect(preview).not_to_contain_text("German words.")
    page.get_by_label("market").select_option("DE")
    expect(preview).to_contain_text("German words.")


def test_the_editor_on_a_phone_and_for_everybody(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    seat = sit_down(ana)
    page, text = opened(seat, draft)
    text.fill("## A\n\n[x](#nowhere) [[macro:gone]]\n\n## B\n\nمرحبا\n")
    expect(page.locator(".cm-lint-marker").first).to_be_visible()
    saved(page)
    seat.assert_accessible()
    page.get_by_text("Insert", exact=True).click()
    seat.assert_accessible()
    page.keyboard.press("Escape")
    text.focus()
    page.keyboard.press("Control+f")
    seat.assert_accessible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#preview")).not_to_be_visible()
    for name, shown in (("Preview", "#preview"), ("Outline", ".outline"), ("Text", ".cm-content")):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(shown)).to_be_visible()


def test_a_locked_draft_can_only_be_read(sit_down: SitDown, ana: User, draft: ChangeItem) -> None:
    reviewing.withdraw(draft.change, actor=ana)
    page = sit_down(ana).page
    page.goto(address(draft))
    expect(page.get_by_label("Text (Markdown)")).to_have_attribute("readonly", "")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("as", exact=True).select_option(label="the public")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("not in the audience")


def test_what_is_typed_before_the_editor_came_is_shown_and_saved(
    sit_down: SitDown, ana: User, refunds: Document
) -> None:
    seat = sit_down(ana)
    item = editing.start_change(refunds, actor=ana)
    seat.page.add_init_script(TYPED_AT_ONCE)
    seat.page.goto(f"/changes/{item.change_id}/items/{item.pk}")
    expect(seat.page.get_by_role("region", name="Preview")).to_contain_text("30 days")
    expect(seat.page.locator("[data-status-said]")).to_contain_text("Draft saved")
    item.refresh_from_db()
    assert "30 days" in item.body
