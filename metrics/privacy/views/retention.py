"""What each source keeps and for how long, and deleting what is over its time."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metrics import lost_keys, rating_days
from metrics.models import Source
from metrics.privacy import filing, keeping, purging
from metrics.privacy.forms import SourceForm
from metrics.privacy.models import Purge
from metrics.privacy.purging import PurgeRefused
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.accounts.zones import zone_names

editor = permission_required(Permission.PRIVACY_EDIT)
LATEST = 20


@require_safe
@editor
def retention(request: HttpRequest) -> HttpResponse:
    """Every source with what it keeps, and the latest deletions."""
    purges = Purge.objects.visible_to(signed_in(request)).select_related("source", "job", "created_by")
    context = {
        "sources": Source.objects.annotate(ticket_count=Count("tickets")),
        "purges": purges[:LATEST],
        "files_over": filing.over().count(),
        "lost_keys": lost_keys.warning(lost_keys.lost()),
    }
    return render(request, "metrics/privacy_retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def source_edit(request: HttpRequest, source_id: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=source_id)
    posted = request.POST if request.method == "POST" else None
    form = SourceForm(posted, instance=get_object_or_404(Source, pk=source_id))
    if form.is_bound and form.is_valid():
        try:
            saved = keeping.change(source, actor=signed_in(request), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(
                request, _("Saved. It holds from the next import on; texts no longer kept go tonight.")
            )
            here = saved.rating_day != source.rating_day  # its ratings are being moved
            return redirect("privacy:source", source.pk) if here else redirect("privacy:retention")
    context = {"form": form, "source": source, "zones": zone_names(), "moving": rating_days.job_of(source)}
    return render(request, "metrics/privacy_source.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@editor
def purge(request: HttpRequest, source_id: int) -> HttpResponse:
    """Tells exactly what would go; posted, deletes it."""
    source = get_object_or_404(Source, pk=source_id)
    if request.method == "POST":
        try:
            purging.start(source, actor=signed_in(request))
        except PurgeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Deletion has begun. This page shows how far it is."))
        return redirect("privacy:purge", source_id)
    last = Purge.objects.filter(source=source).select_related("job").first()
    context = {"source": source, "plan": purging.plan(source), "last": last}
    return render(request, "metrics/privacy_purge.html", context)
