"""Sampling rules and what they drew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.quality import places, sampling
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import DrawForm, RuleForm
from metrics.quality.models import Draw, SamplingRule
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission, allows
from sopdesk.listing import Listing
from sopdesk.text.figures import in_words

editor = permission_required(Permission.QUALITY_EDIT)
SORTS = {"name": ("name",), "scorecard": ("scorecard__name",), "per": ("per",), "count": ("count",)}
DRAWS_SHOWN = 12


@require_safe
@permission_required(Permission.QUALITY_READ)
def sampling_list(request: HttpRequest) -> HttpResponse:
    """The rules that this person may see, and the newest draws."""
    rows = SamplingRule.objects.visible_to(request.user).select_related("scorecard", "site")
    listing: Listing[SamplingRule] = Listing(request.GET, rows, sorts=SORTS, sort="name")
    draws = Draw.objects.visible_to(request.user).select_related("rule").order_by("-week", "rule__name")
    context = {
        "listing": listing,
        "draws": draws[:DRAWS_SHOWN],
        "tabs": places.tabs(signed_in(request), "sampling"),
        "may_edit": allows(request.user, Permission.QUALITY_EDIT),
        "draw_form": DrawForm(initial={"week": sampling.last_week()}, auto_id="draw_%s"),
    }
    return render(request, "metrics/quality/sampling_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def rule_new(request: HttpRequest) -> HttpResponse:
    """A new rule."""
    form = RuleForm(request.POST or None, initial={"count": 5, "reviewers": 1})
    if form.is_bound and form.is_valid():
        rule = sampling.add_rule(actor=signed_in(request), **form.cleaned_data)
        messages.success(request, _("The rule “%(name)s” draws from next week on.") % {"name": rule.name})
        return redirect("quality:sampling")
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def rule_edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Change one, or stop it."""
    rule = get_object_or_404(SamplingRule.objects.visible_to(request.user), pk=rule_id)
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_bound and form.is_valid():
        sampling.change_rule(
            SamplingRule(pk=rule.pk, name=rule.name), actor=signed_in(request), **form.cleaned_data
        )
        messages.success(request, _("The rule is saved."))
        return redirect("quality:sampling")
    return _form(request, form, rule)


@require_POST
@editor
def rule_draw(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Draw a week now."""
    rule = get_object_or_404(SamplingRule.objects.visible_to(request.user), pk=rule_id)
    form = DrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day of the week that is to be drawn. Nothing was drawn."))
        return redirect("quality:sampling")
    try:
        made = sampling.draw(rule, form.cleaned_data["week"], actor=signed_in(request))
    except QualityRefused as refused:
        messages.error(request, str(refused))
    else:
        said = _("%(n)s tickets of the week from %(week)s are drawn; %(without)s have no reviewer.")
        facts = {"n": made.tickets, "week": in_words(made.week), "without": made.unassigned}
        messages.success(request, said % facts)
    return redirect("quality:sampling")


def _form(request: HttpRequest, form: Any, rule: SamplingRule | None) -> HttpResponse:
    context = {"form": form, "rule": rule, "tabs": places.tabs(signed_in(request), "sampling")}
    return render(
        request, "metrics/quality/sampling_form.html", context, status=422 if form.is_bound else 200
    )
