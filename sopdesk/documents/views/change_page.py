"""The page of a change, as it stands or after a step was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sopdesk.accounts.access import signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import checks, comparing, reviewing, states
from sopdesk.documents.forms import AddDocumentForm, ApproveForm, ProposeForm, ScheduleForm, SendBackForm
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Change, ChangeItem, Version


@dataclass(frozen=True)
class Reviewed:
    """One document of the change: its draft, what it differs in from its base, and the version it became."""

    item: ChangeItem
    kind: Kind
    comparison: comparing.Comparison
    released: Version | None


def change_page(
    request: HttpRequest,
    change: Change,
    *,
    reasons: Sequence[str] = (),
    refused: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the change; `refused` is a form that goes back to the person with what they typed."""
    person, reviewed = signed_in(request), _reviewed(change)
    context: dict[str, Any] = {
        "change": change,
        "state": change.state_at(timezone.now()),
        "reviewed": reviewed,
        "view": comparing.chosen_view(request.GET.get("view", "")),
        "reasons": reasons,
        **_record(change),
        **_may(change, person),
        **_forms(change, reviewed, person, refused),
    }
    return render(request, "documents/change_read.html", context, status=status)


def _record(change: Change) -> dict[str, Any]:
    """What the checks say of it now, who wrote it, and who did what with it so far."""
    found = checks.findings(change) if change.state in states.EDITABLE else []
    return {
        "findings": found,
        "blocked": any(finding.blocks for finding in found),
        "authors": change.authors.all(),
        "approvals": change.approvals.select_related("reviewer").order_by("-at"),
        "transitions": change.transitions.select_related("actor"),
    }


def _reviewed(change: Change) -> list[Reviewed]:
    items = change.items.select_related("document", "base_version", "updated_by")
    released = {version.document_id: version for version in change.versions.order_by("number")}
    return [
        Reviewed(
            item,
            kind_of(item.document.kind),
            comparing.compare(item.base_version, item, kind_of(item.document.kind)),
            released.get(item.document_id),
        )
        for item in items
    ]


def _may(change: Change, person: User) -> dict[str, bool]:
    """Which steps the page offers; the verbs decide again when one is taken."""
    own = reviewing.is_own_work(change, person)
    edit, approve, publish = (
        allows(person, permission)
        for permission in (Permission.CHANGE_EDIT, Permission.CHANGE_APPROVE, Permission.CHANGE_PUBLISH)
    )
    begun = change.state_at(timezone.now()) != change.state
    return {
        "is_own_work": own,
        "may_edit": edit and change.state in states.EDITABLE,
        "may_open_drafts": edit,
        "may_propose": edit and states.may(change, "propose"),
        "may_approve": approve and not own and states.may(change, "approve"),
        "may_request_changes": approve and not own and states.may(change, "request_changes"),
        "may_withdraw": edit and states.may(change, "withdraw"),
        "may_publish": publish and states.may(change, "publish"),
        "may_unschedule": publish and states.may(change, "unschedule") and not begun,
    }


def _forms(
    change: Change, reviewed: Sequence[Reviewed], person: User, refused: forms.Form | None
) -> dict[str, forms.Form]:
    """The page's forms, each empty unless it is the one that was refused. What is approved is what the page shows,
    so its hash is of the drafts as they were read for it."""
    seen = change_hash(change, [each.item for each in reviewed])
    fresh: dict[str, forms.Form] = {
        "propose_form": ProposeForm(),
        "approve_form": ApproveForm(initial={"seen_hash": seen}),
        "send_back_form": SendBackForm(),
        "schedule_form": ScheduleForm(person=person),
        "add_form": AddDocumentForm(viewer=person),
    }
    for name, form in fresh.items():
        if refused is not None and type(refused) is type(form):
            fresh[name] = _returned(refused, seen)
    return fresh


def _returned(refused: forms.Form, seen: str) -> forms.Form:
    """The form with what was typed; the hash is of what the page shows now, or nobody could approve from it."""
    if isinstance(refused, ApproveForm):
        refused.data = {**refused.data.dict(), "seen_hash": seen}  # type: ignore[attr-defined]
    return refused
