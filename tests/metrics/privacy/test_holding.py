"""What a hold keeps is left as it is by undoing, by files of later, and when the key of customers is changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from metrics import partitions, requesters
from metrics.models import Import, Source, Ticket, TicketText
from metrics.privacy import holding, purging
from metrics.privacy.models import HeldTicket
from metrics.storing import SOURCE_LOCKS
from metrics.undoing import UndoRefused, undo
from sopdesk.accounts.models import User
from sopdesk.jobs import running
from tests.metrics.bringing import bring, source
from tests.metrics.privacy.test_retention import HEAD, NEW, OLD, mapping, numbers, purged

pytestmark = pytest.mark.django_db
LATER = OLD.replace("T12:00Z,2024", "T13:00Z,2024")
ANN = "ann@example.com"


def keeping(**values: Any) -> Source:
    at = source()
    for name, value in {"keeps_subject": True, **values}.items():
        setattr(at, name, value)
    at.save()
    return at


def undone(of: Import, actor: User) -> dict[str, Any]:
    job = undo(of, actor=actor).undo_job
    assert job is not None
    while running.run(job.pk):
        pass
    job.refresh_from_db()
    return job.report


def test_an_undo_leaves_it_says_so_and_can_be_done_again(carla: User, gia: User, as_person: Any) -> None:
    done = bring(HEAD + OLD + NEW, read_as=mapping(), at=keeping())
    hold = holding.place(person="", reason="Dispute", label="refund", actor=carla)
    assert undone(done, gia) == {"removed": 1, "restored": 0, "held": 1, "left": 0}
    assert numbers() == ["A1"]
    assert TicketText.objects.get().subject == "Please help"
    page = as_person(gia).get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    assert "1 ticket stays as it is: a legal hold keeps it. When the hold has ended" in page
    assert "Undo this import" in page
    holding.end(hold, because="settled", actor=carla)
    assert undone(done, gia) == {"removed": 1, "restored": 0, "left": 0}
    assert not Ticket.objects.exists()
    with pytest.raises(UndoRefused):
        undo(done, actor=gia)


def test_after_each_undo_the_file_can_come_in_again(carla: User, gia: User) -> None:
    first = bring(HEAD + OLD, read_as=mapping())
    hold = holding.place(person="", reason="Dispute", label="refund", actor=carla)
    undone(first, gia)
    assert bring(HEAD + OLD, read_as=mapping()).same == 1
    holding.end(hold, because="settled", actor=carla)
    assert undone(first, gia)["removed"] == 1
    assert bring(HEAD + OLD, read_as=mapping()).added == 1


def test_an_undo_leaves_what_the_import_changed(carla: User, gia: User) -> None:
    at = keeping()
    bring(HEAD + OLD, read_as=mapping(), at=at)
    second = bring(HEAD + LATER.replace("refund", "appeal"), read_as=mapping(), at=at)
    holding.place(person="", reason="Dispute", external_id="A1", actor=carla)
    assert undone(second, gia) == {"removed": 0, "restored": 0, "held": 1, "left": 0}
    assert Ticket.objects.get().labels == ["appeal"]


def test_an_undo_stops_at_what_it_was_when_held(carla: User, gia: User) -> None:
    """The older import is undone as well: its ticket shows again, and is what a hold keeps."""
    at = keeping()
    first = bring(HEAD + OLD, read_as=mapping(), at=at)
    second = bring(HEAD + LATER.replace("refund", "appeal"), read_as=mapping(), at=at)
    undone(first, gia)
    holding.place(person="", reason="Dispute", label="refund", actor=carla)
    assert undone(second, gia)["restored"] == 1
    assert Ticket.objects.get().labels == ["refund"]


@pytest.mark.parametrize("row", [LATER, LATER.replace("refund", "appeal"), LATER.replace("help", "hurry")])
def test_a_file_of_later_leaves_its_text(row: str, carla: User) -> None:
    """Whether the source keeps none any more, the label that it is held by went, or there is another text."""
    at = keeping()
    bring(HEAD + OLD, read_as=mapping(), at=at)
    holding.place(person="", reason="Dispute", label="refund", actor=carla)
    keeping(keeps_subject="hurry" in row)
    assert bring(HEAD + row, read_as=mapping(), at=at).changed == 1
    assert TicketText.objects.get().subject == "Please help"


def test_a_text_that_is_not_held_goes_with_the_next_row() -> None:
    bring(HEAD + OLD, read_as=mapping(), at=keeping())
    bring(HEAD + LATER, read_as=mapping(), at=keeping(keeps_subject=False))
    assert not TicketText.objects.exists()


def test_a_person_stays_held_under_a_new_key(settings: Settings, carla: User) -> None:
    at = keeping(keep_months=12)
    bring(HEAD + OLD, read_as=mapping(), at=at)
    hold = holding.place(person=ANN, reason="Dispute", actor=carla)
    settings.REQUESTER_KEY, settings.REQUESTER_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert bring(HEAD + LATER + OLD.replace("A1", "A4"), read_as=mapping(), at=at).changed == 1
    purged(at)
    assert numbers() == ["A1", "A4"]
    holding.end(hold, because="settled", actor=carla)
    bring(HEAD + LATER.replace("T13", "T14"), read_as=mapping(), at=at)
    assert Ticket.objects.get(external_id="A1").requester_key == requesters.hashed(
        ANN, requesters.known_keys()[0]
    )


def test_a_month_with_a_held_ticket_is_not_dropped(carla: User) -> None:
    bring(HEAD + OLD, read_as=mapping(), at=keeping())
    hold = holding.place(person="", reason="Dispute", external_id="A1", actor=carla)
    with pytest.raises(partitions.MonthHeld):
        partitions.drop(date(2024, 5, 1))
    assert numbers() == ["A1"]
    holding.end(hold, because="settled", actor=carla)
    partitions.drop(date(2024, 5, 1))
    assert numbers() == []


@pytest.mark.parametrize(
    ("narrowed", "row"),
    [
        ({"label": "refund"}, LATER.replace("refund", "appeal")),
        ({"person": ANN}, LATER.replace(ANN, "zoe@example.com")),
        ({"created_to": date(2024, 5, 4)}, LATER.replace("2024-05-04T09:00Z", "2024-06-04T09:00Z")),
    ],
)
def test_what_a_hold_has_caught_stays_held_until_it_ends(
    narrowed: dict[str, Any], row: str, carla: User, gia: User
) -> None:
    at = keeping(keep_months=12)
    bring(HEAD + OLD, read_as=mapping(), at=at)
    hold = holding.place(**{"person": "", "reason": "Dispute", **narrowed}, actor=carla)
    taken = bring(HEAD + row + OLD.replace("A1,", "A9,").replace("refund", ""), read_as=mapping(), at=at)
    assert taken.changed == 1
    plan = purging.plan(at)
    assert plan is not None
    assert (hold, plan.held) in plan.kept
    assert "A1" in kept_numbers()
    assert undone(taken, gia)["held"] >= 1
    purged(at)
    assert "A1" in numbers()
    holding.end(hold, because="settled", actor=carla)
    assert not HeldTicket.objects.exists()
    purged(at)
    assert numbers() == []


def kept_numbers() -> list[str]:
    return [*Ticket.objects.filter(holding.held()).values_list("external_id", flat=True)]


def test_each_hold_notes_what_it_caught_alone(carla: User) -> None:
    """A ticket that leaves two holds stays held by the one that stands; one that no hold was about is free."""
    at = keeping()
    bring(HEAD + OLD + OLD.replace("A1,", "A5,").replace("refund", ""), read_as=mapping(), at=at)
    first, second = (
        holding.place(person="", reason="Dispute", label="refund", actor=carla, **narrowed)
        for narrowed in ({}, {"source": at})
    )
    third = holding.place(person="", reason="Dispute", label="other", actor=carla)
    row = LATER.replace("refund", "appeal")
    bring(HEAD + row + row.replace("A1,", "A5,"), read_as=mapping(), at=at)
    assert kept_numbers() == ["A1"]
    assert [HeldTicket.objects.filter(hold=hold).count() for hold in (first, second, third)] == [1, 1, 0]
    holding.end(first, because="settled", actor=carla)
    assert kept_numbers() == ["A1"]
    holding.end(second, because="settled", actor=carla)
    assert kept_numbers() == []


def test_nothing_is_noted_of_what_no_file_can_change(carla: User) -> None:
    at = keeping()
    bring(HEAD + OLD, read_as=mapping(), at=at)
    holding.place(person="", reason="Dispute", external_id="A1", source=at, actor=carla)
    bring(HEAD + LATER.replace("refund", "appeal"), read_as=mapping(), at=at)
    assert kept_numbers() == ["A1"]
    assert not HeldTicket.objects.exists()


def test_placing_waits_for_imports_that_know_nothing_of_it(carla: User) -> None:
    """The locks of those who store, kept until the end of the transaction that this test is."""
    sources = [Source.objects.create(name=name) for name in ("One", "Two")]

    def locked() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
                " AND pid = pg_backend_pid()",
                [SOURCE_LOCKS],
            )
            return {pk for (pk,) in cursor.fetchall()}

    holding.place(person="", reason="Dispute", source=sources[0], actor=carla)
    assert locked() == {sources[0].pk}
    holding.place(person="", reason="Dispute", label="refund", actor=carla)
    assert locked() == {source.pk for source in sources}
