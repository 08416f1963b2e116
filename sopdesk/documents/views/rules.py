"""The rule table of reviews: who has to approve what, and what was done to the rules."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.documents import ruling
from sopdesk.documents.models import ReviewRule
from sopdesk.documents.review_forms import RuleForm
from sopdesk.listing import Listing

editor = permission_required(Permission.REVIEW_RULES_EDIT)
FIELDS = ("kind", "risk", "topic", "audience", "functions", "note")
SORTS = {name: (name,) for name in ("kind", "risk", "topic", "audience")}
PAST = 30


@require_safe
@permission_required(Permission.CHANGE_READ)
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule, and what was done to them lately."""
    listing = Listing(request.GET, ReviewRule.objects.all(), sorts=SORTS)
    standing = set(ReviewRule.objects.values_list("pk", flat=True))
    past = [(row, row.id not in standing) for row in ruling.past(PAST)]
    may_edit = allows(request.user, Permission.REVIEW_RULES_EDIT)
    context = {"listing": listing, "past": past, "may_edit": may_edit}
    return render(request, "documents/rule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def rule_add(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _keeps(request, form, None):
        return redirect("changes:rules")
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(ReviewRule, pk=pk)
    said = {name: getattr(rule, name) for name in FIELDS}
    form = RuleForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_bound and form.is_valid() and _keeps(request, form, rule):
        return redirect("changes:rules")
    return _form(request, form, rule)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def rule_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once; the history of the rules can bring it back."""
    rule = get_object_or_404(ReviewRule, pk=pk)
    if request.method != "POST":
        return render(request, "documents/rule_delete.html", {"rule": rule})
    ruling.delete_rule(rule, actor=signed_in(request))
    messages.success(request, _("Deleted. “Bring back” in the history below undoes it."))
    return redirect("changes:rules")


@require_POST
@editor
def rule_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a deleted rule back."""
    try:
        ruling.restore_rule(pk, actor=signed_in(request))
    except ReviewRule.DoesNotExist as missing:
        raise Http404 from missing
    messages.success(request, _("The rule is back as it was."))
    return redirect("changes:rules")


def _keeps(request: HttpRequest, form: RuleForm, rule: ReviewRule | None) -> bool:
    """Write the rule; False when it is refused, with the reasons in the form."""
    actor, values = signed_in(request), form.cleaned_data
    try:
        if rule is None:
            ruling.add_rule(actor=actor, **values)
        else:
            ruling.change_rule(rule, actor=actor, **values)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, _("Saved. Changes that wait are judged by it from now on."))
    return True


def _form(request: HttpRequest, form: RuleForm, rule: ReviewRule | None) -> HttpResponse:
    context = {"form": form, "rule": rule, "topics": form.topics_in_use()}
    return render(request, "documents/rule_edit.html", context, status=422 if form.is_bound else 200)
