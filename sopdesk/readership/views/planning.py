"""Planning with a change what its readers get: must-read, questions, cut-over gate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import states
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import Change
from sopdesk.readership import gating, planning, questions
from sopdesk.readership.forms import GateForm, OverrideForm, PlanForm, QuestionForm
from sopdesk.readership.models import Gate, Question
from sopdesk.readership.waiting import standing_of

seer = permission_required(Permission.CHANGE_READ)
editor = permission_required(Permission.CHANGE_EDIT)
publisher = permission_required(Permission.CHANGE_PUBLISH)


@require_safe
@seer
def plan(request: HttpRequest, change_id: int) -> HttpResponse:
    """What readers of a change get. Whoever may edit it sets it; reviewers read it."""
    return _page(request, _change(request, change_id))


@require_POST
@editor
def plan_save(request: HttpRequest, change_id: int) -> HttpResponse:
    """Set whether it has to be read, by when, and ahead of its time or not."""
    change = _change(request, change_id)
    form = PlanForm(request.POST, instance=planning.plan_of(change))
    if not form.is_valid():
        return _page(request, _change(request, change_id), status=422, plan_form=form)
    try:
        planning.plan(change, actor=signed_in(request), **form.cleaned_data)
    except ChangeRefused as refusal:
        return _page(request, change, status=409, reasons=refusal.reasons)
    messages.success(request, _("Saved: what readers of this change get."))
    return redirect("readership:plan", change_id)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def question_new(request: HttpRequest, change_id: int) -> HttpResponse:
    """One more question of the knowledge check."""
    change = _change(request, change_id)
    form = QuestionForm(request.POST if request.method == "POST" else None, change=change)
    return _question(request, change, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def question_edit(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    change = _change(request, change_id)
    question = get_object_or_404(change.questions.all(), pk=pk)
    posted = request.POST if request.method == "POST" else None
    return _question(request, change, QuestionForm(posted, change=change, question=question), question)


@require_POST
@editor
def question_remove(request: HttpRequest, change_id: int, pk: int) -> HttpResponse:
    question = get_object_or_404(_change(request, change_id).questions.select_related("change"), pk=pk)
    try:
        questions.remove(question, actor=signed_in(request))
    except ChangeRefused as refusal:
        return _page(request, _change(request, change_id), status=409, reasons=refusal.reasons)
    messages.success(request, _("The question was taken out."))
    return redirect("readership:plan", change_id)


@require_POST
@publisher
def gate_set(request: HttpRequest, change_id: int) -> HttpResponse:
    """Have the desk publish the change when its readers are ready."""
    change, person = _change(request, change_id), signed_in(request)
    form = GateForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, change, status=422, gate_form=form)
    try:
        gating.set_gate(change, actor=person, **form.cleaned_data)
    except ChangeRefused as refusal:
        return _page(request, change, status=409, gate_form=form, reasons=refusal.reasons)
    messages.success(request, _("The gate is set. Once approved, the change is published when it opens."))
    return redirect("readership:plan", change_id)


@require_POST
@publisher
def gate_remove(request: HttpRequest, change_id: int) -> HttpResponse:
    change = _change(request, change_id)
    try:
        gating.remove_gate(change, actor=signed_in(request))
    except ChangeRefused as refusal:
        return _page(request, change, status=409, reasons=refusal.reasons)
    messages.success(request, _("The gate is off. The change waits for somebody to publish it."))
    return redirect("readership:plan", change_id)


@require_POST
@publisher
def gate_override(request: HttpRequest, change_id: int) -> HttpResponse:
    """Publish now although not enough have read it, with a reason that stays on record."""
    change, form = _change(request, change_id), OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, change, status=422, override_form=form)
    try:
        gating.override(change, actor=signed_in(request), reason=form.cleaned_data["reason"])
    except ChangeRefused as refusal:
        return _page(
            request, _change(request, change_id), status=409, override_form=form, reasons=refusal.reasons
        )
    messages.success(request, _("Published: in force now. The record holds your reason."))
    return redirect("changes:read", change_id)


def _change(request: HttpRequest, pk: int) -> Change:
    return get_object_or_404(Change.objects.visible_to(request.user), pk=pk)


def _question(
    request: HttpRequest, change: Change, form: QuestionForm, question: Question | None
) -> HttpResponse:
    """Show the form, or write the question that was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            questions.write(change, actor=signed_in(request), question=question, **form.cleaned_data)
            messages.success(request, _("Saved. Reviewers approve it together with the text."))
            return redirect("readership:plan", change.pk)
        except ChangeRefused as refusal:
            form.add_error(None, list(refusal.reasons))
    context = {"change": change, "form": form, "question": question}
    return render(request, "readership/question_edit.html", context, status=422 if form.is_bound else 200)


def _page(
    request: HttpRequest, change: Change, *, status: int = 200, reasons: Any = (), **refused: Any
) -> HttpResponse:
    person, found = signed_in(request), planning.plan_of(change)
    gate = Gate.objects.filter(change=change).select_related("set_by", "overridden_by").first()
    context: dict[str, Any] = {
        "change": change,
        "plan": found,
        "plan_form": PlanForm(instance=found),
        "gate": gate,
        "standing": standing_of(gate) if gate else None,
        "gate_form": GateForm(person=person, gate=gate),
        "override_form": OverrideForm(),
        "asked": change.questions.select_related("document"),
        "reasons": reasons,
        **_may(person, change),
        **refused,
    }
    return render(request, "readership/plan.html", context, status=status)


def _may(person: User, change: Change) -> dict[str, bool]:
    """Which steps the page offers; the verbs decide again when one is taken."""
    edit, publish = (allows(person, each) for each in (Permission.CHANGE_EDIT, Permission.CHANGE_PUBLISH))
    editable = change.state in states.EDITABLE
    return {
        "may_plan": edit and change.state in planning.PLANNABLE,
        "may_ask": edit and editable,
        "may_gate": publish and editable,
        "may_override": publish and states.may(change, "publish"),
    }
