"""Template tags of the discussion; a template loads them by name.

{% threads_at document_id row.anchor as here %}  the threads at a section of a document of the page’s `change`
{% came_from %}                                      the page to go back to after a step, for a hidden field
{% outside_talk outsider as own %}, {% outside_form outsider as form %}   what somebody from outside said, and says
{% talk_of change as talk %}           the discussion of a change (sopdesk.discussion.reading.Discussion)
"""

from __future__ import annotations

from django import template

from sopdesk.discussion.outsiders import Answered, OutsideCommentForm, own_threads
from sopdesk.discussion.reading import Discussion, Shown, discussion
from sopdesk.documents.models import Change, OutsideReviewer

register = template.Library()


@register.simple_tag(takes_context=True)
def talk_of(context: template.Context, change: Change) -> Discussion:
    return discussion(change, context["request"].user)


@register.simple_tag(takes_context=True)
def threads_at(context: template.Context, document_id: int, anchor: str) -> list[Shown]:
    return discussion(context["change"], context["request"].user).at(document_id, anchor)


@register.simple_tag(takes_context=True)
def came_from(context: template.Context) -> str:
    """The address of the page in the browser: a piece of it is asked for at another address."""
    request = context["request"]
    kept = request.POST.get("back") or (request.htmx and request.htmx.current_url_abs_path)
    return str(kept or request.get_full_path()) if request.method != "POST" or kept else ""


@register.simple_tag
def outside_talk(outsider: OutsideReviewer) -> list[Answered]:
    return own_threads(outsider)


@register.simple_tag
def outside_form(outsider: OutsideReviewer) -> OutsideCommentForm:
    return OutsideCommentForm(outsider=outsider)
