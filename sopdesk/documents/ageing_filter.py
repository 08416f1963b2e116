"""How the ageing report is narrowed; each filter stands in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import Team, User
from sopdesk.documents import ageing
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import Document

if TYPE_CHECKING:
    from django.http import HttpRequest

    from sopdesk.documents.querysets import DocumentQuerySet

OVERDUE = "overdue"


def _owners(request: HttpRequest | None) -> QuerySet[User]:
    if request is None:
        return User.objects.none()
    return User.objects.filter(pk__in=Document.objects.visible_to(request.user).values("owner"))


def _teams(request: HttpRequest | None) -> QuerySet[Team]:
    return Team.objects.filter(members__in=_owners(request)).select_related("site").distinct()


class AgeingFilter(django_filters.FilterSet):
    """By words, kind, state of verification, owner, team, topic, and whether anybody uses it."""

    q = django_filters.CharFilter(label=_("Title or key"), method="by_words")
    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        empty_label=_("every kind"),
        choices=lambda: [(kind.name, kind.plural) for kind in all_kinds()],
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=_("any"),
        choices=[(OVERDUE, _("all overdue")), *((band.name, band.label) for band in ageing.BANDS)],
    )
    owner = django_filters.ModelChoiceFilter(label=_("Owner"), queryset=_owners, empty_label=_("anyone"))
    team = django_filters.ModelChoiceFilter(
        label=_("Owner's team"), field_name="owner__team", queryset=_teams, empty_label=_("every team")
    )
    topic = django_filters.CharFilter(label=_("Topic"), method="by_topic")
    only = django_filters.ChoiceFilter(
        label=_("Only"),
        method="by_trait",
        empty_label=_("all of them"),
        choices=[
            ("unverified", _("never verified in this version")),
            ("orphaned", _("owner is no longer here")),
            ("unused", _("not used for 90 days")),
        ],
    )

    class Meta:
        model = Document
        fields: list[str] = []

    def by_words(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        for word in value.split()[:8]:
            queryset = queryset.filter(Q(key__icontains=word) | Q(current_title__icontains=word))
        return queryset

    def by_state(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        wanted = ageing.OVERDUE if value == OVERDUE else (value,)
        return queryset.filter(band__in=wanted)  # type: ignore[misc]  # an annotation

    def by_topic(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        return queryset.filter(topics__contains=[value.strip()])  # type: ignore[misc]  # an annotation

    def by_trait(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        if value == "orphaned":
            return queryset.filter(owner__is_active=False)
        if value == "unused":
            return queryset.filter(ageing.unused())
        return queryset.filter(verified_at=None)  # type: ignore[misc]  # an annotation
