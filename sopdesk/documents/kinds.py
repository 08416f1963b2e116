"""The kinds of document there are. An app registers its own in its kinds.py; everything else is shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from sopdesk.accounts.audience import Audience
from sopdesk.documents.resolving import resolver
from sopdesk.search import kinds as search_kinds
from sopdesk.text import references
from sopdesk.text.reversing import address

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from sopdesk.documents.models import Document


class DataForm(forms.Form):
    """The fields a kind adds to every document's. `initial` and `cleaned_data` are JSON, as a version stores them."""


@dataclass(frozen=True)
class Kind:
    """What is particular to one kind of document.

    `model` is its table; `new_key` proposes the key of a new one from its title; `urls` is the prefix of its page
    names, such as "sops:" or "macros:label_"; `aside` is a template beside the text, `actions` one among the page's
    actions; `weight` is how much a find of this kind is worth in search, 1 at most.
    """

    name: str
    label: StrOrPromise
    plural: StrOrPromise
    model: type[Document]
    new_key: Callable[[str], str]
    urls: str
    icon: str
    purpose: StrOrPromise
    data_form: type[DataForm] = DataForm
    default_audience: str = Audience.INTERNAL
    is_public: bool = False
    aside: str = ""
    actions: str = ""
    weight: float = 1.0

    def url(self, page: str, *args: Any) -> str:
        """The address of one of the kind's pages: "list", "new", or with a key "read", "history", "edit" …."""
        return address(f"{self.urls}{page}", *args)

    def field_label(self, name: str) -> str:
        """What a field of the kind's data is called; its bare name when the form no longer has it."""
        field = self.data_form.base_fields.get(name)
        return str(field.label) if field else name.replace("_", " ").capitalize()

    def in_words(self, name: str, value: Any) -> str:
        """A value of the kind's data as people read it: a choice by its label, a list with commas."""
        field = self.data_form.base_fields.get(name)
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind, make it findable, and let texts refer to its documents by `[[name:key]]`. Raises ValueError for a
    taken name."""
    _kinds[kind.name] = kind
    search_kinds.register(
        search_kinds.FoundKind(
            kind.name,
            kind.label,
            kind.plural,
            kind.icon,
            url=lambda key: kind.url("read", key),
            weight=kind.weight,
        )
    )
    references.register(kind.name)(resolver(kind))


def kind_of(name: str) -> Kind:
    """The kind of this name. Raises KeyError for one that no app registers."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    return list(_kinds.values())
