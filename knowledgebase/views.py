"""The help center's front page."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from knowledgebase.models import Article
from sopdesk.documents.models import Version


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every article in force that this reader may see, by category."""
    articles = Article.objects.visible_to(request.user)
    versions = Version.objects.visible_to(request.user).in_force().filter(document__in=articles.values("pk"))
    rows = sorted(
        versions.select_related("document").only("title", "data", "plain", "document__key"),
        key=lambda version: (version.data.get("category", ""), version.title),
    )
    categories = [
        (name, list(group)) for name, group in groupby(rows, lambda version: version.data.get("category", ""))
    ]
    context = {
        "categories": categories,
        "layout": "base.html" if request.user.is_authenticated else "public.html",
    }
    return render(request, "knowledgebase/help_home.html", context)
