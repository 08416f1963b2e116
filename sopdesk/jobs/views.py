"""How far a job is."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sopdesk.accounts.access import signed_in
from sopdesk.jobs.models import Job


@require_safe
@never_cache
@login_required
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """The partial that a page shows of a job; it asks for itself again until the job has ended."""
    job = get_object_or_404(Job.objects.visible_to(signed_in(request)), pk=job_id)
    return render(request, "jobs/job_progress.html", {"job": job})
