"""How lists of documents and changes are narrowed; each filter stands in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import User
from sopdesk.documents.models import Change, Document
from sopdesk.documents.querysets import ChangeQuerySet, DocumentQuerySet


def _owners(request: HttpRequest | None) -> QuerySet[User]:
    """Who owns a document that this viewer may see: nobody learns here who owns one that is hidden."""
    if request is None:
        return User.objects.none()
    return User.objects.filter(pk__in=Document.objects.visible_to(request.user).values("owner"))


class DocumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title or key"), method="by_words")
    owner = django_filters.ModelChoiceFilter(
        label=_("Owner"),
        queryset=_owners,
        empty_label=_("anyone"),
    )
    standing = django_filters.ChoiceFilter(
        label=_("Standing"),
        method="by_standing",
        empty_label=_("any"),
        choices=[
            ("in_force", _("in force")),
            ("unpublished", _("not in force yet")),
            ("unverified", _("review date has passed")),
        ],
    )

    class Meta:
        model = Document
        fields: list[str] = []

    def by_words(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        """Every word has to occur in the key or in the title in force."""
        for word in value.split()[:8]:
            queryset = queryset.filter(Q(key__icontains=word) | Q(current_title__icontains=word))
        return queryset

    def by_standing(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        if value == "unverified":
            return queryset.filter(review_by__lt=timezone.localdate())
        return queryset.filter(current_id__isnull=value == "unpublished")  # type: ignore[misc]  # an annotation


class ChangeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title or document"), method="by_words")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=_("any"),
        choices=[("open", _("all open")), *Change.State.choices],
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Author"),
        field_name="authors",
        queryset=User.objects.filter(changes__isnull=False).distinct(),
        empty_label=_("anyone"),
    )

    class Meta:
        model = Change
        fields: list[str] = []

    def by_words(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        for word in value.split()[:8]:
            named = Q(items__document__key__icontains=word) | Q(items__title__icontains=word)
            queryset = queryset.filter(
                pk__in=Change.objects.filter(Q(title__icontains=word) | named).values("pk")
            )
        return queryset

    def by_state(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        now = timezone.now()
        begun = Q(state="scheduled", effective_at__lte=now)
        narrowed: dict[str, Any] = {
            "open": ~Q(state__in=["published", "withdrawn"]) & ~begun,
            "published": Q(state="published") | begun,
            "scheduled": Q(state="scheduled") & ~begun,
        }
        return queryset.filter(narrowed.get(value, Q(state=value)))
