"""What the access table's rows are about: one thing of each sort, by name.

A row's argument is a name from here, or a number; "sop,1" gives the SOP's key and 1.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from compliance.loading import load
from metrics import importing
from metrics.dashboards import mailing, saving
from metrics.effects.models import Card
from metrics.effects.readings import Reading
from metrics.models import Mapping, Source
from metrics.watching.models import Alert
from sopdesk.accounts.models import User
from sopdesk.discussion import commenting
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.pointing import About
from sopdesk.documents import assigning, editing, outside, pictures, reviewing
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Change, Document, HandOver, ReviewRule
from sopdesk.exchange import exporting, receiving, sources
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from sopdesk.letters.models import Letter
from sopdesk.readership import opening, questions
from sopdesk.readership.days import today
from sopdesk.readership.models import MustRead
from tests import factories
from tests.access_world_metrics import promises, quality
from tests.access_world_privacy import privacy_things

ROLES = (
    "anonymous",
    "agent",
    "vendor_agent",
    "author",
    "reviewer",
    "officer",
    "vendor_lead",
    "analyst",
    "admin",
)
PLAYED_BY = dict(zip(ROLES[1:], ("dev", "eve", "ana", "ben", "carla", "finn", "gia", "hal"), strict=True))


NAMED = {
    "sop": "SOP-0001",
    "team_sop": "SOP-0002",
    "macro": "refund-approved",
    "label": "refund-request",
    "public_article": "how-refunds-work",
    "article": "how-we-decide",
    "gdpr": "gdpr",
    "kind_sop": "sop",
    "duty": "gdpr-art-12-3",
}


def build(cast: dict[str, User]) -> dict[str, Any]:
    """Everything the table names, as arguments of URLs."""
    load()
    ana = cast["ana"]
    sop = _document("sop", NAMED["sop"], cast, versions=2)
    team_sop = _document("sop", NAMED["team_sop"], cast, audience="teams", audience_teams=["payments"])
    _document("macro", NAMED["macro"], cast)
    _document("label", NAMED["label"], cast)
    _document("article", NAMED["public_article"], cast, audience="public")
    _document("article", NAMED["article"], cast)
    draft = editing.start_change(sop, actor=ana)
    picture = pictures.address(pictures.keep(factories.picture(), actor=ana))
    return {
        **NAMED,
        "dev": cast["dev"].pk,
        "hand_over": HandOver.objects.create(person=cast["dev"], by=cast["hal"]).pk,
        "sop_pk": sop.pk,
        "team_sop_pk": team_sop.pk,
        "must_read": _asked(sop),
        "team_must_read": _asked(team_sop),
        "question": _question(draft.change, sop, ana),
        "picture": picture.removeprefix("/pictures/"),
        "draft": draft.change.pk,
        "item": draft.pk,
        **_proposed(sop, cast),
        **_tickets(cast["gia"]),
        **_views(cast["gia"], cast["finn"]),
        **quality(cast["gia"], cast["finn"], cast["dev"]),
        **promises(cast["gia"]),
        **privacy_things(cast),
        "card": _card(sop),
        "alert": _alert(),
        "intake": _intake(ana),
        "export": _export(sop, ana),
    }


def _proposed(sop: Document, cast: dict[str, User]) -> dict[str, Any]:
    """A change in review, with what is said of it and who was asked."""
    ana = cast["ana"]
    item = editing.start_change(sop, actor=ana)
    item = editing.save_draft(item, revision=item.revision, actor=ana, body="## Verify\n\nThree.\n")
    reviewing.propose(item.change, actor=ana)
    thread = commenting.open_thread(item.change, author=ana, body="Three of what?")
    words = About(sop, "verify", Quote("Three."))
    suggestion = commenting.open_thread(item.change, author=ana, about=words, replacement="Four.")
    return {
        "proposed": item.change.pk,
        "thread": thread.pk,
        "suggestion": suggestion.pk,
        "comment": thread.comments.get().pk,
        **_reviewing(item.change, sop, cast),
    }


def _tickets(gia: User) -> dict[str, Any]:
    """An import that is still to be mapped, and a job."""
    source, _ = Source.objects.get_or_create(name="access")
    received = importing.receive([b"id,created\n1,2026-01-01\n"], name="a.csv", source=source, actor=gia)
    kept = Mapping.objects.create(name="kept", content={"shape": "tickets", "columns": {}}, created_by=gia)
    job = Job.objects.create(kind="test", key="a", created_by=gia)
    return {"import": received.pk, "job": job.pk, "kept_mapping": kept.pk}


def _views(gia: User, finn: User) -> dict[str, Any]:
    """A view that everybody may open, one that only its owner may, and a mailing to two people."""
    keep = {"tab": "csat", "query": ""}
    shared = saving.save(name="All", shared="everyone", actor=gia, **keep)
    own = saving.save(name="Mine", shared="own", actor=finn, **keep)
    sent = mailing.start(shared, every="day", weekday=0, at=time(8), receivers=[gia, finn], actor=gia)
    return {"shared_view": shared.pk, "leads_view": own.pk, "mailing": sent.pk}


def _alert() -> int:
    """A spike of all sites together."""
    day, figures = timezone.localdate(), {"value": 80, "expected": 20, "n": 80, "q": 0.001}
    alert = Alert.objects.create(
        metric="volume", label="refund", direction="up", first_day=day, last_day=day, **figures
    )
    return alert.pk


def _card(document: Document) -> int:
    """What was seen, over all sites, of the effect of its version in force."""
    version, day = document.versions.in_force().get(), timezone.localdate()
    reading = Reading("volume", "count", 1, "not_enough", missing={"why": "constant"}).as_json()
    card = Card.objects.create(
        change=version.change, version=version, look=2, labels=["refund"], avoided=["refund"], teams=["payments"],
        readings=[reading], effective_at=version.since, day=day, known_until=day, verdict="not_enough", method=1,
    )  # fmt: skip
    return card.pk


def _reviewing(change: Change, document: Document, cast: dict[str, User]) -> dict[str, Any]:
    """Who was asked to review a change, by name and by a link, a rule, and a signature of the past."""
    asked = assigning.ask(change, reviewer=cast["carla"], actor=cast["ana"])
    invitation = {"name": "Nora Weber", "email": "nora@counsel.example", "days": 7}
    outsider = outside.invite(change, actor=cast["ben"], **invitation)
    letter = Letter.objects.get(key=f"invited:{outsider.pk}")
    signed = document.versions.in_force().get().change
    return {
        "asked": asked.pk,
        "outsider": outsider.pk,
        "token": letter.body.split("/review/")[1].split()[0],
        "guessed": "A" * 43,
        "rule": ReviewRule.objects.create(topic="dsar-access", functions=["legal"]).pk,
        "signed": signed.pk,
        "signature": signed.approvals.get().pk,
    }


def _asked(document: Document) -> int:
    """A must-read of its version in force, due tomorrow."""
    change = document.versions.in_force().get().change
    opening.open_for(change)
    MustRead.objects.filter(change=change).update(due_on=today() + timedelta(days=1))
    return MustRead.objects.get(change=change).pk


def _question(change: Change, document: Document, author: User) -> int:
    choices = [{"text": "One", "right": True}, {"text": "Two", "right": False}]
    values: dict[str, Any] = {"anchor": "verify", "choices": choices, "several": False, "explanation": ""}
    return questions.write(change, actor=author, document=document, words="Which?", **values).pk


def _intake(ana: User) -> int:
    """A file that was read and waits to be imported."""
    file = sources.Offered("a.md", lambda: b"# A\n")
    intake = receiving.receive([file], name="a.md", kind=kind_of("sop"), owner=ana, actor=ana)
    assert intake.reading is not None
    running.run(intake.reading.pk)
    return intake.pk


def _export(sop: Document, ana: User) -> int:
    """A finished export of Ana's."""
    export = exporting.start(kind_of("sop"), [sop.pk], "markdown", query="", actor=ana)
    assert export.job is not None
    running.run(export.job.pk)
    return export.pk


def _document(kind: str, key: str, cast: dict[str, User], *, versions: int = 1, **content: Any) -> Document:
    past = [
        factories.past(
            cast["ana"],
            cast["ben"],
            body=f"## Verify\n\nVersion {number}.\n",
            since=timezone.now() - timedelta(days=9 - number),
            **content,
        )
        for number in range(1, versions + 1)
    ]
    return factories.published(kind, key, author=cast["ana"], reviewer=cast["ben"], versions=past)
