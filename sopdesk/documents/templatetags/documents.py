"""Template tags of documents; built in (settings), so no template loads them.

{% kind_url kind "read" document.key %}     the address of a page of a kind
{% document_url document %}                 the address where it is read
{% titled "label" version.data.labels as labels %}   keys with what they stand for, as (key, Target or None)
{% unverified_among results as late %}{{ result|is_among:late }}   which search results are unverified
{{ document|is_late }}                      whether its review date has passed
{% standing version now %}                  "in_force", "scheduled", "superseded" or "never"
{% in_words kind "risk" version.data.risk %}  a value of the kind's data, a choice by its label
{% panels "change_aside" %}                  what layers above show in a place (sopdesk/documents/panels.py)
{% signature_of approval as signed %}       an approval as it is shown (sopdesk/documents/signing.py)
{% change_state change %}                   the state as it is now: what was scheduled is published from its minute on
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from sopdesk.documents import panels as places
from sopdesk.documents import requirements, signing
from sopdesk.documents.kinds import Kind, all_kinds, kind_of
from sopdesk.documents.models import Approval, Change, Document, ReviewRule, Version
from sopdesk.text import references

register = template.Library()


@register.simple_tag
def kind_url(kind: Kind, page: str, *args: Any) -> str:
    return kind.url(page, *args)


@register.simple_tag
def document_url(document: Document) -> str:
    return kind_of(document.kind).url("read", document.key)


@register.simple_tag(takes_context=True)
def titled(
    context: template.Context, kind: str, keys: list[str]
) -> list[tuple[str, references.Target | None]]:
    """Keys of a kind with what they stand for, in the time machine as of then. One query."""
    past = context.get("past")
    at = past.at if past else timezone.now()
    found = references.resolve(kind, keys, viewer=context["request"].user, at=at) if keys else {}
    return [(key, found.get(key)) for key in keys]


@register.simple_tag
def unverified_among(found: Iterable[Any]) -> set[tuple[str, str]]:
    """Of search results (`.kind.name`, `.key`), those whose review date has passed, as (kind, key). One query."""
    keys = {(each.kind.name, each.key) for each in found}
    late = Document.objects.filter(review_by__lt=timezone.localdate(), key__in={key for _kind, key in keys})
    return keys & set(late.values_list("kind", "key"))


@register.filter
def is_late(document: Document) -> bool:
    """Whether its review date has passed."""
    return document.is_unverified(timezone.localdate())


@register.filter
def is_among(found: Any, late: set[tuple[str, str]]) -> bool:
    return (found.kind.name, found.key) in late


@register.simple_tag
def in_words(kind: Kind, name: str, value: Any) -> str:
    return kind.in_words(name, value)


@register.simple_tag
def standing(version: Version, now: datetime) -> str:
    return version.standing_at(now)


@register.simple_tag
def change_state(change: Change) -> str:
    return change.state_at(timezone.now())


@register.simple_tag
def signature_of(approval: Approval) -> signing.Signature:
    return signing.signature(approval)


@register.simple_tag
def rule_part(rule: ReviewRule, name: str) -> str:
    """The kind or risk that a rule names, in words; a dash for any."""
    value = getattr(rule, name)
    kinds = {each.name: str(each.label) for each in all_kinds()}
    words = kinds if name == "kind" else dict(requirements.risk_choices())
    return words.get(value, value) or "–"


@register.simple_tag
def functions_in_words(functions: Iterable[str]) -> tuple[str, ...]:
    return signing.in_words(functions)


@register.simple_tag
def due_state(change: Change) -> str:
    return change.due_state(timezone.localdate())


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str) -> SafeString:
    """The panels of a place, each rendered with the page's context and its own."""
    slot = places.Slot(place)
    request = context["request"]
    subject = slot.value.partition("_")[0]
    about = {
        "change": ("change",),
        "document": ("document", "version"),
        "editor": ("item",),
        "list": ("kind",),
    }[subject]
    parts = []
    for panel in places.shown(slot, request.user, *(context.get(name) for name in about)):
        with context.push(**panel.context):
            parts.append((get_template(panel.template).template.render(context),))  # type: ignore[attr-defined]
    return format_html_join("\n", "{}", parts)
