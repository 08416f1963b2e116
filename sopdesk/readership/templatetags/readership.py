"""Template tags of readership, loaded where they are needed.

{% changed_among user listing.rows as fresh %}     ids of the documents with a newer version than the one opened last
{% ticked answers question.pk place %}             "checked" for a choice that was ticked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from sopdesk.accounts.models import User
from sopdesk.documents.models import Document
from sopdesk.readership import remembering

register = template.Library()


@register.simple_tag
def changed_among(user: Any, documents: Sequence[Document]) -> Mapping[int, int]:
    """One query for a whole list; nothing for who is not signed in."""
    return remembering.changed_among(user, documents) if isinstance(user, User) else {}


@register.simple_tag
def ticked(answers: Any, question: int, place: int) -> str:
    """The attribute of a choice that was ticked."""
    return "checked" if answers and place in answers.get(question, ()) else ""
