"""What stands beside a review: its ticket, its criteria with their SOP sections, its marks, its disputes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metrics import aliases
from metrics.models import Ticket
from metrics.quality.models import Criterion, Dispute, Mark, Review
from metrics.quality.sections import Section, sections
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.kinds import kind_of
from sopdesk.documents.models import Version

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Line:
    """One criterion of a finished review."""

    criterion: Criterion
    mark: Mark | None
    section: Section | None


@dataclass(frozen=True)
class Governing:
    """An SOP in force that governs one of the ticket's labels."""

    key: str
    title: str
    url: str


def about_review(review: Review, viewer: User | AnonymousUser) -> dict[str, Any]:
    """Context of a review's pages. At most seven queries."""
    criteria = list(review.version.criteria.all())
    marks = {mark.criterion_id: mark for mark in review.marks.all()}
    places = {one.pk: (one.sop_key, one.sop_anchor) for one in criteria}
    known = sections(places.values(), viewer)
    disputes = list(review.disputes.select_related("by", "settled_by"))
    waiting = next((one for one in disputes if one.state == Dispute.State.OPEN), None)
    is_own = review.reviewer_id == viewer.pk
    ticket = Ticket.objects.visible_to(viewer).filter(source=review.source_id, external_id=review.external_id)
    return {
        "ticket": ticket.first(),
        "governing": governing(review.labels, viewer),
        "lines": [Line(one, marks.get(one.pk), known.get(places[one.pk])) for one in criteria],
        "sections": {pk: known.get(place) for pk, place in places.items()},
        "disputes": disputes,
        "waiting": waiting,
        "may_dispute": waiting is None
        and not is_own
        and review.state == Review.State.DONE
        and review.reviewer_id is not None
        and allows(viewer, Permission.QUALITY_DISPUTE),
        "may_settle": waiting is not None
        and waiting.by_id != viewer.pk
        and allows(viewer, Permission.QUALITY_EDIT),
    }


def governing(labels: list[str], viewer: User | AnonymousUser) -> list[Governing]:
    """The SOPs in force for these labels, by whatever name, that the viewer may read. One query."""
    if not labels:
        return []
    labels = sorted(aliases.names().spelled(labels))
    rows = Version.objects.readable_at(viewer).filter(document__kind="sop", data__labels__has_any_keys=labels)
    found = rows.order_by("document__key").values_list("document__key", "title")
    return [Governing(key, title, kind_of("sop").url("read", key)) for key, title in found]
