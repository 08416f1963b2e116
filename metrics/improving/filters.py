"""How the page "Where to work next" is narrowed, and how initiatives are found."""

from __future__ import annotations

from typing import Final

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metrics import aliases, scales
from metrics.filters import FigureFilter
from metrics.improving.definitions import LEVERS
from metrics.improving.models import Initiative
from metrics.improving.states import State
from sopdesk.accounts.models import User

SHOWN: Final = ("period", "until", "site", "team", "channel", "source")


class WorkFilter(FigureFilter):
    """Which tickets, over thirteen weeks by default, and which lever."""

    lever = forms.ChoiceField(label=_("What could help"), required=False)
    scale = forms.ChoiceField(label=_("Scale of CSAT"), required=False, choices=[*scales.CHOICES])

    def __init__(self, params: QueryDict, *, user: User) -> None:
        said = params.copy()
        said.setdefault("period", "91")
        super().__init__(said, user=user)
        for name in [name for name in self.fields if name not in (*SHOWN, "lever", "scale")]:
            del self.fields[name]
        self._offer("lever", [(lever.key, lever.label) for lever in LEVERS])
        self.full_clean()


def seen_owners(request: HttpRequest | None) -> QuerySet[User]:
    if request is None:
        return User.objects.none()
    seen = Initiative.objects.visible_to(request.user).order_by().values("owner")
    return User.objects.filter(pk__in=seen)


class InitiativeFilter(django_filters.FilterSet):
    """By words, state, owner, lever, and whether it is late."""

    q = django_filters.CharFilter(label=_("Title"), field_name="title", lookup_expr="icontains")
    label = django_filters.CharFilter(label=_("Label"), method="filter_label")
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("any"))
    owner = django_filters.ModelChoiceFilter(label=_("Owner"), queryset=seen_owners, empty_label=_("anybody"))
    lever = django_filters.ChoiceFilter(
        label=_("What could help"),
        choices=[(lever.key, lever.label) for lever in LEVERS],
        empty_label=_("any"),
    )
    late = django_filters.ChoiceFilter(
        label=_("Due"), choices=[("yes", _("past its day"))], method="filter_late", empty_label=_("any")
    )

    class Meta:
        model = Initiative
        fields: list[str] = []

    def filter_label(self, queryset: QuerySet[Initiative], name: str, value: str) -> QuerySet[Initiative]:
        return queryset.filter(label__in=aliases.names().of_one(value))

    def filter_late(self, queryset: QuerySet[Initiative], name: str, value: str) -> QuerySet[Initiative]:
        open_ = queryset.filter(state__in=[State.PROPOSED, State.UNDER_WAY])
        return open_.filter(due_on__lt=timezone.localdate())
