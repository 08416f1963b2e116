"""Which must-reads stand, whose they are, and who may look at how they are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, CharField, Exists, F, FilteredRelation, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from sopdesk.accounts.audience import Audience, readable_by
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents.models import ChangeItem, Version
from sopdesk.readership.beginning import HasBegun
from sopdesk.readership.days import joined_on
from sopdesk.readership.people import is_reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.readership.models import MustRead  # noqa: F401

TEAMS = ArrayField(CharField(max_length=40))


class MustReadQuerySet(models.QuerySet["MustRead"]):
    def live(self, now: datetime | None = None) -> MustReadQuerySet:
        """Those that still have to be read, each with `has_begun`, `now_audience` and `now_teams`.

        Of a text in force: the newest of its document, for the audience of the version in force now. Of a text still
        to come: while its change stands approved or scheduled, and only what may be read ahead.
        """
        now = now or timezone.now()
        later = self.model.objects.filter(
            HasBegun(now),
            document=OuterRef("document"),
            change__effective_at__gt=OuterRef("change__effective_at"),
            replaced=False,
        )
        found = self.standing(now).filter(replaced=False, closed_at=None)
        found = found.alias(text=F("standing__pk")).filter(Q(text__isnull=False) | Q(has_begun=False))
        coming = Q(early=True, change__state__in=["approved", "scheduled"])
        return found.filter(coming | (Q(has_begun=True) & ~Exists(later)))

    def standing(self, now: datetime | None = None) -> MustReadQuerySet:
        """Each with `has_begun`, the audience that it has now, and the `title` for that audience: of a text to come
        its own, since what is in force may be for others."""
        now = now or timezone.now()
        in_force = FilteredRelation(
            "document__versions", condition=Q(document__versions__in_force__contains=now)
        )
        drafts = ChangeItem.objects.filter(change=OuterRef("change"), document=OuterRef("document"))
        rows = self.annotate(standing=in_force, has_begun=HasBegun(now))

        def of_now(column: str) -> Case:
            return Case(When(HasBegun(now), then=F(f"standing__{column}")))

        return rows.annotate(  # type: ignore[no-redef]
            now_audience=Coalesce(of_now("audience"), F("audience")),
            now_teams=Coalesce(of_now("audience_teams"), F("audience_teams"), output_field=TEAMS),
            title=Coalesce(of_now("title"), Subquery(drafts.values("title")[:1])),
        )

    def for_reader(self, person: User | AnonymousUser, since: date | None = None) -> MustReadQuerySet:
        """Those of `live` that this person has to read or has read: of their audience, and due after they came, which
        was `since`."""
        if not person.is_authenticated or not is_reader(person):
            return self.none()
        mine = Q(now_audience__in=[Audience.PUBLIC, Audience.INTERNAL])
        if person.team is not None:
            mine |= Q(now_audience=Audience.TEAMS, now_teams__contains=[person.team.slug])
        return self.filter(mine, due_on__gte=since or joined_on(person))

    def unread_by(self, person: User) -> MustReadQuerySet:
        """Those that this person has not confirmed."""
        receipts = self.model._meta.get_field("receipts").related_model
        return self.filter(~Exists(receipts.objects.filter(must_read=OuterRef("pk"), reader=person)))  # type: ignore[union-attr]

    def visible_to(self, viewer: User | AnonymousUser) -> MustReadQuerySet:
        """Those whose readiness this person may see: of texts that they may read themselves, as they were opened and,
        once in force, as they stand now."""
        if not allows(viewer, Permission.READERSHIP_READ):
            return self.none()
        now = timezone.now()
        current = Version.objects.in_force(now).filter(document=OuterRef("document"))
        hidden = Exists(current) & ~Exists(current.filter(readable_by(viewer)))
        return self.filter(readable_by(viewer)).exclude(Q(HasBegun(now)) & hidden)
