"""People's words in reviews go with their tickets: when these are deleted, and when their customer is erased. Until
then they are told to who asks what is held of a person.

Scores, criteria and the names of agents and reviewers, who are staff, stay: figures are made of them (decision 44).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from metrics.models import Source, TicketKey
from metrics.privacy import forgetting, purging
from metrics.privacy.forgetting import Words
from metrics.privacy.models import LegalHold
from metrics.quality import files
from metrics.quality.judging import chosen_columns
from metrics.quality.models import Dispute, Mark, QualityImport, Review


def of_tickets(ids: Sequence[int]) -> None:
    """Forget the notes about these tickets. The reviews keep their scores."""
    for source_id, numbers in _numbers(ids).items():
        _forget_notes(Review.objects.filter(source=source_id, external_id__in=numbers))
        for brought in _with_rejected(source_id).select_for_update(of=("self",)):
            noted = [*_rejected_notes(brought, numbers)]
            for _number, row, at in noted:
                row["cells"][at] = ""
            if noted:
                brought.save(update_fields=["rejected_rows"])


def words(ids: Sequence[int]) -> Words:
    """The notes about these tickets: of reviews, their criteria and disputes, and of rows that were rejected."""
    found: Words = defaultdict(list)
    for source_id, numbers in _numbers(ids).items():
        reviews = Review.objects.filter(source=source_id, external_id__in=numbers)
        for review in reviews.select_related("version__scorecard").prefetch_related(
            "marks__criterion", "disputes"
        ):
            if said := _words_of(review):
                found[numbers[review.external_id]].append(said)
        for brought in _with_rejected(source_id):
            for number, row, at in _rejected_notes(brought, numbers):
                said = {"rejected_row": row["line"], "file": brought.file_name, "note": row["cells"][at]}
                found[numbers[number]].append(said)
    return dict(found)


def _numbers(ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The tickets by source: number -> id."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, source_id, number in TicketKey.objects.filter(pk__in=ids).values_list(
        "pk", "source_id", "external_id"
    ):
        found[source_id][number] = pk
    return found


def _with_rejected(source_id: int) -> QuerySet[QualityImport]:
    return QualityImport.objects.filter(source=source_id).exclude(rejected_rows=[]).order_by("pk")


def _rejected_notes(
    brought: QualityImport, numbers: Container[str]
) -> Iterator[tuple[str, dict[str, Any], int]]:
    """The rejected rows about tickets of these numbers that have a note: the number, the row, and at which cell."""
    columns = chosen_columns(brought)
    ticket, note = (brought.mapping.get(fact) for fact in ("ticket", "note"))
    if ticket not in columns or note not in columns:
        return
    who, at = columns.index(ticket), columns.index(note)
    for row in brought.rejected_rows:
        cells = row["cells"]
        if len(cells) == len(columns) and cells[at] and cells[who].strip() in numbers:
            yield cells[who].strip(), row, at


def _words_of(review: Review) -> dict[str, Any]:
    """What was written in a review; nothing where nothing was."""
    marks = {mark.criterion.name: mark.note for mark in review.marks.all() if mark.note}
    disputes = [
        {"at": each.at, "note": each.note, "answer": each.answer}
        for each in review.disputes.all()
        if each.note or each.answer
    ]
    if not (review.note or marks or disputes):
        return {}
    about = {"review": str(review.version), "done_at": review.done_at, "note": review.note}
    return {**about, "criteria": marks, "disputes": disputes}


def waiting_files() -> int:
    return QualityImport.objects.exclude(state=QualityImport.State.DONE).exclude(stored="").count()


def _forget_notes(reviews: QuerySet[Review]) -> None:
    Mark.objects.filter(review__in=reviews).exclude(note="").update(note="")
    Dispute.objects.filter(review__in=reviews).exclude(note="", answer="").update(note="", answer="")
    reviews.exclude(note="").update(note="")


def nightly() -> None:
    """Forget notes older than their source keeps tickets, where the ticket is gone, and files of results."""
    for source in Source.objects.exclude(keep_months=None):
        before = purging.horizon(source)
        key = TicketKey.objects.filter(source=OuterRef("source"), external_id=OuterRef("external_id"))
        reviews = Review.objects.annotate(when=Coalesce("done_at", "assigned_at"))
        _forget_notes(reviews.filter(~Exists(key), source=source, when__lt=before))
    _forget_files()


def _forget_files() -> None:
    """What was uploaded goes as other files of its source do; of what was brought in the counts stay."""
    for done in QualityImport.objects.filter(state=QualityImport.State.DONE).exclude(stored=""):
        files.remove(done)
        QualityImport.objects.filter(pk=done.pk).update(stored="")
    holds = LegalHold.objects.standing()
    if holds.filter(source=None).exists():
        return
    age = timezone.now() - F("source__keep_file_days") * timedelta(days=1)
    over = QualityImport.objects.filter(at__lt=age).exclude(source__in=holds.values("source"))
    for draft in over.filter(state=QualityImport.State.DRAFT):
        files.remove(draft)
        draft.delete()
    over.exclude(Q(rejected_rows=[])).update(rejected_rows=[])


forgetting.register(of_tickets=of_tickets, words=words, waiting_files=waiting_files, nightly=nightly)
