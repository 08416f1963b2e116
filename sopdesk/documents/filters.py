"""How lists of documents and changes are narrowed; each filter stands in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import requirements_in_sql
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import Change, ChangeItem, Document
from sopdesk.documents.models.changes import SOON
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
        empty_label=_("any but retired"),
        choices=[
            ("in_force", _("in force")),
            ("unpublished", _("not in force yet")),
            ("unverified", _("review date has passed")),
            ("unreviewed", _("urgent, not yet reviewed")),
            ("retired", _("retired")),
            ("all", _("all, retired too")),
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

    def filter_queryset(self, queryset: DocumentQuerySet) -> DocumentQuerySet:
        """What was retired is out of the way unless asked for."""
        narrowed: DocumentQuerySet = super().filter_queryset(queryset.with_release())
        if self.form.cleaned_data.get("standing"):
            return narrowed
        return narrowed.exclude(current_id__isnull=True, retired_at__isnull=False)  # type: ignore[misc]

    def by_standing(self, queryset: DocumentQuerySet, name: str, value: str) -> DocumentQuerySet:
        wanted: dict[str, dict[str, Any]] = {
            "in_force": {"current_id__isnull": False},
            "unpublished": {"current_id__isnull": True, "retired_at__isnull": True},
            "unverified": {"review_by__lt": timezone.localdate()},
            "unreviewed": {"current_unreviewed": True},
            "retired": {"current_id__isnull": True, "retired_at__isnull": False},
        }
        return queryset.filter(**wanted.get(value, {}))


def _kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.label)) for kind in all_kinds()]


class ChangeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Title or document"), method="by_words")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=_("any"),
        choices=[
            ("open", _("all open")),
            *Change.State.choices,
            ("unreviewed", _("urgent, not yet reviewed")),
        ],
    )
    waiting = django_filters.ChoiceFilter(
        label=_("Waits for"),
        method="by_waiting",
        empty_label=_("anybody"),
        choices=[("me", _("me")), ("mine", _("others, on what I wrote"))],
    )
    due = django_filters.ChoiceFilter(
        label=_("Review due"),
        method="by_due",
        empty_label=_("any day"),
        choices=[
            ("overdue", _("overdue")),
            ("soon", _("today or within two days")),
            ("dated", _("has a date")),
        ],
    )
    function = django_filters.ChoiceFilter(
        label=_("Needs"), method="by_function", empty_label=_("any function"), choices=ReviewFunction.choices
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), method="by_kind", empty_label=_("any kind"), choices=_kind_choices
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Author"),
        field_name="authors",
        queryset=User.objects.filter(pk__in=Change.authors.through.objects.values("user")),
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
            "unreviewed": Q(state="published", confirmed_at=None) & ~Q(urgent_reason=""),
            "scheduled": Q(state="scheduled") & ~begun,
        }
        return queryset.filter(narrowed.get(value, Q(state=value)))

    def by_waiting(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        """What the viewer's approval would bring further, or what they wrote and others have before them."""
        viewer = self.request.user
        if value == "mine":
            return queryset.filter(state="in_review", authors=viewer)
        if not allows(viewer, Permission.CHANGE_APPROVE):
            return queryset.none()
        return queryset.filter(requirements_in_sql.waiting_for(viewer))

    def by_due(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        today = timezone.localdate()
        in_review = queryset.filter(state="in_review")
        if value == "overdue":
            return in_review.filter(due_on__lt=today)
        if value == "soon":
            return in_review.filter(due_on__range=(today, today + SOON))
        return queryset.filter(due_on__isnull=False)

    def by_function(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        """What a rule asks this function about, approved or not."""
        return queryset.filter(requirements_in_sql.asking_for(value))

    def by_kind(self, queryset: ChangeQuerySet, name: str, value: str) -> ChangeQuerySet:
        return queryset.filter(Exists(ChangeItem.objects.filter(change=OuterRef("pk"), document__kind=value)))
