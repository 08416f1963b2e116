"""Reading: lists of documents, a document as it is in force, its history, any two versions compared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import permission_required
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import comparing, retiring, signing
from sopdesk.documents.filters import DocumentFilter
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Change, Document, Version
from sopdesk.documents.views import past, retired
from sopdesk.documents.views.shown import text_of, upkeep, visible
from sopdesk.listing import Listing
from sopdesk.postgres.worded import worded

SORTS = {
    "key": ("key",),
    "title": ("current_title",),
    "since": ("current_range__startswith",),
    "review": ("review_by",),
    "owner": ("owner__name",),
}


@require_safe
@permission_required(Permission.DOCUMENT_READ_INTERNAL)
def document_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Every document of a kind that this person may see."""
    documents = kind_of(kind).model.objects.readable_by(request.user).with_version_at()
    documents = documents.select_related("owner")
    listing = Listing(request.GET, documents, DocumentFilter, sorts=SORTS, sort="key", request=request)
    may_report = allows(request.user, Permission.DOCUMENT_READ_ALL)
    context = {"kind": kind_of(kind), "listing": listing, "may_report": may_report, **_writing(request)}
    return render(request, "documents/document_list.html", context)


@require_safe
def document_read(request: HttpRequest, kind: str, key: str) -> HttpResponseBase:
    """The document as it is in force now, or was `?at=` a time. Nobody signed in is asked to, unless the kind is for
    the public."""
    of_kind = kind_of(kind)
    if request.GET.get("at", "").strip():
        return past.document_at(request, kind, key)
    if not request.user.is_authenticated and not of_kind.is_public:
        return redirect_to_login(request.get_full_path())
    if not request.user.is_authenticated and (page := retired.public_page(request, of_kind, key)):
        return page
    document = visible(request, of_kind, key)
    version = next(iter(_in_force(request.user, timezone.now(), document.pk)), None)
    ended = retiring.retirement_of(document) if version is None else None
    if ended is not None:
        version = retired.last_version(request, ended)
    context = {**_read_context(request, of_kind, document, version), **retired.said(request, ended)}
    return render(request, "documents/document_read.html", context)


@require_safe
@permission_required(Permission.DOCUMENT_READ_HISTORY)
def document_history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Every version, who published it and why, and the changes under way."""
    document = visible(request, kind_of(kind), key)
    versions = document.versions.visible_to(request.user).select_related("published_by", "change")
    versions = signing.with_signatures(versions.defer("html", "plain", "body", "sections"))
    context = {
        "kind": kind_of(kind),
        "document": document,
        "versions": comparing.with_predecessors(versions.order_by("-number")),
        "open_changes": _open_changes(request, document),
        "now": timezone.now(),
        "moment_form": past.moment_form(request),
        **_writing(request),
    }
    return render(request, "documents/document_history.html", context)


@require_safe
@permission_required(Permission.DOCUMENT_READ_HISTORY)
def version_read(request: HttpRequest, kind: str, key: str, number: int) -> HttpResponse:
    """One version as it was, marked as what it is."""
    document = visible(request, kind_of(kind), key)
    version = get_object_or_404(_versions(request, document), number=number)
    return render(
        request, "documents/document_read.html", _read_context(request, kind_of(kind), document, version)
    )


@require_safe
@permission_required(Permission.DOCUMENT_READ_HISTORY)
def version_compare(request: HttpRequest, kind: str, key: str, old: int, new: int) -> HttpResponse:
    """What differs between any two versions, side by side or inline."""
    document = visible(request, kind_of(kind), key)
    versions = _versions(request, document)
    older, newer = (get_object_or_404(versions, number=number) for number in sorted((old, new)))
    context = {
        "kind": kind_of(kind),
        "document": document,
        "older": older,
        "newer": newer,
        "comparison": comparing.compare(older, newer, kind_of(kind)),
        "view": comparing.chosen_view(request.GET.get("view", "")),
    }
    return render(request, "documents/version_compare.html", context)


@worded
def _in_force(viewer: User | AnonymousUser, now: datetime, document: int) -> QuerySet[Version]:
    versions = Version.objects.filter(document=document).in_force(now).visible_to(viewer, now)
    return versions.select_related("published_by")[:1]


def _versions(request: HttpRequest, document: Document) -> Any:
    return document.versions.visible_to(request.user).select_related("published_by", "document")


def _open_changes(request: HttpRequest, document: Document) -> Any:
    return _under_way(request.user, document.pk)


@worded
def _under_way(viewer: User | AnonymousUser, document: int) -> QuerySet[Change]:
    return Change.objects.visible_to(viewer).open().filter(items__document=document)


def _writing(request: HttpRequest) -> dict[str, bool]:
    return {"may_edit": allows(request.user, Permission.CHANGE_EDIT)}


def _read_context(
    request: HttpRequest, kind: Kind, document: Document, version: Version | None
) -> dict[str, Any]:
    if version is None and not allows(request.user, Permission.DOCUMENT_READ_ALL):
        raise Http404
    now = timezone.now()
    context = {
        "kind": kind,
        "document": document,
        "version": version,
        "standing": version.standing_at(now) if version else "unpublished",
        "open_changes": _open_changes(request, document),
        "may_read_history": allows(request.user, Permission.DOCUMENT_READ_HISTORY),
        "layout": "base.html" if request.user.is_authenticated else "public.html",
        **_writing(request),
    }
    if isinstance(request.user, User):
        context |= upkeep(request.user, document, version, now)
    return context if version is None else {**context, **text_of(request, document, version)}
