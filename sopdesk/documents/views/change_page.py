"""The page of a change, as it stands or after a step was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sopdesk.accounts.access import signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.accounts.proving import has_passkey
from sopdesk.documents import assigning, checks, comparing, states
from sopdesk.documents.forms import AddDocumentForm, SendBackForm
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.items import read_once
from sopdesk.documents.kinds import Kind, kind_of
from sopdesk.documents.models import Approval, Change, ChangeItem, Transition, Version
from sopdesk.documents.release_forms import ConfirmForm, UndoForm
from sopdesk.documents.requirements import Requirements, requirements
from sopdesk.documents.review_forms import (
    ApproveForm,
    AskForm,
    DueForm,
    HandOnForm,
    InviteForm,
    ProposeForm,
)
from sopdesk.documents.time_forms import ScheduleForm, at_in_zone
from sopdesk.postgres.worded import worded


@dataclass(frozen=True)
class Reviewed:
    """One document of the change: its draft, what it differs in from its base, and the version it became."""

    item: ChangeItem
    kind: Kind
    comparison: comparing.Comparison
    released: Version | None
    is_overtaken: bool


def change_page(
    request: HttpRequest,
    change: Change,
    *,
    reasons: Sequence[str] = (),
    refused: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the change; `refused` is a form that goes back to the person with what they typed."""
    person, reviewed = signed_in(request), reviewed_in(change)
    items = [each.item for each in reviewed]
    seen, authors = change_hash(change, items), _authors(change.pk)
    needs = requirements(change, items, present=seen)
    context: dict[str, Any] = {"change": change, "reviewed": reviewed, "needs": needs, "reasons": reasons}
    context |= {"view": comparing.chosen_view(request.GET.get("view", "")), "authors": authors}
    context |= _record(change, items) | _may(change, person, needs, own=person in authors)
    context |= _forms(change, seen, person, needs, refused)
    return render(request, "documents/change_read.html", context, status=status)


def reviewed_in(change: Change) -> list[Reviewed]:
    """The documents of a change, each compared with what it replaces."""
    items = read_once(change)
    if change.state in states.EDITABLE:
        checks.read_standing(items)
    released = {version.document_id: version for version in _released(change.pk)}
    return [
        Reviewed(
            item,
            kind_of(item.document.kind),
            comparing.compare(item.base_version, item, kind_of(item.document.kind)),
            released.get(item.document_id),
            change.state in states.EDITABLE and not checks.is_based_on_newest(item),
        )
        for item in items
    ]


def _record(change: Change, items: Sequence[ChangeItem]) -> dict[str, Any]:
    """Where it stands, what the checks say of it, and who did what with it so far."""
    found = checks.findings(change, items) if change.state in states.EDITABLE else []
    return {
        "state": change.state_at(timezone.now()),
        "due_state": change.due_state(timezone.localdate()),
        "now": timezone.now(),
        "findings": found,
        "blocked": any(finding.blocks for finding in found),
        "approvals": _approvals(change.pk),
        "transitions": _transitions(change.pk),
    }


@worded
def _authors(change: int) -> QuerySet[User]:
    return User.objects.get_queryset().filter(changes=change)


@worded
def _released(change: int) -> QuerySet[Version]:
    return Version.objects.filter(change=change).order_by("number")


@worded
def _approvals(change: int) -> QuerySet[Approval]:
    approvals = Approval.objects.filter(change=change).order_by("-at")
    return approvals.select_related("reviewer", "outside", "voided_by").defer("seen")


@worded
def _transitions(change: int) -> QuerySet[Transition]:
    return Transition.objects.filter(change=change).select_related("actor", "outside")


def _may(change: Change, person: User, needs: Requirements, *, own: bool) -> dict[str, bool]:
    """Which steps the page offers; the verbs decide again when one is taken. `own`: whether they wrote any of it."""
    edit, approve, publish = (
        allows(person, permission)
        for permission in (Permission.CHANGE_EDIT, Permission.CHANGE_APPROVE, Permission.CHANGE_PUBLISH)
    )
    begun = change.state_at(timezone.now()) != change.state
    reviewer = approve and not own and change.state in assigning.REVIEWED
    return {
        "is_own_work": own,
        "may_edit": edit and change.state in states.EDITABLE,
        "may_open_drafts": edit,
        "may_propose": edit and states.may(change, "propose"),
        "may_approve": reviewer and _adds(person, needs),
        "may_request_changes": approve and not own and states.may(change, "request_changes"),
        "may_withdraw": edit and states.may(change, "withdraw"),
        "may_publish": publish and states.may(change, "publish"),
        "may_confirm": approve and not own and change.is_unreviewed and _adds(person, needs),
        "may_unschedule": publish and states.may(change, "unschedule") and not begun,
        "may_assign": allows(person, Permission.CHANGE_ASSIGN) and change.state in assigning.OPEN,
        "may_claim": reviewer and change.claimed_by_id is None,
        "may_let_go": change.claimed_by_id == person.pk and change.state in assigning.OPEN,
        "may_invite": allows(person, Permission.CHANGE_INVITE)
        and not own
        and change.state in assigning.REVIEWED,
    }


def _adds(person: User, needs: Requirements) -> bool:
    """Whether a signature of theirs would say anything that does not stand there yet."""
    mine = [each for each in needs.standing if each.reviewer_id == person.pk]
    return not mine or bool(set(person.functions) & set(needs.open_functions))


def _forms(
    change: Change, seen: str, person: User, needs: Requirements, refused: forms.Form | None
) -> dict[str, Any]:
    """The page's forms, each empty unless it is the one that was refused, and made when the page shows it: most show
    four of them. What is approved is what the page shows, so `seen` is the hash of the drafts as they were read."""
    due = {"due_on": change.due_on}
    signs = {
        "change": change,
        "person": person,
        "needed": needs.open_functions,
        "initial": {"seen_hash": seen},
    }
    planned = {"person": person, "initial": at_in_zone(change.planned_at, change.planned_zone)}
    kinds: dict[str, tuple[Callable[..., forms.Form], dict[str, Any]]] = {
        "propose_form": (ProposeForm, {"initial": due}),
        "approve_form": (ApproveForm, signs),
        "send_back_form": (SendBackForm, {}),
        "schedule_form": (ScheduleForm, planned),
        "add_form": (AddDocumentForm, {"viewer": person}),
        "ask_form": (AskForm, {"change": change}),
        "hand_on_form": (HandOnForm, {"change": change}),
        "due_form": (DueForm, {"initial": due}),
        "invite_form": (InviteForm, {"person": person}),
        "confirm_form": (ConfirmForm, signs),
        "undo_form": (UndoForm, {}),
    }
    shown: dict[str, Any] = {
        name: SimpleLazyObject(partial(kind, **given)) for name, (kind, given) in kinds.items()
    }
    for name, (kind, _given) in kinds.items():
        if refused is not None and type(refused) is kind:
            shown[name] = _returned(refused, seen)
    return {**shown, "has_passkey": SimpleLazyObject(partial(has_passkey, person)), "seen_hash": seen}


def _returned(refused: forms.Form, seen: str) -> forms.Form:
    """The form with what was typed; the hash is of what the page shows now, or nobody could approve from it."""
    if isinstance(refused, ApproveForm):
        refused.data = {**_typed(refused), "seen_hash": seen}
    return refused


def _typed(form: ApproveForm) -> dict[str, Any]:
    """What was typed, without what proves who signs; of several functions all."""
    sent: Any = form.data
    kept = {name: sent.get(name) for name in sent if name not in ("functions", "password", "credential")}
    return {**kept, "functions": sent.getlist("functions")}
