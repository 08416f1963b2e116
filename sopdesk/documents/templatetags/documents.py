"""Template tags of documents; built in (settings), so no template loads them.

{% kind_url kind "read" document.key %}     the address of a page of a kind
{% standing version now %}                  "in_force", "scheduled", "superseded" or "never"
{% in_words kind "risk" version.data.risk %}  a value of the kind's data, a choice by its label
{% change_state change %}                   the state as it is now: what was scheduled is published from its minute on
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

from sopdesk.documents.kinds import Kind
from sopdesk.documents.models import Change, Version

register = template.Library()


@register.simple_tag
def kind_url(kind: Kind, page: str, *args: Any) -> str:
    return kind.url(page, *args)


@register.simple_tag
def in_words(kind: Kind, name: str, value: Any) -> str:
    return kind.in_words(name, value)


@register.simple_tag
def standing(version: Version, now: datetime) -> str:
    return version.standing_at(now)


@register.simple_tag
def change_state(change: Change) -> str:
    return change.state_at(timezone.now())
