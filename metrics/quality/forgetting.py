"""People's words in reviews go with their tickets: when these are deleted, and when their customer is erased.

Scores, criteria and the names of agents and reviewers, who are staff, stay: figures are made of them (decision 44).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from metrics.models import Source, TicketKey
from metrics.privacy import forgetting, purging
from metrics.privacy.models import LegalHold
from metrics.quality.models import Dispute, Mark, QualityImport, Review


def of_tickets(ids: Sequence[int]) -> None:
    """Forget the notes about these tickets. The reviews keep their scores."""
    numbers: dict[int, list[str]] = defaultdict(list)
    for source_id, number in TicketKey.objects.filter(pk__in=ids).values_list("source_id", "external_id"):
        numbers[source_id].append(number)
    for source_id, found in numbers.items():
        _forget_notes(Review.objects.filter(source=source_id, external_id__in=found))


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
    holds = LegalHold.objects.standing()
    if holds.filter(source=None).exists():
        return
    age = timezone.now() - F("source__keep_file_days") * timedelta(days=1)
    over = QualityImport.objects.filter(at__lt=age).exclude(source__in=holds.values("source"))
    over.filter(state=QualityImport.State.DRAFT).delete()
    over.exclude(Q(rejected_rows=[])).update(rejected_rows=[])


forgetting.register(of_tickets=of_tickets, nightly=nightly)
