"""How the list of alerts is narrowed; each filter stands in the address."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from metrics import aliases
from metrics.definitions import AHT, CSAT, VOLUME
from metrics.watching.models import Alert
from metrics.watching.querysets import AlertQuerySet


class AlertFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Label or team"), method="by_words")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Alert.State.choices, empty_label=_("any"))
    metric = django_filters.ChoiceFilter(
        label=_("Figure"),
        choices=[(metric.key, metric.label) for metric in (VOLUME, CSAT, AHT)],
        empty_label=_("any"),
    )
    direction = django_filters.ChoiceFilter(
        label=_("Direction"), choices=Alert.Direction.choices, empty_label=_("any")
    )

    class Meta:
        model = Alert
        fields: list[str] = []

    def by_words(self, queryset: AlertQuerySet, name: str, value: str) -> AlertQuerySet:
        """What was typed has to occur in a name of the label or in the team's name."""
        labels = queryset.filter(label__icontains=value) | queryset.filter(
            label__in=aliases.names().matching(value)
        )
        return labels | queryset.filter(team__name__icontains=value)
