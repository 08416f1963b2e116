"""How readiness is narrowed; each choice stands in the address. What is offered is what the viewer may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import Site, Team, User
from sopdesk.readership import readiness
from sopdesk.readership.days import today
from sopdesk.readership.models import MustRead

if TYPE_CHECKING:
    from sopdesk.accounts.querysets import UserQuerySet
    from sopdesk.readership.querysets import MustReadQuerySet

KINDS = [("vendor", _("vendors")), ("in_house", _("in-house"))]


def _sites(request: HttpRequest | None) -> QuerySet[Site]:
    return Site.objects.visible_to(request.user) if request else Site.objects.none()


def _teams(request: HttpRequest | None) -> QuerySet[Team]:
    return Team.objects.visible_to(request.user).select_related("site") if request else Team.objects.none()


class Scope(forms.Form):
    """Whose reading is counted: of a kind of site, a site, a team."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *KINDS])
    site = forms.ModelChoiceField(
        label=_("Site"),
        required=False,
        queryset=Site.objects.none(),
        to_field_name="slug",
        empty_label=_("all"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        required=False,
        queryset=Team.objects.none(),
        to_field_name="slug",
        empty_label=_("all"),
    )

    def __init__(self, params: QueryDict, *, viewer: User) -> None:
        super().__init__(params)
        self.viewer = viewer
        self.fields["site"].queryset = Site.objects.visible_to(viewer)  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.visible_to(viewer).select_related("site")  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def people(self) -> UserQuerySet:
        """The readers that are counted. A choice that makes no sense is left out."""
        chosen = {name: self.cleaned_data.get(name) for name in ("kind", "site", "team")}
        slugs = {name: getattr(value, "slug", value) or "" for name, value in chosen.items()}
        return readiness.people_seen(self.viewer, **slugs)

    @property
    def is_set(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


class MustReadFilter(django_filters.FilterSet):
    """Site, team and kind narrow the people that are counted (`Scope` reads them), the others the must-reads."""

    q = django_filters.CharFilter(label=_("Title or key"), method="by_words")
    state = django_filters.ChoiceFilter(
        label=_("State"),
        method="by_state",
        empty_label=_("still to be read"),
        choices=[
            ("overdue", _("past its due date")),
            ("early", _("not in force yet")),
            ("all", _("all, also closed")),
        ],
    )
    kind = django_filters.ChoiceFilter(
        label=_("Readers"), method="as_it_is", empty_label=_("all"), choices=KINDS
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), method="as_it_is", queryset=_sites, to_field_name="slug", empty_label=_("all")
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), method="as_it_is", queryset=_teams, to_field_name="slug", empty_label=_("all")
    )

    class Meta:
        model = MustRead
        fields: list[str] = []

    @property
    def qs(self) -> MustReadQuerySet:
        """Without a wish about the state, those that still stand."""
        found: MustReadQuerySet = super().qs
        chosen = self.form.cleaned_data.get("state") if self.form.is_valid() else ""
        if chosen == "all":
            return found
        return found.filter(pk__in=MustRead.objects.live().values("pk"))

    def by_words(self, queryset: MustReadQuerySet, name: str, value: str) -> MustReadQuerySet:
        for word in value.split()[:8]:
            queryset = queryset.filter(Q(document__key__icontains=word) | Q(title__icontains=word))
        return queryset

    def by_state(self, queryset: MustReadQuerySet, name: str, value: str) -> MustReadQuerySet:
        if value == "overdue":
            return queryset.filter(due_on__lt=today())
        return queryset.filter(has_begun=False) if value == "early" else queryset  # type: ignore[misc]

    def as_it_is(self, queryset: MustReadQuerySet, name: str, value: object) -> MustReadQuerySet:
        return queryset


class ReaderFilter(django_filters.FilterSet):
    """The people of one must-read."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    standing = django_filters.ChoiceFilter(
        label=_("Standing"),
        method="by_standing",
        empty_label=_("any"),
        choices=[("read", _("have read it")), ("unread", _("have not read it"))],
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), field_name="team__site__kind", empty_label=_("all"), choices=KINDS
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), field_name="team__site", queryset=_sites, to_field_name="slug", empty_label=_("all")
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), field_name="team", queryset=_teams, to_field_name="slug", empty_label=_("all")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def by_standing(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return queryset.filter(read_at__isnull=value == "unread")  # type: ignore[misc]  # an annotation


class PersonFilter(django_filters.FilterSet):
    """The people of the report over all must-reads."""

    q = django_filters.CharFilter(label=_("Name"), field_name="name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), field_name="team__site__kind", empty_label=_("all"), choices=KINDS
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), field_name="team__site", queryset=_sites, to_field_name="slug", empty_label=_("all")
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), field_name="team", queryset=_teams, to_field_name="slug", empty_label=_("all")
    )

    class Meta:
        model = User
        fields: list[str] = []
