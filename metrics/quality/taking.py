"""The job that brings QA results in, so many rows a chunk; each stands by itself: a worker that dies loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from metrics.containers import FileRefused
from metrics.privacy import purging
from metrics.quality import files
from metrics.quality.bringing import KIND
from metrics.quality.judging import Bad, Judged, is_same, judge, known
from metrics.quality.models import Mark, QualityImport, Review
from metrics.quality.reviewing import Given, preview
from sopdesk.audit.events import Event
from sopdesk.audit.recording import record
from sopdesk.jobs.registry import JobRefused, Step, on_failed, step

if TYPE_CHECKING:
    from metrics.quality.models import Criterion
    from sopdesk.jobs.models import Job

ROWS: Final = 1000


@step(KIND)
def advance(job: Job) -> Step:
    """The next rows: what can be taken is, the rest is kept with its reason."""
    draft = QualityImport.objects.select_related("version", "by", "source").get(pk=job.payload["results"])
    # A purge of them takes words out of rejected rows before it takes tickets: here it is the other way round.
    purging.alone_with(draft.source_id)
    done, seen = job.cursor.get("done", 0), set(job.cursor.get("seen", []))
    try:
        everything = files.rows_of(draft)
    except FileRefused as refusal:
        raise JobRefused(str(refusal)) from refusal
    rows, total = everything[done : done + ROWS], len(everything)
    judged = judge(draft, job.created_by or draft.by, rows, seen, locks=True)
    good = [row for row in judged if isinstance(row, Judged)]
    bad = [row.kept() for row in judged if isinstance(row, Bad)]
    done += len(rows)
    is_over = done >= total
    _count(draft, _keep(draft, good), [row for row in good if row.note is None], bad, is_over=is_over)
    if is_over:
        _finish(draft, job)
    return Step({"done": done, "seen": sorted(seen)} if not is_over else {"done": done}, done, total, is_over)


def _count(
    draft: QualityImport,
    kept: tuple[int, int, int],
    unnoted: list[Judged],
    bad: list[dict[str, Any]],
    *,
    is_over: bool,
) -> None:
    """What became of these rows. Under a lock: an erasure meanwhile takes notes out of rejected rows, too."""
    fresh = QualityImport.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    added, changed, same = kept
    draft.added, draft.changed, draft.same = fresh.added + added, fresh.changed + changed, fresh.same + same
    draft.rejected, draft.rejected_rows = fresh.rejected + len(bad), [*fresh.rejected_rows, *bad]
    draft.notes_left = fresh.notes_left + len(unnoted)
    draft.state = QualityImport.State.DONE if is_over else draft.state
    draft.save(update_fields=["added", "changed", "same", "rejected", "rejected_rows", "notes_left", "state"])


def _finish(draft: QualityImport, job: Job) -> None:
    """Nothing needs the file any more: what was rejected is kept apart."""
    facts = {name: getattr(draft, name) for name in ("added", "changed", "same", "rejected")}
    record(actor=job.created_by or draft.by, event=Event.QUALITY_IMPORTED, subject=draft, facts=facts)
    transaction.on_commit(lambda: files.remove(draft))


@on_failed(KIND)
def give_back(job: Job) -> None:
    """The draft can be brought in again; what was taken before counts as known then."""
    counts = {"added": 0, "changed": 0, "same": 0, "rejected": 0, "notes_left": 0, "rejected_rows": []}
    drafts = QualityImport.objects.filter(pk=job.payload["results"], state=QualityImport.State.RUNNING)
    drafts.update(state=QualityImport.State.DRAFT, **counts)


def _keep(draft: QualityImport, good: list[Judged]) -> tuple[int, int, int]:
    """How many were new, changed, the same."""
    criteria = list(draft.version.criteria.all())
    found = known(draft, [row.number for row in good])
    added, changed = [], []
    for row in good:
        old = found.get(row.review)
        if old is None:
            added.append((row, Review(version=draft.version, source=draft.source)))
        elif not is_same(old, row, criteria):
            changed.append((row, old))
    for row, review in [*added, *changed]:
        _fill(review, row, draft, criteria)
    Review.objects.bulk_create([review for _row, review in added])
    columns = ["version", "done_at", "note", "score", "has_critical_fail", "brought_by", "reviewer"]
    Review.objects.bulk_update([review for _row, review in changed], columns, batch_size=500)
    Mark.objects.filter(review__in=[review.pk for _row, review in changed]).delete()
    Mark.objects.bulk_create(
        Mark(review=review, criterion_id=pk, score=score)
        for row, review in [*added, *changed]
        for pk, score in row.scores.items()
    )
    return len(added), len(changed), len(good) - len(added) - len(changed)


def _fill(review: Review, row: Judged, draft: QualityImport, criteria: list[Criterion]) -> None:
    for name, value in row.about.items():
        setattr(review, name, value)
    found = preview(criteria, {pk: Given(score) for pk, score in row.scores.items()})
    review.version, review.brought_by, review.state = draft.version, draft, Review.State.DONE
    review.reviewer, review.reviewer_name = row.reviewer, row.reviewer_name
    review.assigned_at, review.done_at = row.done_at, row.done_at
    review.note = review.note if row.note is None else row.note
    review.score, review.has_critical_fail = found.share, found.has_critical_fail
