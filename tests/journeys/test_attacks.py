"""Attacks in every field a writer has, read on every page: nothing runs, and the policy has nothing to report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sopdesk.accounts.models import User
from sopdesk.documents import describing, editing, reviewing
from sopdesk.documents.models import Change, Document, Transition
from sopdesk.text import markdown
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.seat import Seat
from tests.text.attacks import CONTEXTS, FOLDER, OWN, published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SitDown = Callable[..., Seat]
BATCHES = 8


def admitted(texts: Iterator[str]) -> list[str]:
    """The texts that may be stored at all, each once; what is refused never reaches a page."""
    taken = []
    for text in dict.fromkeys(texts):
        try:
            markdown.render(text)
        except markdown.TextRefused:
            continue
        taken.append(text)
    return taken


def batches(texts: list[str]) -> list[str]:
    """So many bodies that hold all the texts; a body that is refused as a whole is halved."""
    waiting = [texts[n::BATCHES] for n in range(BATCHES)]
    bodies = []
    while waiting:
        part = waiting.pop()
        body = "\n\n".join(part)
        try:
            markdown.render(body)
            bodies.append(body)
        except markdown.TextRefused:
            half = len(part) // 2
            waiting += [part[:half], part[half:]] if half else []
    return bodies


@pytest.fixture
def attacked(ana: User, ben: User) -> list[Document]:
    """SOPs whose titles, texts and summaries are attacks: our own always, the published ones where they are."""
    own = [context.format(text) for text in OWN for context in CONTEXTS]
    bodies = batches(admitted(iter([*own, *published()])))
    since = timezone.now() - timedelta(days=2)
    texts = [(OWN[n % len(OWN)], body) for n, body in enumerate(bodies)]
    texts += [(text, "Words.\n") for text in OWN]
    return [
        factories.published(
            "sop", f"SOP-{n:04d}", author=ana, reviewer=ben, since=since, title=title, body=body, summary=title,
            data={"risk": title, "topics": [title]},
        )
        for n, (title, body) in enumerate(texts)
    ]  # fmt: skip


def assert_quiet(seat: Seat, path: str) -> None:
    seat.page.goto(path)
    assert seat.page.url == f"{seat.address}{path}"
    assert seat.ran() == [], path


def test_attacks_in_documents_stay_words_on_every_page(
    sit_down: SitDown, ana: User, dev: User, attacked: list[Document]
) -> None:
    author, agent = sit_down(ana), sit_down(dev)
    for document in attacked:
        if document.versions.get().body == "Words.\n":
            break
        item = document.drafts.get()
        assert_quiet(agent, f"/sops/{document.key}")
        assert_quiet(author, f"/changes/{item.change_id}")
        assert_quiet(author, f"/changes/{item.change_id}/items/{item.pk}")
    pages = -(-len(attacked) // 50)
    for path in ("/sops", "/changes"):
        for number in range(1, pages + 1):
            assert_quiet(author, f"{path}?page={number}")
    first = attacked[0].key
    for path in (f"/sops/{first}/history", f"/sops/{first}/compare/1/1", "/search?q=alert"):
        assert_quiet(author, path)


def test_attacks_in_titles_reasons_and_notes_stay_words(
    sit_down: SitDown, ana: User, refunds: Document
) -> None:
    """One change that was sent back once for every attack there is, and changes named after them."""
    texts = list(dict.fromkeys([*OWN, *published()]))
    change = editing.start_change(refunds, actor=ana).change
    describing.describe_change(change, actor=ana, title=OWN[0], why="\n".join(OWN), material=True)
    step = {"change": change, "verb": "propose", "from_state": "draft", "to_state": "in_review", "actor": ana}
    notes = [text.replace("\x00", "") for text in texts]
    Transition.objects.bulk_create(Transition(note=note, **step) for note in notes)
    Change.objects.bulk_create(Change(title=note[:200], why=note) for note in notes[:400])
    seat = sit_down(ana)
    assert_quiet(seat, f"/changes/{change.pk}")
    assert_quiet(seat, f"/changes/{change.pk}/withdraw")
    for number in range(1, -(-min(400, len(notes)) // 50) + 1):
        assert_quiet(seat, f"/changes?page={number}")


@pytest.mark.parametrize("attack", [OWN[0], OWN[1], OWN[3], OWN[23], "</textarea><script>alert(1)</script>"])
def test_attacks_that_are_typed_stay_words_in_every_form(
    sit_down: SitDown, ana: User, ben: User, refunds: Document, attack: str
) -> None:
    author, reviewer = sit_down(ana), sit_down(ben)
    item = editing.start_change(refunds, actor=ana)
    page = author.page
    page.goto(f"/changes/{item.change_id}/items/{item.pk}")
    page.get_by_label("Title").fill(attack)
    page.get_by_label("Text (Markdown)").fill(f"Typed\n\n{attack}\n\n## {attack}\n")
    expect(page.locator("#preview")).to_contain_text("Typed")
    page.get_by_role("button", name="Propose this change…").click()
    page.get_by_role("link", name="Title and reason").click()
    page.get_by_label("Title").fill(attack)
    page.get_by_label("Why").fill(attack)
    page.get_by_role("button", name="Save title and reason").click()
    page.locator("summary", has_text="Propose this change").click()
    page.locator("#propose_note").fill(attack)
    page.get_by_role("button", name="Propose this change", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Proposed")
    assert author.ran() == []
    reviewer.page.goto(f"/changes/{item.change_id}")
    expect(reviewer.page.get_by_role("heading", level=1)).to_have_text(attack)
    sheet = reviewer.page.locator(".step-approve")
    sheet.locator("summary").click()
    sheet.get_by_label("Note").fill(attack)
    sheet.get_by_label("It is material").check()
    sheet.get_by_label("Your password").fill(PASSWORD)
    sheet.get_by_role("button", name="Approve exactly this", exact=True).click()
    expect(reviewer.page.locator("#messages")).to_contain_text("Approved")
    assert reviewer.ran() == []
    change = Change.objects.get(pk=item.change_id)
    assert reviewing.current_hash(change) == change.approvals.get().content_hash


@pytest.mark.skipif(not FOLDER.exists(), reason="../shared/data/attacks is not here")
def test_most_published_attacks_reach_a_page() -> None:
    """Refusing them all would prove nothing."""
    everything = list(dict.fromkeys(published()))
    assert len(admitted(iter(everything))) > 0.98 * len(everything)


def test_the_watch_itself_sees_a_script_that_tries_to_run(sit_down: SitDown) -> None:
    seat = sit_down()
    seat.page.goto("/help")
    harm = "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>'); alert(2)"
    seat.page.evaluate(f"() => {{ {harm} }}")
    expect(seat.page.locator("img[src=x]")).to_be_attached()
    seat.page.wait_for_function("window.reports.length > 0")
    assert seat.ran()[0] == "alert"
    assert "script-src" in seat.ran()[1]
    assert seat.complaints
    seat.complaints.clear()
