"""How the list of views of texts is narrowed down."""

from __future__ import annotations

import django_filters
from django.forms import DateInput
from django.utils.translation import gettext_lazy as _

from metrics.privacy.models import TextView


class TextViewFilter(django_filters.FilterSet):
    """By who, which ticket, and the days, in the zone of whoever looks."""

    who = django_filters.CharFilter(label=_("Who"), field_name="user__name", lookup_expr="icontains")
    ticket = django_filters.CharFilter(label=_("Ticket"), field_name="ticket_label", lookup_expr="icontains")
    why = django_filters.CharFilter(label=_("Why"), field_name="why", lookup_expr="icontains")
    since = django_filters.DateFilter(
        label=_("From"), field_name="at", lookup_expr="date__gte", widget=DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label=_("To"), field_name="at", lookup_expr="date__lte", widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = TextView
        fields: list[str] = []
