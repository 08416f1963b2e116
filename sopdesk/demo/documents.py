"""Lumio's documents, adopted with their past, and the work that is under way on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.models import User
from sopdesk.demo import content, reading
from sopdesk.documents import assigning, describing, editing, publishing, reviewing
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
    marta, tom, ben = people["marta-kowalska"], people["tom-byrne"], people["ben-okafor"]
    drafts = {edit.key: _draft(edit, people[edit.author]) for edit in EDITS}
    for edit in EDITS:
        reading.plan(drafts[edit.key].change, edit.key, people[edit.author])
    today = timezone.localdate()
    reviewing.propose(drafts["SOP-0001"].change, actor=people["ana-lim"], due_on=today + timedelta(days=1))
    _wait_for_two(drafts["SOP-0018"], people, due_on=today + timedelta(days=4))
    reviewing.propose(drafts["SOP-0013"].change, actor=tom)
    note = "Say from which moment the 96 hours count, and mend the sentence under “Change the detail” too."
    reviewing.request_changes(drafts["SOP-0013"].change, actor=people["ines-duarte"], note=note)
    _approve(drafts["SOP-0028"], marta, ben)
    publishing.schedule(_approve(drafts["SOP-0020"], tom, ben), at=_next_monday(), actor=ben)


def _wait_for_two(item: ChangeItem, people: People, *, due_on: date) -> None:
    """A change of a high-risk SOP: Operations has approved it, Compliance has not, and Legal was asked by hand."""
    change = reviewing.propose(item.change, actor=people["tom-byrne"], due_on=due_on)
    assigning.ask(change, reviewer=people["liam-walsh"], actor=people["tom-byrne"])
    assigning.claim(change, actor=people["carla-reyes"])
    seen = reviewing.current_hash(change)
    reviewing.approve(change, actor=people["ines-duarte"], seen_hash=seen, note="The desk can keep this.")


@dataclass(frozen=True)
class Edit:
    """A draft under way: what it replaces in which SOP, and why."""

    key: str
    author: str
    title: str
    why: str
    old: str
    new: str


EDITS = (
    Edit(
        "SOP-0003",
        "marta-kowalska",
        "Pending payments: what the customer sees at the bank",
        "One in four asks again because the bank already shows the amount.",
        "## Pending {#pending}\n",
        "## Pending {#pending}\n\nThe bank shows the amount as reserved. A reserved amount that is not taken goes back "
        "by itself within **7 days**.\n",
    ),
    Edit(
        "SOP-0001",
        "ana-lim",
        "Refunds: ask for the order number in the first reply",
        "Agents ask twice: 31 % of refund tickets have a second question for the order.",
        "Ask for the **order number** (`LM-` and nine digits). It stands in the receipt e-mail and under Wallet › "
        "History.",
        "Ask for the **order number** (`LM-` and nine digits) **in the first reply**, with one sentence on where it "
        "stands: in the receipt e-mail and under Wallet › History.",
    ),
    Edit(
        "SOP-0013",
        "tom-byrne",
        "Change of e-mail: a longer undo after a recovery",
        "Three accounts in October were lost again on the fourth day.",
        "**undo link, valid for 72 hours**",
        "**undo link, valid for 96 hours**",
    ),
    Edit(
        "SOP-0018",
        "tom-byrne",
        "Data requests: acknowledge within one business day",
        "The privacy team found eleven late acknowledgements in October; one day leaves room for a weekend.",
        "within **2 business days** of receipt",
        "within **1 business day** of receipt",
    ),
    Edit(
        "SOP-0028",
        "marta-kowalska",
        "Outages: first message within 20 minutes",
        "On 2 November the first message came after 28 minutes, and the queue had doubled by then.",
        "within **30 minutes** of the confirmation",
        "within **20 minutes** of the confirmation",
    ),
    Edit(
        "SOP-0020",
        "tom-byrne",
        "Missing payouts: bank holidays do not count",
        "Asked every December.",
        "has not arrived **5 business days** after the payout date.",
        "has not arrived **5 business days** after the payout date. Bank holidays of the creator's country are no "
        "business days.",
    ),
)


def _draft(edit: Edit, author: User) -> ChangeItem:
    document = Document.objects.get(kind="sop", key=edit.key)
    item = editing.start_change(document, actor=author, title=edit.title)
    describing.describe_change(item.change, actor=author, title=edit.title, why=edit.why, material=True)
    if item.body.count(edit.old) != 1:
        raise ValueError(f"{edit.key} does not hold once what the demo's draft replaces: {edit.old}")
    body = item.body.replace(edit.old, edit.new)
    return editing.save_draft(item, revision=item.revision, actor=author, body=body)


def _approve(item: ChangeItem, author: User, reviewer: User) -> Change:
    change = reviewing.propose(item.change, actor=author)
    return reviewing.approve(change, actor=reviewer, seen_hash=reviewing.current_hash(change))


def _next_monday() -> datetime:
    today = timezone.now().astimezone(DUBLIN).date()
    monday = today + timedelta(days=7 - today.weekday())
    return datetime.combine(monday, time(9), DUBLIN)
