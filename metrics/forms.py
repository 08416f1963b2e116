"""What people type and choose when they bring a file in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import mapping
from metrics.models import Mapping, Source
from sopdesk.accounts.zones import zone_names

GIGABYTE = 1024**3
COMMON_ZONES = ("UTC", "Europe/Dublin", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Manila")


class UploadForm(forms.Form):
    """A file, and the helpdesk it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, TSV, Excel (.xlsx), JSON or NDJSON, as it is or as .zip or .gz; a warehouse’s tables together"
            " in one .zip. Up to 2 GB."
        ),
        allow_empty_file=True,
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=80,
        help_text=gettext_lazy(
            "The helpdesk the tickets come from. The same name each time keeps them together."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if not file.size:
            raise ValidationError(_("“%(name)s” is empty: it has no bytes at all.") % {"name": file.name})
        if file.size > settings.UPLOAD_MAX_BYTES:
            size = settings.UPLOAD_MAX_BYTES // GIGABYTE
            raise ValidationError(
                _(
                    "“%(name)s” is larger than %(size)s GB. Split it by month, or use manage.py import_tickets."
                )
                % {"name": file.name, "size": size}
            )
        return file

    def clean_source(self) -> str:
        name = " ".join(str(self.cleaned_data["source"]).split())
        known = Source.objects.filter(name__iexact=name).first()
        return known.name if known else name


class MappingNameForm(forms.Form):
    """What a way of reading is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


def known_mappings(form: str = "") -> list[str]:
    """The names of the mappings there are for files of a form, shipped ones first."""
    saved = Mapping.objects.values_list("name", "content")
    return [name for name, content in [*mapping.shipped().items(), *saved] if mapping.is_for(content, form)]


def zones_offered() -> list[str]:
    """Common zones first, then every other."""
    return [*COMMON_ZONES, *sorted(zone_names() - {*COMMON_ZONES})]
