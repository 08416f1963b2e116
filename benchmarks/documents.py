"""A very long SOP with many versions, opened, saved and compared; and a change of fifty documents, published."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.measures import Measure, milliseconds
from benchmarks.passages import Vocabulary
from sopdesk.accounts.models import Site, Team, User
from sopdesk.documents import comparing, editing, publishing, reviewing
from sopdesk.documents.adopting import Adopted, Past, adopt_all
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, Document

WORDS, VERSIONS, ITEMS, ROUNDS = 30_000, 200, 50, 7
SECTIONS = 60
LIMITS = {"open": 300.0, "save": 1000.0, "diff": 1000.0, "far": 2000.0, "publish": 5000.0}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def measure() -> Iterator[Measure]:
    """Medians, but for the publication, which can be measured once. Limits are ours: no page says what is usual."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        ana, ben, dev = people()
        long = _long(ana, ben)
        yield from _opened(long, ana, dev)
        yield from _saved(long, ana)
        yield from _compared(long)
        yield from _published(ana, ben)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def people() -> tuple[User, User, User]:
    """An author, a reviewer and an agent."""
    site = Site.objects.create(name="Dublin", slug="dublin", kind="in_house", time_zone="Europe/Dublin")
    team = Team.objects.create(name="Policy", slug="policy", site=site)
    made = {
        role: User.objects.create_user(f"{role}@example.com", name=role.title(), roles=[role], team=team)
        for role in ("author", "reviewer", "agent")
    }
    return made["author"], made["reviewer"], made["agent"]


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person, backend=BACKEND)
    return browser


def text(words: int, sections: int, seed: int = 1) -> list[str]:
    """Sections of Markdown of about so many words together: paragraphs, a list, a link to the next section."""
    vocabulary = Vocabulary(seed)
    each = words // sections
    return [_section(vocabulary, number, each, last=sections - 1) for number in range(sections)]


def _section(vocabulary: Vocabulary, number: int, words: int, *, last: int) -> str:
    # Short words, as rules have them: 30,000 of them and the Markdown stay below the limit of 200 kB.
    common = [word for word in vocabulary.content[:160] if len(word) < 8]
    said = vocabulary.random.choices([*common, *vocabulary.glue, *vocabulary.glue], k=words)
    paragraphs = [" ".join(said[at : at + 50]).capitalize() + "." for at in range(0, words, 50)]
    following = f"- [Go on](#step-{number + 1})" if number < last else "Outcome: Done."
    return f"## Step {number} {{#step-{number}}}\n\n" + "\n\n".join(paragraphs) + f"\n\n{following}\n"


def _long(author: User, reviewer: User) -> Document:
    """The SOP with its versions; each rewrote a sentence of two sections, and now and then one moved."""
    sections, random_ = text(WORDS, SECTIONS), random.Random(2)
    now, past = timezone.now(), []
    for number in range(VERSIONS):
        for _ in range(2):
            place = random_.randrange(SECTIONS)
            sections[place] = sections[place].replace(".\n\n", f" from version {number} on.\n\n", 1)
        if number % 20 == 0:
            sections.insert(random_.randrange(SECTIONS - 1), sections.pop(random_.randrange(SECTIONS - 1)))
        body = "\n".join(sections)
        since = now - timedelta(days=VERSIONS - number)
        past.append(
            Past(
                title="Everything", body=body, since=since, author=author, reviewer=reviewer, summary="Edit."
            )
        )
    [document] = adopt_all([Adopted(kind_of("sop"), "SOP-0001", author, past)], actor=author)
    return document


def _opened(long: Document, author: User, agent: User) -> Iterator[Measure]:
    size = f"{WORDS // 1000}k words, {VERSIONS} versions"
    month = long.versions.order_by("number")[VERSIONS // 2].since
    then = f"{month + timedelta(hours=1):%Y-%m-%dT%H:%MZ}" if month else ""
    pages = {
        "": "read",
        "/history": "history",
        f"?at={then}": "time machine",
        f"/compare/{VERSIONS - 1}/{VERSIONS}": "page of a comparison",
    }
    for tail, name in pages.items():
        took = _median(partial(_get, browser_of(agent), f"/sops/{long.key}{tail}"))
        limit = LIMITS["diff"] if "compar" in name else LIMITS["open"]
        yield Measure(f"{name} ({size})", took, "ms", limit)
    item = editing.start_change(long, actor=author)
    page = f"/changes/{item.change_id}/items/{item.pk}"
    yield Measure(
        f"open in the editor ({size})", _median(partial(_get, browser_of(author), page)), "ms", LIMITS["save"]
    )


def _saved(long: Document, author: User) -> Iterator[Measure]:
    item = editing.start_change(long, actor=author)
    times = []
    for number in range(ROUNDS):
        body = item.body.replace("## Step 7 ", f"Noted {number}.\n\n## Step 7 ", 1)
        save = partial(editing.save_draft, item, revision=item.revision, actor=author, body=body)
        times.append(milliseconds(save))
        item.refresh_from_db()
    yield Measure(f"save a draft ({WORDS // 1000}k words)", median(times), "ms", LIMITS["save"])


def _compared(long: Document) -> Iterator[Measure]:
    versions = {version.number: version for version in long.versions.all()}
    newest, kind = versions[VERSIONS], kind_of("sop")
    for name, older, limit in (("its neighbour", VERSIONS - 1, "diff"), ("the first of 200", 1, "far")):
        took = _median(partial(comparing.compare, versions[older], newest, kind))
        yield Measure(f"compare with {name} ({WORDS // 1000}k words)", took, "ms", LIMITS[limit])


def _published(author: User, reviewer: User) -> Iterator[Measure]:
    change = _many(author, reviewer)
    took = milliseconds(partial(publishing.publish, change, actor=reviewer))
    if Change.objects.get(pk=change.pk).state != Change.State.PUBLISHED:
        raise RuntimeError("the change of the benchmark was not published")
    yield Measure(f"publish a change of {ITEMS} documents", took, "ms", LIMITS["publish"])


def _many(author: User, reviewer: User) -> Change:
    """An approved change of fifty SOPs of 600 words each, all of them in force before."""
    since = timezone.now() - timedelta(days=2)
    bodies = ["\n".join(text(600, 8, seed=number)) for number in range(ITEMS)]
    adopted = [
        Adopted(
            kind_of("sop"),
            f"SOP-1{number:03}",
            author,
            [
                Past(
                    title=f"Rule {number}",
                    body=body,
                    since=since,
                    author=author,
                    reviewer=reviewer,
                    summary="New.",
                )
            ],
        )
        for number, body in enumerate(bodies)
    ]
    documents = adopt_all(adopted, actor=author)
    first = editing.start_change(documents[0], actor=author)
    items = [
        first,
        *(editing.add_document(first.change, document, actor=author) for document in documents[1:]),
    ]
    for item in items:
        body = item.body.replace("Outcome: Done.", "Outcome: Done and noted.")
        editing.save_draft(item, revision=item.revision, actor=author, body=body)
    change = reviewing.propose(first.change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def _median(call: Callable[[], Any]) -> float:
    call()
    return median(milliseconds(call) for _ in range(ROUNDS))


def _get(browser: Client, address: str) -> None:
    status = browser.get(address).status_code
    if status != 200:
        raise RuntimeError(f"{address} answered {status}")
