"""Words about customers in reviews go when the ticket goes, or the customer is erased; scores stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from metrics.models import Source, Ticket
from metrics.privacy import erasing, holding, persons, purging
from metrics.privacy.tasks import retain
from metrics.quality import reviewing
from metrics.quality.models import Dispute, Mark, QualityImport, Review
from metrics.quality.reviewing import Given
from sopdesk.accounts.models import Team, User
from sopdesk.audit.models import Entry
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"


@pytest.fixture
def review(payments: Team, hal: User, gia: User) -> Review:
    """A finished review of a ticket of Ann's, with a note, and a dispute of it."""
    key = persons.find(ANN).hashes[0]
    of = making.ticket("A1", payments, requester_key=key)
    found = making.given(making.scorecard(gia), of, gia)
    marks = {one.pk: Given(1, "Ann Smith was told") for one in making.criteria(found.version)}
    done = reviewing.finish(found, marks, note="Call +353 87 123 4567, says Ann", revision=0, actor=gia)
    Dispute.objects.create(review=done, note="Ann said thanks", by=hal)
    return done


def notes() -> set[str]:
    found = {*Review.objects.values_list("note", flat=True), *Mark.objects.values_list("note", flat=True)}
    return {*found, *Dispute.objects.values_list("note", flat=True)}


def test_notes_are_masked_and_in_no_record(review: Review) -> None:
    assert notes() == {"Call [phone], says Ann", "Ann Smith was told", "Ann said thanks"}
    assert "Ann" not in str([*Entry.objects.values_list("facts", flat=True)])


def test_they_go_with_the_customer(review: Review, carla: User) -> None:
    erasing.erase(persons.find(ANN), actor=carla)
    assert notes() == {""}
    review.refresh_from_db()
    assert review.score is not None
    assert review.reviewer_name


def test_they_go_with_the_ticket_and_others_stay(review: Review, gia: User, payments: Team) -> None:
    other = making.given(review.version.scorecard, making.ticket("A2", payments), gia)
    Review.objects.filter(pk=other.pk).update(note="kept")
    purging.delete([Ticket.objects.get(external_id="A1").pk])
    assert notes() == {"", "kept"}
    assert Review.objects.count() == 2


def test_what_outlived_its_ticket_goes_at_night(review: Review, carla: User) -> None:
    Ticket.objects.all().delete()
    Source.objects.update(keep_months=12)
    Review.objects.update(done_at=timezone.now() - timedelta(days=400))
    version = review.version
    for state in ("draft", "done"):
        QualityImport.objects.create(
            file_name="r.csv", sha256="", source=review.source, version=version, by=carla, state=state,
            rejected_rows=[{"cells": [ANN]}],
        )  # fmt: skip
    QualityImport.objects.update(at=timezone.now() - timedelta(days=31))
    hold = holding.place(person="", reason="Dispute", source=review.source, actor=carla)
    retain()
    assert QualityImport.objects.count() == 2
    holding.end(hold, because="over", actor=carla)
    retain()
    assert notes() == {""}
    assert [*QualityImport.objects.values_list("state", "rejected_rows")] == [("done", [])]
