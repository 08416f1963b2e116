"""How the list of cards is narrowed; each filter stands in the address."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metrics import aliases
from metrics.effects.models import Card
from metrics.effects.querysets import CardQuerySet
from metrics.effects.windows import LOOKS
from sopdesk.accounts.models import Site


def _sites(request: HttpRequest | None) -> QuerySet[Site]:
    if request is None:
        return Site.objects.none()
    return Site.objects.filter(pk__in=Card.objects.visible_to(request.user).values("site"))


class CardFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Key, title or label"), method="by_words")
    verdict = django_filters.ChoiceFilter(
        label=_("Verdict"), choices=Card.Verdict.choices, empty_label=_("any")
    )
    look = django_filters.ChoiceFilter(
        label=_("Weeks after"),
        choices=[(look, str(look)) for look in LOOKS],
        empty_label=_("any"),
    )
    site = django_filters.ModelChoiceFilter(
        label=_("Tickets of"),
        queryset=_sites,
        empty_label=_("all you may see"),
        method="by_site",
    )

    class Meta:
        model = Card
        fields: list[str] = []

    def by_words(self, queryset: CardQuerySet, name: str, value: str) -> CardQuerySet:
        """Every word has to occur in the key or the title, or be a name of a label."""
        names = aliases.names()
        for word in value.split()[:8]:
            titled = queryset.filter(version__title__icontains=word)
            keyed = queryset.filter(version__document__key__icontains=word)
            queryset = titled | keyed | queryset.filter(labels__overlap=names.of_one(word))
        return queryset

    def by_site(self, queryset: CardQuerySet, name: str, value: Site) -> CardQuerySet:
        return queryset.filter(site=value)

    def filter_queryset(self, queryset: CardQuerySet) -> Any:
        """One line a version: over all sites, unless one was chosen."""
        narrowed = super().filter_queryset(queryset)
        assert self.request is not None  # noqa: S101 - the view gives it
        return narrowed if self.form.cleaned_data.get("site") else narrowed.widest(self.request.user)
