"""How people are found."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import Site, Team, User
from sopdesk.accounts.permissions import Role

STANDINGS = [("active", _("may sign in")), ("ended", _("sign-in ended"))]


def visible_sites(request: HttpRequest | None) -> QuerySet[Site]:
    return Site.objects.visible_to(request.user) if request else Site.objects.none()


def visible_teams(request: HttpRequest | None) -> QuerySet[Team]:
    return Team.objects.visible_to(request.user).select_related("site") if request else Team.objects.none()


class PersonFilter(django_filters.FilterSet):
    """By words, site, team, role and whether they may sign in."""

    q = django_filters.CharFilter(label=_("Name or e-mail"), method="filter_words")
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), field_name="team__site", queryset=visible_sites, empty_label=_("every site")
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible_teams, empty_label=_("every team")
    )
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=Role.choices, method="filter_role", empty_label=_("every role")
    )
    function = django_filters.ChoiceFilter(
        label=_("Approves for"),
        choices=ReviewFunction.choices,
        method="filter_function",
        empty_label=_("any function"),
    )
    standing = django_filters.ChoiceFilter(
        label=_("Sign-in"), choices=STANDINGS, method="filter_standing", empty_label=_("either")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def filter_words(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def filter_role(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(roles__contains=[value])

    def filter_function(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(functions__contains=[value])

    def filter_standing(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(is_active=value == "active")
