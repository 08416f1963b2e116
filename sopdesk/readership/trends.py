"""How reading went day by day, and which questions were not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from sopdesk.readership import questions
from sopdesk.readership.days import day_of, today, zone
from sopdesk.readership.models import Attempt, MustRead, Question, Receipt

if TYPE_CHECKING:
    from sopdesk.accounts.querysets import UserQuerySet

DAYS_SHOWN = 120


@dataclass(frozen=True)
class Day:
    """One day: how many read on it, how many had until its end, and what share that was."""

    day: date
    read: int
    so_far: int
    share: float


@dataclass(frozen=True)
class Asked:
    """A question, how many took it the first time, and how many of them were wrong."""

    question: Question
    n: int
    wrong: int

    @property
    def share(self) -> float | None:
        return self.wrong / self.n if self.n else None


def by_day(must_read: MustRead, people: UserQuerySet, n: int) -> list[Day]:
    """Every day from the opening to today, or to the last reading; `n` is how many have to read. At most 120 days."""
    if not n:
        return []
    rows = Receipt.objects.filter(must_read=must_read, reader__in=people.values("pk"))
    days = dict(
        rows.order_by()
        .annotate(day=TruncDate("at", tzinfo=zone()))
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    first = min([day_of(must_read.opened_at), *days])
    last = max([today() if sum(days.values()) < n else first, *days])
    found, so_far = [], 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        so_far += days.get(day, 0)
        found.append(Day(day, days.get(day, 0), min(n, so_far), min(n, so_far) / n))
    return found[-DAYS_SHOWN:]


def chart(days: list[Day], must_read: MustRead) -> dict[str, Any]:
    """The trend as static/js/chart.js reads it, with marks where it was due and where it came in force."""
    shown = {each.day for each in days}
    marks = [(must_read.due_on, _("due"))]
    if must_read.change.effective_at is not None:
        marks.append((day_of(must_read.change.effective_at), _("in force")))
    return {
        "x": [each.day.isoformat() for each in days],
        "format": "percent",
        "kind": "line",
        "series": [{"name": _("have read it"), "values": [round(each.share, 4) for each in days]}],
        "marks": [{"x": day.isoformat(), "name": name} for day, name in sorted(marks) if day in shown],
    }


def first_answers(must_read: MustRead, people: UserQuerySet) -> list[Asked]:
    """What was wrong at the first try, by question: a text that is misread shows here."""
    asked = questions.of(must_read)
    if not asked:
        return []
    tries = Attempt.objects.filter(must_read=must_read, reader__in=people.values("pk"))
    first = tries.order_by("reader_id", "pk").distinct("reader_id").values_list("wrong", flat=True)
    found = list(first)
    wrong = Counter(pk for pks in found for pk in pks)
    return [Asked(question, len(found), wrong[question.pk]) for question in asked]
