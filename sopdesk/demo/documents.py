"""Lumio's documents, adopted with their past, and the work that is under way on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import User
from sopdesk.demo import content
from sopdesk.documents import editing, publishing, reviewing
from sopdesk.documents.adopting import Adopted, Past, adopt_all
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, ChangeItem, Document

DUBLIN = ZoneInfo("Europe/Dublin")
LABELS_SINCE = datetime(2025, 9, 1, 9, tzinfo=DUBLIN)
IDENTITY = ("review_months",)
People = Mapping[str, User]


def load(people: People) -> list[Document]:
    """Adopt every label, SOP, macro and article. Texts that changed together stand in one change."""
    lumio = content.load()
    labels = [_label(label, people) for label in lumio.labels]
    documents = [_document(document, people) for document in lumio.documents]
    return adopt_all([*labels, *documents], actor=people["ana-lim"])


def _document(document: content.Document, people: People) -> Adopted:
    identity = {name: document.data[name] for name in IDENTITY if name in document.data}
    past = [_past(document, version, people) for version in document.versions]
    identity["locale"] = document.locale
    return Adopted(kind_of(document.kind), document.key, people[document.owner], past, identity)


def _past(document: content.Document, version: content.Version, people: People) -> Past:
    return Past(
        title=version.title,
        body=version.body,
        since=version.in_force,
        author=people[version.author],
        reviewer=people[version.reviewer],
        summary=version.summary,
        material=version.material,
        audience=Audience(document.audience.scope),
        audience_teams=sorted(document.audience.teams),
        data=_data(document.data),
        together=version.author,
    )


def _data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The kind's own fields; a macro's actions stand flat, as its form has them."""
    flat = {name: value for name, value in data.items() if name not in {*IDENTITY, "actions"}}
    return {**flat, **data.get("actions", {})}


def _label(label: content.Label, people: People) -> Adopted:
    data = {
        "group": label.group,
        "exclusive": label.group == "contact-reason",
        "aliases": list(label.aliases),
        "status": label.status,
        "merged_into": label.merged_into,
    }
    past = Past(
        title=label.title,
        body=label.when,
        since=LABELS_SINCE,
        author=people["ana-lim"],
        reviewer=people["ben-okafor"],
        summary="First taxonomy.",
        data=data,
        together="taxonomy",
    )
    return Adopted(kind_of("label"), label.key, people["ana-lim"], [past], {"review_months": 24})


def load_work(people: People) -> None:
    """Put changes on their way, one in each open state, so that every desk has something waiting."""
    ana, marta, tom = people["ana-lim"], people["marta-kowalska"], people["tom-byrne"]
    ben, ines = people["ben-okafor"], people["ines-duarte"]
    _draft("SOP-0003", marta, "Say what a pending card payment looks like", "It is still being written.", WALLET)
    review = _draft("SOP-0001", ana, "Refunds: name the order number first", "Agents ask twice.", ORDER)
    reviewing.propose(review.change, actor=ana)
    back = _draft("SOP-0013", tom, "Change of e-mail: wait after a recovery", "Three cases last month.", WAIT)
    reviewing.propose(back.change, actor=tom)
    reviewing.request_changes(back.change, actor=ines, note="Say from which moment the 72 hours count.")
    ready = _draft("SOP-0028", marta, "Outages: who posts the update", "Nobody posted on 2 November.", WHO)
    _approve(ready, marta, ben)
    coming = _draft("SOP-0020", tom, "Missing payouts: bank holidays count", "Asked every December.", HOLIDAYS)
    publishing.schedule(_approve(coming, tom, ben), at=_next_monday(), actor=ben)


WALLET = (
    "\n\n## What a pending payment looks like\n\nThe bank shows the amount as reserved, and no coins have arrived. "
    "Nothing is lost: a reserved amount that is not taken within 7 days goes back by itself.\n"
)
ORDER = "\n\n## Ask once\n\nAsk for the order number in the first reply. It starts with `LM-` and stands on the receipt.\n"
WAIT = "\n\n## After a recovery\n\nAn account that was recovered keeps its e-mail address and phone number for 72 hours.\n"
WHO = "\n\n## Who posts\n\nThe lead of the payments team in Dublin posts the first update, and each one after that.\n"
HOLIDAYS = "\n\n## Bank holidays\n\nA bank holiday in the creator's country moves the payout to the next working day.\n"


def _draft(key: str, author: User, title: str, why: str, addition: str) -> ChangeItem:
    document = Document.objects.get(kind="sop", key=key)
    item = editing.start_change(document, actor=author, title=title)
    editing.describe_change(item.change, actor=author, title=title, why=why, material=True)
    body = item.body.rstrip() + addition
    return editing.save_draft(item, revision=item.revision, actor=author, body=body)


def _approve(item: ChangeItem, author: User, reviewer: User) -> Change:
    change = reviewing.propose(item.change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def _next_monday() -> datetime:
    today = timezone.now().astimezone(DUBLIN).date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, time(9), DUBLIN)


