"""Which documents, versions and changes a person may see. Every read of them starts here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from sopdesk.accounts.audience import readable_by
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import ahead

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from sopdesk.accounts.models import User
    from sopdesk.documents.models import (  # noqa: F401
        Change,
        ChangeItem,
        Document,
        Picture,
        Retirement,
        Version,
    )


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User | AnonymousUser, now: datetime | None = None) -> DocumentQuerySet:
        """Those with a version in force that this person may read; writers and reviewers see all there are."""
        if allows(user, Permission.DOCUMENT_READ_ALL):
            return self
        versions = (
            self._version_model().objects.in_force(now).filter(readable_by(user), document=OuterRef("pk"))
        )
        return self.filter(Exists(versions))

    def readable_by(self, user: User | AnonymousUser) -> DocumentQuerySet:
        """Those visible, and for whoever may read history also the retired ones whose last version they might read."""
        if allows(user, Permission.DOCUMENT_READ_ALL) or not allows(user, Permission.DOCUMENT_READ_HISTORY):
            return self.visible_to(user)
        versions = self._version_model().objects
        in_force = versions.in_force().filter(document=OuterRef("pk"))
        ended = self._retirements().filter(version__in=versions.filter(readable_by(user)).values("pk"))
        return self.filter(Exists(in_force.filter(readable_by(user))) | (~Exists(in_force) & Exists(ended)))

    def with_release(self) -> DocumentQuerySet:
        """Each with `retired_at`: when it was last retired, or None (one in force again has come back since); and
        `current_unreviewed`: whether what is in force was published at once and not reviewed yet."""
        urgent = self._version_model().objects.in_force().filter(change__confirmed_at=None)
        return self.annotate(
            retired_at=models.Subquery(self._retirements().values("at")[:1]),
            current_unreviewed=Exists(
                urgent.filter(document=OuterRef("pk")).exclude(change__urgent_reason="")
            ),
        )

    def with_version_at(self, at: datetime | None = None) -> DocumentQuerySet:
        """Each with `current`: the id of its version in force at that time, or None. There is one at most, which the
        database sees to, so it is joined: a subquery for each of its columns takes ten times as long to be worded."""
        return self._joined_with_version(at).annotate(  # type: ignore[no-redef]
            current_id=F("of_then__pk"),
            current_title=F("of_then__title"),
            current_number=F("of_then__number"),
            current_range=F("of_then__in_force"),
        )

    def with_title(self, at: datetime | None = None) -> DocumentQuerySet:
        """Each with `current_title`, that of its version in force, or None: all that a link needs."""
        return self._joined_with_version(at).annotate(current_title=F("of_then__title"))  # type: ignore[no-redef]

    def with_topics(self) -> DocumentQuerySet:
        """Each of `with_version_at` with `topics`: those of that version, a list, or None."""
        return self.annotate(topics=F("of_then__data__topics"))

    def _joined_with_version(self, at: datetime | None = None) -> DocumentQuerySet:
        at_that_time = Q(versions__in_force__contains=at or timezone.now())
        return self.alias(of_then=FilteredRelation("versions", condition=at_that_time))

    def _retirements(self) -> models.QuerySet[Retirement]:
        related: Any = self.model._meta.get_field("retirements").related_model
        begun: models.QuerySet[Retirement] = related.objects.filter(
            document=OuterRef("pk"), at__lte=timezone.now()
        )
        return begun.order_by("-at")

    def _version_model(self) -> type[Version]:
        related: type[Version] = self.model._meta.get_field("versions").related_model  # type: ignore[assignment]
        return related


class VersionQuerySet(models.QuerySet["Version"]):
    def readable_now(self, user: User | AnonymousUser, now: datetime) -> VersionQuerySet:
        """Those in force now that this person may read; what one may read of now makes its document visible."""
        return self.visible_to(user, now).in_force(now)

    def readable_at(self, user: User | AnonymousUser, at: datetime | None = None) -> VersionQuerySet:
        """Those in force at a time, now by default, that this person may read, of documents readable to them today."""
        versions = self.visible_to(user).in_force(at)
        if at is None or allows(user, Permission.DOCUMENT_READ_ALL):
            return versions  # What one may read of now is what makes its document visible.
        documents = self.model._meta.get_field("document").related_model
        return versions.filter(document__in=documents.objects.readable_by(user).values("pk"))  # type: ignore[union-attr]

    def in_force(self, at: datetime | None = None) -> VersionQuerySet:
        """Those in force at a time, now by default: a query on the range, so nothing has to happen on time."""
        return self.filter(in_force__contains=at or timezone.now())

    def visible_to(self, user: User | AnonymousUser, now: datetime | None = None) -> VersionQuerySet:
        """Versions whose own audience takes in this person and that have begun; writers see scheduled ones too.

        A superseded version stays readable for staff, marked; the public reads only what is in force.
        """
        if allows(user, Permission.DOCUMENT_READ_ALL):
            return self
        readable = self.filter(readable_by(user))
        if allows(user, Permission.DOCUMENT_READ_HISTORY):
            return readable.filter(in_force__startswith__lte=now or timezone.now())
        return readable.in_force(now)

    def current_or_coming(self, now: datetime | None = None) -> VersionQuerySet:
        """Those in force now or scheduled."""
        still = Q(in_force__endswith=None) | Q(in_force__endswith__gt=now or timezone.now())
        return self.filter(still, in_force__isempty=False)


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, user: User | AnonymousUser) -> PictureQuerySet:
        """Those that a version shows which this person may read, or a draft that they may read ahead; whoever writes or
        reviews sees all there are."""
        if allows(user, Permission.DOCUMENT_READ_ALL):
            return self
        versions = apps.get_model("documents", "Version").objects.visible_to(user)
        shown = Q(Exists(versions.filter(references__kind="picture", references__key=OuterRef("hash"))))
        for drafts in ahead.drafts(user):
            shown |= _is_in(drafts)
        return self.filter(shown)

    def shown_in(self, drafts: models.QuerySet[ChangeItem]) -> PictureQuerySet:
        """Those that one of these drafts shows."""
        return self.filter(_is_in(drafts))


def _is_in(drafts: models.QuerySet[ChangeItem]) -> Q:
    """Whether a draft shows the picture: references are kept of versions alone, so its text is asked."""
    address = Concat(Value("/pictures/"), OuterRef("hash"), output_field=models.TextField())
    return Q(Exists(drafts.filter(body__contains=address)))


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: User | AnonymousUser) -> ChangeQuerySet:
        """Changes are the policy team's own workbench: all of them, or none."""
        return self if allows(user, Permission.CHANGE_READ) else self.none()

    def open(self) -> ChangeQuerySet:
        return self.exclude(state__in=["published", "withdrawn"])
