"""The pages of saved views: the list, saving, changing, deleting, and with which one Metrics opens."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics.dashboards import page, saving
from metrics.dashboards.errors import ViewRefused
from metrics.dashboards.forms import ViewForm
from metrics.dashboards.models import Mailing, SavedView
from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.listing import Listing

reader = permission_required(Permission.METRICS_READ)
SORTS = {"name": ("name",), "owner": ("owner__name",), "changed": ("updated_at",)}


@require_safe
@reader
def view_list(request: HttpRequest) -> HttpResponse:
    """Views of one's own and those shared with one."""
    user = signed_in(request)
    undelivered = Mailing.objects.filter(view=OuterRef("pk"), owner=user, undelivered_since__isnull=False)
    views = SavedView.objects.visible_to(user).annotate(is_undelivered=Exists(undelivered))
    views = views.select_related("owner", "team__site")
    listing: Listing[SavedView] = Listing(request.GET, views, sorts=SORTS, sort="name")
    context = {"listing": listing, "first": saving.first_of(user)}
    return render(request, "dashboards/view_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def view_new(request: HttpRequest) -> HttpResponse:
    """Keep what the tab shows now, under a name."""
    given = {"tab": request.GET.get("tab", ""), "query": request.GET.urlencode(), "shared": "own"}
    form = ViewForm(request.POST) if request.method == "POST" else ViewForm(initial=given)
    if form.is_valid():
        try:
            view = saving.save(**form.cleaned_data, actor=signed_in(request))
        except ViewRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved: “%(name)s” stands under Views.") % {"name": view.name})
            return redirect(page.opened(view))
    return render(request, "dashboards/view_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@reader
def view_open(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab that it keeps, as this person sees it."""
    return redirect(page.opened(_visible(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def view_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Its name, and who sees it."""
    view, user = get_object_or_404(SavedView, pk=pk, owner=signed_in(request)), signed_in(request)
    given = {"name": view.name, "shared": view.shared}
    form = ViewForm(request.POST) if request.method == "POST" else ViewForm(initial=given)
    if form.is_valid():
        try:
            name, shared = form.cleaned_data["name"], form.cleaned_data["shared"]
            saving.change(view, name=name, shared=shared, actor=user)
        except ViewRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("metrics:view_list")
    context = {"form": form, "view": view}
    return render(request, "dashboards/view_change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then deletes."""
    view = get_object_or_404(SavedView, pk=pk, owner=signed_in(request))
    if request.method != "POST":
        return render(
            request, "dashboards/view_delete.html", {"view": view, "mailings": view.mailings.count()}
        )
    try:
        saving.delete(view, actor=signed_in(request))
    except ViewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Deleted: “%(name)s”.") % {"name": view.name})
    return redirect("metrics:view_list")


@require_POST
@reader
def view_first(request: HttpRequest, pk: int) -> HttpResponse:
    """Let Metrics open with it."""
    view = _visible(request, pk)
    saving.open_first(view, actor=signed_in(request))
    messages.success(request, _("Metrics opens with “%(name)s” from now on.") % {"name": view.name})
    return redirect("metrics:view_list")


@require_POST
@reader
def view_first_clear(request: HttpRequest) -> HttpResponse:
    """Let Metrics open with the overview again."""
    saving.open_first(None, actor=signed_in(request))
    messages.success(request, _("Metrics opens with the overview again."))
    return redirect("metrics:view_list")


def _visible(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(signed_in(request)), pk=pk)
