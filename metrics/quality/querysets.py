"""Which reviews a person may see: those they have to do, and the finished ones of the tickets they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from metrics.querysets import measured_for
from sopdesk.accounts.permissions import Permission, allows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from metrics.quality.models import (  # noqa: F401
        Calibration,
        Draw,
        QualityImport,
        Review,
        SamplingRule,
    )
    from sopdesk.accounts.models import User

DONE, ASSIGNED, DECLINED = "done", "assigned", "declined"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and the finished ones of tickets that this person may see. Whoever still has to review a ticket
        for a calibration sees nobody else's review of it: they are to be blind to it."""
        allowed = measured_for(user)
        if allowed is None or not allows(user, Permission.QUALITY_READ):
            return self.none()
        own = Q(reviewer=user.pk)
        return self.filter(own | (Q(state=DONE) & allowed)).exclude(self._blinded(user) & ~own)

    def counted_for(self, user: User | AnonymousUser) -> Self:
        """What the figures are made of, of the tickets of this person's figures."""
        allowed = measured_for(user)
        return self.none() if allowed is None else self.that_count().filter(allowed)

    def that_count(self) -> Self:
        """Finished and scored. Not those of calibrations, which judge reviewers and would count a ticket twice."""
        return self.filter(state=DONE, score__isnull=False, calibration=None)

    def queue_of(self, user: User) -> Self:
        """What this person has to review, the most urgent first."""
        return self.filter(reviewer=user.pk, state=ASSIGNED).order_by(
            F("due_on").asc(nulls_last=True), "assigned_at", "pk"
        )

    def given_out_for(self, user: User | AnonymousUser) -> Self:
        """What others have to review, for who may give it to somebody else."""
        allowed = measured_for(user)
        if allowed is None or not allows(user, Permission.QUALITY_EDIT):
            return self.none()
        return self.filter(allowed, state=ASSIGNED, reviewer__isnull=False)

    def progress(self) -> list[dict[str, Any]]:
        """How many reviews each reviewer (`reviewer`, by id) has, has finished and gave back, by name. One query."""
        counted = (
            self.order_by()
            .values("reviewer", "reviewer__is_active")
            .annotate(
                name=Max("reviewer_name"),
                n=Count("pk", filter=~Q(state=DECLINED)),
                finished=Count("pk", filter=Q(state=DONE)),
                back=Count("pk", filter=Q(state=DECLINED)),
            )
        )
        return list(counted.order_by("name", "reviewer"))

    def _blinded(self, user: User | AnonymousUser) -> Exists:
        waiting = self.model.objects.filter(
            calibration=OuterRef("calibration"),
            source=OuterRef("source"),
            external_id=OuterRef("external_id"),
            reviewer=user.pk,
            state=ASSIGNED,
        )
        return Exists(waiting)


def _own_site(user: User | AnonymousUser) -> int | None:
    """Where somebody works who may not read the figures of every site; None for nowhere."""
    return user.team.site_id if user.is_authenticated and user.team else None


class RuleQuerySet(models.QuerySet["SamplingRule"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Of whoever is bound to a site, its rules, and those that draw tickets of every site."""
        if not allows(user, Permission.QUALITY_READ):
            return self.none()
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self.all()
        return self.filter(Q(site=None) | Q(site=_own_site(user)))


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Of whoever is bound to a site, those of its rules alone: the others count tickets of every site."""
        if not allows(user, Permission.QUALITY_READ):
            return self.none()
        if allows(user, Permission.METRICS_READ_ALL_SITES):
            return self.all()
        return self.filter(rule__site__isnull=False, rule__site=_own_site(user))


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All of them for those who keep the scorecards of every site; else those one takes part in."""
        if allows(user, Permission.QUALITY_EDIT) and allows(user, Permission.METRICS_READ_ALL_SITES):
            return self.all()
        if not allows(user, Permission.QUALITY_READ):
            return self.none()
        return self.filter(Exists(self._reviews().filter(reviewer=user.pk)))

    def with_progress(self) -> Self:
        """Each with `reviews_n` and `finished_n`."""
        counted = self._reviews().order_by().values("calibration")
        finished = counted.exclude(state=ASSIGNED)
        return self.annotate(
            reviews_n=Subquery(counted.annotate(n=Count("pk")).values("n")),
            finished_n=Coalesce(Subquery(finished.annotate(n=Count("pk")).values("n")), 0),
        )

    def _reviews(self) -> ReviewQuerySet:
        related: Any = self.model._meta.get_field("reviews").related_model
        found: ReviewQuerySet = related.objects.filter(calibration=OuterRef("pk"))
        return found


class ImportQuerySet(models.QuerySet["QualityImport"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if allows(user, Permission.QUALITY_EDIT) else self.none()
