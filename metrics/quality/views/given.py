"""What others have to review, and giving it to somebody else: who left, is away, or has too many."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from metrics.quality import places, reassigning
from metrics.quality.errors import QualityRefused
from metrics.quality.forms import ReassignForm
from metrics.quality.models import Review
from metrics.quality.reassigning import Handed
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

editor = permission_required(Permission.QUALITY_EDIT)
SORTS = {"name": ("name",), "waiting": ("waiting",), "overdue": ("overdue",), "due": ("oldest",)}
NAMED = 10


@require_safe
@editor
def given_out(request: HttpRequest) -> HttpResponse:
    """Who has how many to do; first who no longer signs in."""
    theirs = Q(quality_reviews__in=Review.objects.given_out_for(request.user))
    late = theirs & Q(quality_reviews__due_on__lt=timezone.localdate())
    rows = User.objects.annotate(
        waiting=Count("quality_reviews", filter=theirs),
        overdue=Count("quality_reviews", filter=late),
        oldest=Min("quality_reviews__due_on", filter=theirs),
    )
    rows = rows.filter(waiting__gt=0).select_related("team__site").order_by("is_active", "-waiting", "name")
    listing: Listing[User] = Listing(request.GET, rows, sorts=SORTS, sort="-waiting")
    context = {"listing": listing, "tabs": places.tabs(signed_in(request), "given_out")}
    return render(request, "metrics/quality/given_out.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def given_to(request: HttpRequest, person_id: int) -> HttpResponse:
    """All that one person has to review, each to be chosen, and to whom it goes."""
    person, rows = get_object_or_404(User, pk=person_id), _waiting(request, person_id)
    form = ReassignForm(request.POST if request.method == "POST" else None, person=person, rows=rows)
    if form.is_bound and form.is_valid():
        try:
            handed = reassigning.reassign(person, form.ids(), to=form.successor(), actor=signed_in(request))
        except QualityRefused as refused:
            form.add_error(None, str(refused))
        else:
            _say(request, person, handed)
            return redirect("quality:given_out")
    context = {"person": person, "form": form, "rows": rows}
    context |= {"tabs": places.tabs(signed_in(request), "given_out")}
    return render(request, "metrics/quality/given_to.html", context, status=422 if form.is_bound else 200)


def _waiting(request: HttpRequest, person_id: int) -> QuerySet[Review]:
    rows = Review.objects.given_out_for(request.user).filter(reviewer=person_id)
    related = ("version__scorecard", "team__site", "calibration", "draw__rule")
    return rows.select_related(*related).order_by("due_on", "assigned_at", "pk")


def _say(request: HttpRequest, person: User, handed: Handed) -> None:
    n = len(handed.went)
    if n:
        said = ngettext(
            "%(n)s review of %(name)s was handed over.", "%(n)s reviews of %(name)s were handed over.", n
        )
        messages.success(request, said % {"n": n, "name": person.name})
    if handed.left:
        names = ", ".join(review.external_id for review in handed.left[:NAMED])
        why = _(
            "Left where they were, for whoever was asked for may not review them or has them already: %(names)s."
        )
        messages.warning(request, why % {"names": names})
