"""How duties are narrowed down."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.models import Duty, Framework
from compliance.querysets import DutyQuerySet
from compliance.vocabulary import Gate, Tier

VERIFIED = [("yes", _("seen in the text of the law")), ("no", _("partly from memory"))]
STANDINGS = [("superseded", _("superseded")), ("all", _("all"))]


def jurisdictions() -> list[tuple[str, str]]:
    names = Framework.objects.order_by("jurisdiction").values_list("jurisdiction", flat=True).distinct()
    return [(name, name) for name in names]


def triggers() -> list[tuple[str, str]]:
    """Every topic that some duty names."""
    named = {trigger for row in Duty.objects.values_list("triggers", flat=True) for trigger in row}
    return [(trigger, trigger) for trigger in sorted(named)]


class FrameworkFilter(django_filters.FilterSet):
    jurisdiction = django_filters.ChoiceFilter(
        label=_("Where it applies"), choices=jurisdictions, empty_label=_("anywhere")
    )

    class Meta:
        model = Framework
        fields: list[str] = []


class DutyFilter(django_filters.FilterSet):
    """By words, gate, tier, topic, whether it was checked, and whether it is in use (unless told otherwise)."""

    q = django_filters.CharFilter(label=_("Words"), method="filter_words")
    gate = django_filters.ChoiceFilter(label=_("Gate"), choices=Gate.choices, empty_label=_("every gate"))
    tier = django_filters.ChoiceFilter(label=_("Tier"), choices=Tier.choices, empty_label=_("every tier"))
    trigger = django_filters.ChoiceFilter(
        label=_("Topic"), choices=triggers, method="filter_trigger", empty_label=_("every topic")
    )
    verified = django_filters.ChoiceFilter(
        label=_("Checked"), choices=VERIFIED, method="filter_verified", empty_label=_("either")
    )
    standing = django_filters.ChoiceFilter(
        label=_("Standing"), choices=STANDINGS, method="filter_standing", empty_label=_("in use")
    )

    class Meta:
        model = Duty
        fields: list[str] = []

    def filter_words(self, queryset: DutyQuerySet, name: str, value: str) -> DutyQuerySet:
        return queryset.matching(value)

    def filter_trigger(self, queryset: QuerySet[Duty], name: str, value: str) -> QuerySet[Duty]:
        return queryset.filter(triggers__contains=[value])

    def filter_verified(self, queryset: QuerySet[Duty], name: str, value: str) -> QuerySet[Duty]:
        return queryset.filter(verified=value == "yes")

    def filter_standing(self, queryset: QuerySet[Duty], name: str, value: str) -> QuerySet[Duty]:
        return queryset.filter(superseded_at__isnull=False) if value == "superseded" else queryset

    def filter_queryset(self, queryset: QuerySet[Duty]) -> QuerySet[Duty]:
        found: QuerySet[Duty] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("standing") else found.filter(superseded_at=None)
