"""Ageing: which documents in force were looked at lately, which are due, and which nobody has confirmed for long."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Document, Reference, Verification, Version
from sopdesk.search.models import SearchQuery

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from sopdesk.accounts.models import User
    from sopdesk.documents.querysets import DocumentQuerySet

DUE_DAYS = 30
USED_DAYS = 90
GROUPS_SHOWN = 15
NOBODY = "–"


@dataclass(frozen=True)
class Band:
    """How long a document is due or overdue. Days count from the review date; None leaves that side open."""

    name: str
    label: StrOrPromise
    tone: str
    icon: str
    colour: str
    least: int | None = None
    most: int | None = None

    def condition(self, today: date) -> Q:
        """The documents of this band, by their review date."""
        if self.least is None and self.most is None:
            return Q(review_by=None)
        q = Q(review_by__isnull=False)
        if self.least is not None:
            q &= Q(review_by__lte=today - timedelta(days=self.least))
        return q & Q(review_by__gte=today - timedelta(days=self.most)) if self.most is not None else q


BANDS = (
    Band("fresh", gettext_lazy("fresh"), "green", "circle-check", "--green", None, -DUE_DAYS - 1),
    Band("due", gettext_lazy("due in 30 days"), "amber", "clock", "--amber", -DUE_DAYS, 0),
    Band("over_30", gettext_lazy("1–30 days late"), "red", "alarm", "--red", 1, 30),
    Band("over_90", gettext_lazy("31–90 days late"), "red", "alarm", "--red", 31, 90),
    Band("over_180", gettext_lazy("91–180 days late"), "red", "alarm", "--red", 91, 180),
    Band("older", gettext_lazy("over 180 days late"), "red", "alert-octagon", "--red", 181, None),
    Band("none", gettext_lazy("no review date"), "neutral", "circle-dashed", "--neutral"),
)
BY_NAME: Mapping[str, Band] = {band.name: band for band in BANDS}
OVERDUE = tuple(band.name for band in BANDS if band.least is not None and band.least > 0)
GROUPINGS: Mapping[str, StrOrPromise] = {
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Owner's team"),
    "topic": gettext_lazy("Topic"),
    "kind": gettext_lazy("Kind"),
}


COLUMNS: Mapping[str, tuple[str, str]] = {
    "owner": ("owner__name", "owner_id"),
    "team": ("team_label", "owner__team_id"),
    "topic": ("topics", "pk"),
    "kind": ("kind", "kind"),
}
SORTS: Mapping[str, tuple[str, ...]] = {
    "key": ("kind", "key"),
    "title": ("current_title",),
    "owner": ("owner__name", "key"),
    "review": ("review_by",),
    "verified": ("verified_at",),
    "used": ("used_n",),
    "opened": ("opened_n",),
}


@dataclass(frozen=True)
class Group:
    """One bar of the picture: how many documents of an owner, team, topic or kind are in each band."""

    label: str
    value: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def overdue(self) -> int:
        return sum(n for band, n in zip(BANDS, self.counts, strict=True) if band.name in OVERDUE)


def documents(viewer: User, today: date) -> DocumentQuerySet:
    """The documents in force that this person may see, each with its band, its last verification and its use."""
    now = timezone.now()
    verified = Verification.objects.filter(document=OuterRef("pk"), version__in_force__contains=now)
    rows = Document.objects.visible_to(viewer).with_version_at().filter(current_id__isnull=False)  # type: ignore[misc]
    return (
        rows.with_topics()
        .select_related("owner__team__site")
        .annotate(
            band=_band(today),
            team_label=Concat("owner__team__name", Value(" ("), "owner__team__site__name", Value(")")),
            verified_at=Subquery(verified.order_by("-at").values("at")[:1]),
            verified_by=Subquery(verified.order_by("-at").values("by__name")[:1]),
            used_n=_used(),
            opened_n=_opened(),
        )
    )


def unused() -> Q:
    """Neither referred to by anything in force nor opened from a search lately."""
    return Q(used_n=0, opened_n=0)


def grouped(rows: DocumentQuerySet, by: str) -> list[Group]:
    """The rows counted by band within each owner, team, topic or kind, the most overdue first. One query."""
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for label, value, band in rows.order_by().values_list(*COLUMNS[by], "band"):
        for place in _places(by, label, value):
            counted[place][band] += 1
    groups = [
        Group(label, value, tuple(bands[band.name] for band in BANDS))
        for (label, value), bands in counted.items()
    ]
    return sorted(groups, key=lambda group: (-group.overdue, -group.total, group.label))


def chart(groups: Sequence[Group]) -> dict[str, Any]:
    """The picture of the groups with most to do, for static/js/chart.js."""
    shown = groups[:GROUPS_SHOWN]
    series = [
        {"name": str(band.label), "values": [group.counts[at] for group in shown], "colour": band.colour}
        for at, band in enumerate(BANDS)
        if any(group.counts[at] for group in shown)
    ]
    names = [group.label for group in shown]
    return {"x": names, "format": "number", "kind": "bar", "layout": "stacked", "series": series}


def total(groups: Sequence[Group]) -> Group:
    """All groups together. By topic, a document with two topics counts in both."""
    sums = [sum(column) for column in zip(*(group.counts for group in groups), strict=True)]
    return Group(_("together"), "", tuple(sums or [0] * len(BANDS)))


CSV_HEAD = ("kind", "key", "title", "version", "owner", "owner_may_sign_in", "team", "review_by", "state")
CSV_MORE = ("days_overdue", "verified_on", "verified_by", "used_by", "opened_90_days", "topics")


def csv_rows(rows: Iterable[Any], today: date) -> Iterable[list[str]]:
    """The report as cells, its head first."""
    yield [*CSV_HEAD, *CSV_MORE]
    for row in rows:
        overdue = (today - row.review_by).days if row.review_by else 0
        yield [
            row.kind,
            row.key,
            row.current_title,
            str(row.current_number),
            row.owner.name,
            "yes" if row.owner.is_active else "no",
            str(row.owner.team or ""),
            row.review_by.isoformat() if row.review_by else "",
            row.band,
            str(overdue) if overdue > 0 else "",
            timezone.localtime(row.verified_at).date().isoformat() if row.verified_at else "",
            row.verified_by or "",
            str(row.used_n),
            str(row.opened_n),
            " ".join(row.topics or []),
        ]


def _band(today: date) -> Case:
    cases = [When(band.condition(today), then=Value(band.name)) for band in BANDS]
    return Case(*cases, default=Value("fresh"), output_field=CharField())


def _used() -> Coalesce:
    """How many documents in force refer to it."""
    refers = Reference.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"))
    refers = refers.filter(Exists(Version.objects.in_force().filter(pk=OuterRef("version_id"))))
    counted = refers.order_by().values("kind").annotate(n=Count("version_id", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def _opened() -> Coalesce:
    """How often somebody opened it from a search lately."""
    since = timezone.now() - timedelta(days=USED_DAYS)
    asked = SearchQuery.objects.filter(
        at__gte=since, opened_kind=OuterRef("kind"), opened_key=OuterRef("key")
    )
    counted = asked.order_by().values("opened_kind").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def _places(by: str, label: Any, value: Any) -> list[tuple[str, str]]:
    """What a row counts for: the name that is shown, and the value the filter takes."""
    if by == "topic":
        return [(topic, topic) for topic in label or []] or [(NOBODY, "")]
    if by == "kind":
        return [(str(kind_of(label).plural), label)]
    return [(label or NOBODY, str(value or ""))]
