"""What somebody meets who comes for a retired document: its last words, marked, or the way to what follows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from sopdesk.accounts.audience import Audience
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Document, Retirement, Version
from sopdesk.documents.retiring import retirement_of, successor_for


def last_version(request: HttpRequest, ended: Retirement) -> Version:
    """The version it ended with. Raises Http404 for somebody who might not have read that."""
    versions = Version.objects.visible_to(request.user).select_related("published_by", "document")
    return get_object_or_404(versions, pk=ended.version_id)


def said(request: HttpRequest, ended: Retirement | None) -> dict[str, Any]:
    """What the page of a retired document says of its end; nothing for any other."""
    if ended is None:
        return {}
    follows = successor_for(ended, request.user)
    title = follows.versions.in_force().values_list("title", flat=True).first() if follows else ""
    return {
        "standing": "retired",
        "ended": ended,
        "follows": follows,
        "follows_title": title,
        "follows_url": kind_of(follows.kind).url("read", follows.key) if follows else "",
    }


def public_page(request: HttpRequest, kind: Kind, key: str) -> HttpResponse | None:
    """For the public: that it was retired and what follows. None where nothing public follows, or for what was not
    public itself: then it is as if it had never been."""
    document = Document.objects.filter(kind=kind.name, key=key, retirements__isnull=False).first()
    ended = retirement_of(document) if document else None
    if ended is None or ended.version.audience != Audience.PUBLIC:
        return None
    context = {**said(request, ended), "kind": kind, "title": ended.version.title}
    if context["follows"] is None:
        return None
    response = render(request, "documents/retired_public.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
