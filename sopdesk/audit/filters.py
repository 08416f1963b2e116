"""How the record is narrowed down."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry


class EntryFilter(django_filters.FilterSet):
    """By what, who, about what, and the days, in the zone of whoever looks."""

    event = django_filters.ChoiceFilter(label=_("What"), choices=Event.choices, empty_label=_("everything"))
    actor = django_filters.CharFilter(label=_("Who"), field_name="actor_name", lookup_expr="icontains")
    about = django_filters.CharFilter(label=_("About"), method="filter_about")
    since = django_filters.DateFilter(
        label=_("From day"),
        field_name="at",
        lookup_expr="date__gte",
        widget=DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label=_("To day"), field_name="at", lookup_expr="date__lte", widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def filter_about(self, queryset: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """A part of the subject's name, or exactly what an entry's own link gives: "documents.document 12"."""
        kind, _sep, key = value.rpartition(" ")
        return queryset.filter(Q(subject_label__icontains=value) | Q(subject_type=kind, subject_id=key))
