"""Reviewing: one's queue, the review on one screen, the list of all, disputes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.dashboards.lists import ListFilter
from metrics.quality import behind, disputing, places, reviewing
from metrics.quality.errors import QualityRefused, StaleReview
from metrics.quality.filters import ReviewFilter
from metrics.quality.forms import ReviewForm, WordsForm
from metrics.quality.models import Dispute, Review
from metrics.quality.showing import about_review
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

SORTS = {
    "ticket": ("external_id",),
    "team": ("team__site__name", "team__name"),
    "reviewer": ("reviewer_name",),
    "done": ("done_at",),
    "due": ("due_on",),
    "score": ("score",),
}
SHOWN = ("version__scorecard", "team__site", "source", "calibration", "draw__rule", "reviewer")
reader = permission_required(Permission.QUALITY_READ)
reviewer = permission_required(Permission.QUALITY_REVIEW)


@require_safe
@reviewer
def queue(request: HttpRequest) -> HttpResponse:
    """What this person has to review, the most urgent first."""
    rows = Review.objects.queue_of(signed_in(request)).select_related(*SHOWN)
    listing: Listing[Review] = Listing(request.GET, rows, sorts=SORTS, sort="due")
    context = {"listing": listing, "tabs": places.tabs(signed_in(request), "queue")}
    return render(request, "metrics/quality/queue.html", context)


@require_safe
@reader
def review_list(request: HttpRequest) -> HttpResponse:
    """Every review this person may see, or those behind a figure."""
    if request.GET.get("show") in behind.SHOWN:
        return _behind(request, request.GET["show"])
    rows = Review.objects.visible_to(request.user).select_related(*SHOWN).prefetch_related("disputes")
    listing: Listing[Review] = Listing(
        request.GET, rows, ReviewFilter, sorts=SORTS, sort="-done", request=request
    )
    context = {"listing": listing, "tabs": places.tabs(signed_in(request), "reviews")}
    return render(request, "metrics/quality/review_list.html", context)


def _behind(request: HttpRequest, shown: str) -> HttpResponse:
    """As many as the figure says, with the choices that it is narrowed by."""
    user = signed_in(request)
    chosen = ListFilter(request.GET, user=user)
    counted = behind.reviews(user, chosen, shown).values("pk")
    rows = Review.objects.visible_to(user).filter(pk__in=counted).select_related(*SHOWN)
    rows = rows.prefetch_related("disputes")
    context = {
        "listing": Listing(request.GET, rows, sorts=SORTS, sort="-done"),
        "tabs": places.tabs(user, "reviews"),
        "chosen": chosen,
        "period": chosen.period_now,
        "said": behind.said(chosen, shown),
    }
    return render(request, "metrics/quality/review_list.html", context)


def _review(request: HttpRequest, review_id: int) -> Review:
    return get_object_or_404(Review.objects.visible_to(request.user).select_related(*SHOWN), pk=review_id)


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """To be filled in by whom it was given to; else to be read."""
    found, user = _review(request, review_id), signed_in(request)
    if found.state != Review.State.ASSIGNED or found.reviewer_id != user.pk:
        return _read(request, found) if request.method != "POST" else _refused(request, found)
    form = ReviewForm(request.POST or None, review=found, marks=reviewing.marks_of(found))
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, form, 422 if form.is_bound else 200)
    if request.POST.get("step") == "preview":
        return _page(request, found, form)
    verb = reviewing.finish if request.POST.get("step") == "finish" else reviewing.keep
    said = {"note": form.cleaned_data["note"], "revision": form.cleaned_data["revision"]}
    try:
        verb(found, form.marks(), **said, actor=user)
    except QualityRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, found, form, 409 if isinstance(refused, StaleReview) else 422)
    return _onwards(request, found, finished=verb is reviewing.finish)


def _onwards(request: HttpRequest, done: Review, *, finished: bool) -> HttpResponse:
    """After finishing: the next ticket of the queue, while there is one."""
    if not finished:
        messages.success(request, _("Kept. It waits here until you finish it."))
        return redirect("quality:queue")
    messages.success(request, _("The review of %(ticket)s is finished.") % {"ticket": done.external_id})
    following = Review.objects.queue_of(signed_in(request)).first()
    return redirect("quality:review", following.pk) if following else redirect("quality:queue")


def _page(request: HttpRequest, found: Review, form: ReviewForm, status: int = 200) -> HttpResponse:
    marks = form.marks() if form.is_bound and form.is_valid() else reviewing.marks_of(found)
    context: dict[str, Any] = {
        "review": found,
        "form": form,
        "preview": reviewing.preview(form.criteria, marks) if marks else None,
        "decided": len(marks),
        "decline_form": WordsForm(label=_("Why you cannot review it"), auto_id="decline_%s"),
        **about_review(found, request.user),
    }
    return render(request, "metrics/quality/review_form.html", context, status=status)


def _read(
    request: HttpRequest, found: Review, form: WordsForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "review": found,
        "tabs": places.tabs(signed_in(request), "reviews"),
        "form": form,
        **about_review(found, request.user),
    }
    return render(request, "metrics/quality/review_read.html", context, status=status)


def _refused(request: HttpRequest, found: Review) -> HttpResponse:
    messages.error(
        request, _("This review was finished or given back meanwhile. What you chose was not saved.")
    )
    return _read(request, found, status=409)


@require_POST
@reviewer
def decline(request: HttpRequest, review_id: int) -> HttpResponse:
    """Give a ticket back."""
    found = _review(request, review_id)
    try:
        reviewing.decline(found, why=request.POST.get("words", ""), actor=signed_in(request))
    except PermissionDenied as error:
        raise Http404 from error
    except QualityRefused as refused:
        messages.error(request, str(refused))
        return redirect("quality:review", found.pk)
    messages.success(request, _("%(ticket)s was given back.") % {"ticket": found.external_id})
    return redirect("quality:queue")


@require_POST
@permission_required(Permission.QUALITY_DISPUTE)
def dispute(request: HttpRequest, review_id: int) -> HttpResponse:
    """Say what is wrong with a review."""
    found, form = _review(request, review_id), WordsForm(request.POST, label=_("What is wrong"))
    try:
        disputing.dispute(found, note=request.POST.get("words", ""), actor=signed_in(request))
    except QualityRefused as refused:
        form.add_error("words", str(refused))
        return _read(request, found, form, 422)
    messages.success(request, _("Your dispute is recorded. Whoever keeps the scorecards answers it."))
    return redirect("quality:review", found.pk)


@require_POST
@permission_required(Permission.QUALITY_EDIT)
def settle(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Let it stand, or have it reviewed again."""
    seen = Review.objects.visible_to(request.user)
    found = get_object_or_404(Dispute.objects.select_related("review"), pk=dispute_id, review__in=seen)
    form, reopen = WordsForm(request.POST, label=_("Your answer")), request.POST.get("step") == "reopen"
    try:
        disputing.settle(found, reopen=reopen, answer=request.POST.get("words", ""), actor=signed_in(request))
    except PermissionDenied as error:
        raise Http404 from error
    except QualityRefused as refused:
        form.add_error("words", str(refused))
        return _read(request, _review(request, found.review_id), form, 422)
    messages.success(request, _("The dispute is settled."))
    return redirect("quality:reviews" if reopen else "quality:review", *([] if reopen else [found.review_id]))
