"""What the pages that write a draft share: the row, and saving what a form holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from sopdesk.documents import editing
from sopdesk.documents.models import Change, ChangeItem

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.forms import DraftForm


def found_item(request: HttpRequest, change_id: int, pk: int) -> ChangeItem:
    """The draft of these ids. Raises Http404 for one that is not there or that this person may not see."""
    change = get_object_or_404(Change.objects.visible_to(request.user), pk=change_id)
    items = change.items.select_related("document", "change", "base_version", "updated_by")
    return get_object_or_404(items, pk=pk)


def save(item: ChangeItem, form: DraftForm, data: Any, *, actor: User) -> ChangeItem:
    """Save what valid forms hold. Raises StaleDraft and ChangeRefused."""
    content = {name: form.cleaned_data[name] for name in ("title", "body", "audience", "audience_teams")}
    return editing.save_draft(
        item,
        revision=form.cleaned_data["revision"],
        actor=actor,
        data={**item.data, **data.cleaned_data},
        **content,
    )
