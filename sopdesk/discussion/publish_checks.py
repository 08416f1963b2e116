"""What an open discussion stops: threads that must be resolved before anybody approves."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.discussion.reading import threads_of
from sopdesk.documents import checks
from sopdesk.documents.models import Change

SHOWN = 60


@checks.register_for_change
def threads_are_resolved(change: Change) -> Iterable[checks.Finding]:
    """Each open thread that somebody asked to have resolved first, with the way to it."""
    for thread in threads_of(change):
        if not (thread.is_open and thread.must_resolve):
            continue
        said = next((comment.body for comment in thread.comments.all()), "") or thread.quote
        words = " ".join(said.split())
        shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
        where = str(thread.document) if thread.document else ""
        message = _("%(name)s asks to resolve first: “%(words)s”") % {
            "name": thread.must_by or thread.by,
            "words": shown,
        }
        url = reverse("changes:read", args=[change.pk]) + f"#thread-{thread.pk}"
        yield checks.Finding(None, message, where=where, url=url, may_be_proposed=True)
