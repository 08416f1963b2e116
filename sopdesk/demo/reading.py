"""Who of Lumio has read what: must-reads of the last material changes, one to be read ahead, and one behind a gate."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, Document, Version
from sopdesk.readership import following, gating, opening, planning, questions
from sopdesk.readership.days import today
from sopdesk.readership.models import Attempt, LastRead, MustRead, Receipt, Watch
from sopdesk.readership.people import in_audience, readers

DUBLIN = ZoneInfo("Europe/Dublin")
HERE_SINCE = datetime(2025, 9, 1, 9, tzinfo=DUBLIN)
People = Mapping[str, User]

DUE = {"SOP-0022": 2, "SOP-0030": -4, "SOP-0028": -13}
"""SOPs whose last change has to be read, with everything that changed with them: due in so many days."""
DILIGENCE = {"dublin": 0.95, "lisbon": 0.85, "harbor": 0.55, "northwind": 0.75}
LAGGARDS = ("dev-patel", "eve-santos")
"""People whose desk shows something to read."""
KNOWN_BEFORE = ("SOP-0001", "SOP-0006", "SOP-0017", "refund-approved")
WATCHED = {"eve-santos": ("SOP-0001", "SOP-0020"), "ana-lim": ("SOP-0020", "SOP-0028")}
QUESTIONS = (
    (
        "A creator in Portugal waits since Friday; Monday was a bank holiday there. Does Monday count?",
        (
            ("No, because it was a bank holiday in the creator’s country", True),
            ("Yes, because Lumio was open", False),
        ),
        "Bank holidays of the creator’s country are no business days.",
    ),
    (
        "When is a payout missing?",
        (
            ("5 business days after the payout date", True),
            ("5 calendar days after the payout date", False),
            ("As soon as the creator writes", False),
        ),
        "Five business days, so weekends and bank holidays do not count.",
    ),
)


def plan(change: Change, key: str, author: User) -> None:
    """Say of work under way what its readers get, before it is approved."""
    if key == "SOP-0020":
        document = Document.objects.get(kind="sop", key=key)
        version = Version.objects.in_force().get(document=document)
        anchor = next(section["anchor"] for section in version.sections if section["level"] == 2)
        planning.plan(change, actor=author, early=True, asks="material")
        for words, choices, explanation in QUESTIONS:
            questions.write(
                change,
                actor=author,
                document=document,
                words=words,
                anchor=anchor,
                several=False,
                explanation=explanation,
                choices=[{"text": text, "right": right} for text, right in choices],
            )
    elif key == "SOP-0028":
        latest = datetime.combine(today() + timedelta(days=10), time(9), DUBLIN)
        gating.set_gate(change, actor=author, share=90, by="vendor", latest=latest)


def load(people: People) -> None:
    """Open the must-reads, and let people have read them, each site as far as its diligence goes."""
    User.objects.update(created_at=HERE_SINCE)
    following.follow_all()
    for key, days in DUE.items():
        change = Version.objects.in_force().get(document__kind="sop", document__key=key).change
        opening.open_for(change)
        since = min(change.effective_at or timezone.now(), timezone.now() - timedelta(days=7 - min(days, 0)))
        due_on = today() + timedelta(days=days)
        MustRead.objects.filter(change=change).update(due_on=due_on, opened_at=since)
    MustRead.objects.filter(early=True).update(opened_at=timezone.now() - timedelta(days=4))
    for row in MustRead.objects.standing().select_related("document", "change"):
        _read(row)
    for slug in (*LAGGARDS, "ana-lim"):
        _know_before(people[slug])
    for slug, keys in WATCHED.items():
        documents = Document.objects.filter(kind="sop", key__in=keys)
        Watch.objects.bulk_create(Watch(user=people[slug], document=document) for document in documents)


@dataclass(frozen=True)
class _Reader:
    person: User
    chance: random.Random

    @property
    def reads(self) -> bool:
        site = self.person.team.site.slug if self.person.team else ""
        return self.chance.random() < DILIGENCE.get(site, 0.5)


def _read(row: MustRead) -> None:
    """Receipts of those who have read it, on days between its opening and now."""
    asked = questions.of(row)
    begun = max(row.opened_at, timezone.now() - timedelta(days=25))
    receipts, attempts = [], []
    for reader in _readers(row):
        if not reader.reads or (row.due_on >= today() and _slug(reader.person) in LAGGARDS):
            continue
        at = begun + (timezone.now() - begun) * min(0.97, reader.chance.random() ** 1.6)
        tries = 1 + (reader.chance.random() < 0.3) if asked else 0
        for n in range(1, tries + 1):
            passed = n == tries
            wrong = [] if passed else [reader.chance.choice(asked).pk]
            right = len(asked) - len(wrong)
            attempts.append(
                Attempt(
                    must_read=row,
                    reader=reader.person,
                    right=right,
                    asked=len(asked),
                    passed=passed,
                    wrong=wrong,
                )
            )
        counts = {"right": len(asked), "asked": len(asked)} if asked else {}
        receipts.append(
            Receipt(
                must_read=row,
                reader=reader.person,
                version=_version(row),
                content_hash=row.content_hash,
                tries=tries,
                at=at,
                **counts,
            )
        )
    Attempt.objects.bulk_create(attempts)
    Receipt.objects.bulk_create(receipts)


def _readers(row: MustRead) -> Iterator[_Reader]:
    asked = readers().filter(in_audience(row.audience, row.audience_teams, row.due_on))
    for person in asked.select_related("team__site").order_by("pk"):
        yield _Reader(person, random.Random(f"{person.email} {row.document.key}"))


def _version(row: MustRead) -> Version | None:
    return (
        Version.objects.filter(document=row.document_id, content_hash=row.content_hash)
        .order_by("-number")
        .first()
    )


def _slug(person: User) -> str:
    return person.email.split("@")[0].replace(".", "-")


def _know_before(person: User) -> None:
    """They opened these before their last change."""
    for document in Document.objects.filter(key__in=KNOWN_BEFORE):
        versions = list(document.versions.order_by("-number")[:2])
        if len(versions) == 2:
            at = timezone.now() - timedelta(days=60)
            LastRead.objects.create(user=person, document=document, version=versions[1], at=at)
