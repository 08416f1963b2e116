"""How reviews are found."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metrics import aliases
from metrics.quality.models import Dispute, Review, Scorecard
from sopdesk.accounts.models import Team

OUTCOMES = [("critical", _("critical fail")), ("below", _("below 80 %")), ("unscored", _("nothing applied"))]


def seen_teams(request: HttpRequest | None) -> QuerySet[Team]:
    """The teams of the reviews that this person may see."""
    if request is None:
        return Team.objects.none()
    seen = Review.objects.visible_to(request.user).order_by().values("team")
    return Team.objects.filter(pk__in=seen).select_related("site")


class ReviewFilter(django_filters.FilterSet):
    """By ticket, scorecard, state, outcome, dispute and team."""

    q = django_filters.CharFilter(label=_("Ticket"), field_name="external_id", lookup_expr="icontains")
    state = django_filters.ChoiceFilter(label=_("State"), choices=Review.State.choices, empty_label=_("any"))
    scorecard = django_filters.ModelChoiceFilter(
        label=_("Scorecard"),
        field_name="version__scorecard",
        queryset=Scorecard.objects.all(),
        empty_label=_("any"),
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=seen_teams, to_field_name="slug", empty_label=_("every team")
    )
    label = django_filters.CharFilter(label=_("Label"), method="filter_label")
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), choices=OUTCOMES, method="filter_outcome", empty_label=_("any")
    )
    dispute = django_filters.ChoiceFilter(
        label=_("Dispute"), choices=Dispute.State.choices, method="filter_dispute", empty_label=_("either")
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def filter_label(self, queryset: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        return queryset.filter(labels__overlap=aliases.names().of_one(value))

    def filter_outcome(self, queryset: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        if value == "critical":
            return queryset.filter(has_critical_fail=True)
        if value == "below":
            return queryset.filter(score__lt=0.8)
        return queryset.filter(state=Review.State.DONE, score=None)

    def filter_dispute(self, queryset: QuerySet[Review], name: str, value: str) -> QuerySet[Review]:
        return queryset.filter(disputes__state=value).distinct()
