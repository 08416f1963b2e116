"""Saying how a file is read, with what would become of it beside; and the ways of reading that are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metrics import keeping, previewing
from metrics.containers import FileRefused
from metrics.forms import MappingNameForm, known_mappings, zones_offered
from metrics.guessing import content_of, guess
from metrics.import_views import draft_of, importer
from metrics.mapping import MappingRefused
from metrics.mapping_form import MappingForm
from metrics.models import Import, Mapping
from metrics.sampling import Sampled
from metrics.tables import Found
from sopdesk.accounts.access import signed_in
from sopdesk.listing import Listing

COLUMNS_SHOWN = 100


def _form(request: HttpRequest, draft: Import) -> MappingForm:
    """From the mapping that was asked for, else what was said before, else the best guess."""
    wanted, sampled = request.GET.get("mapping", ""), _sampled(draft)
    chosen = content_of(wanted)
    if chosen is not None:
        name, content = wanted, chosen
    elif draft.mapping:
        name, content = draft.mapping_name, draft.mapping
    else:
        name, content = guess(draft.header, draft.form, sampled)
    return MappingForm(draft, content, sampled, request.POST.dict() or None, name=name)


def _sampled(draft: Import) -> Sampled:
    try:
        return previewing.sampled(draft)
    except (FileRefused, FileNotFoundError):
        return Sampled(draft.header)


def _together(draft: Import) -> Found | None:
    try:
        return previewing.read_together(draft)
    except (FileRefused, FileNotFoundError):
        return None  # the page says what is wrong with the file


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def import_map(request: HttpRequest, import_id: int) -> HttpResponse:
    """Say what the file is: the guess, each column with sample values, what its values mean, the zone."""
    draft = draft_of(request, import_id)
    form = _form(request, draft)
    is_look = "look" in request.POST
    if form.is_bound and form.is_valid() and not is_look:
        keeping.say_how(draft, form.content(), form.name, form.cleaned_data, actor=signed_in(request))
        return redirect("metrics:import_check", draft.pk)
    header = draft.header[:COLUMNS_SHOWN]
    context = {
        **_live(draft, form),
        "mappings": known_mappings(draft.form),
        "zones": zones_offered(),
        "columns": [(n, form.sampled.kind(n), form.sampled.samples(n, form.shown)) for n in header],
        "together": _together(draft),
        "columns_hidden": max(0, len(draft.header) - COLUMNS_SHOWN),
    }
    status = 422 if form.is_bound and not is_look else 200
    return render(request, "metrics/import_map.html", context, status=status)


@require_POST
@importer
def import_preview(request: HttpRequest, import_id: int) -> HttpResponse:
    """What the choices, as they stand on the page, would make of the first rows. Nothing is kept."""
    draft = draft_of(request, import_id)
    return render(request, "metrics/import_live.html", _live(draft, _form(request, draft)))


def _live(draft: Import, form: MappingForm) -> dict[str, Any]:
    """The check of the first rows, or why there is none."""
    context: dict[str, Any] = {"import": draft, "form": form, "name": form.name}
    context["check_rows"] = previewing.CHECK_ROWS
    if form.is_bound and not form.is_valid():
        return context
    content, zone = (form.content(), form.cleaned_data["time_zone"]) if form.is_bound else form.as_shown()
    try:
        context["check"] = previewing.check(draft, content, zone or "UTC")
    except (FileRefused, MappingRefused) as refused:
        context["refused"] = str(refused)
    except FileNotFoundError:
        context["refused"] = _("The uploaded file is no longer there. Upload it again.")
    return context


@require_safe
@importer
def mapping_list(request: HttpRequest) -> HttpResponse:
    """The ways of reading that people kept."""
    listing: Listing[Mapping] = Listing(
        request.GET,
        Mapping.objects.visible_to(signed_in(request)).select_related("created_by"),
        sorts={"name": ("name",), "created": ("created_at",)},
        sort="name",
    )
    return render(request, "metrics/mapping_list.html", {"listing": listing})


def _kept(request: HttpRequest, mapping_id: int) -> Mapping:
    return get_object_or_404(Mapping.objects.visible_to(signed_in(request)), pk=mapping_id)


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def mapping_rename(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Call it something else."""
    kept = _kept(request, mapping_id)
    form = MappingNameForm(request.POST or None, initial={"name": kept.name})
    if form.is_bound and form.is_valid():
        try:
            keeping.rename(kept, form.cleaned_data["name"], actor=signed_in(request))
            messages.success(request, _("The mapping has its new name."))
            return redirect("metrics:mapping_list")
        except MappingRefused as refused:
            form.add_error("name", str(refused))
    context = {"kept": kept, "form": form}
    return render(request, "metrics/mapping_rename.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@importer
def mapping_remove(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Ask once, then remove it."""
    kept = _kept(request, mapping_id)
    if request.method == "POST":
        keeping.remove(kept, actor=signed_in(request))
        messages.success(request, _("The mapping “%(name)s” was removed.") % {"name": kept.name})
        return redirect("metrics:mapping_list")
    context = {"kept": kept, "cancel_url": reverse("metrics:mapping_list")}
    return render(request, "metrics/mapping_remove.html", context)
