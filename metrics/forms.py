"""What people type and choose when they bring a file in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import mapping, schema
from metrics.models import Import, Mapping, Source
from sopdesk.accounts.zones import validate_time_zone, zone_names

GIGABYTE = 1024**3
COMMON_ZONES = ("UTC", "Europe/Dublin", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Manila")


class UploadForm(forms.Form):
    """A file, and the helpdesk it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, TSV, Excel (.xlsx), JSON or NDJSON, as it is or as .zip or .gz. Up to 2 GB."
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


class MappingForm(forms.Form):
    """How to read the file, from a mapping on: the zone, and a column of the file for each neutral one."""

    time_zone = forms.CharField(
        label=gettext_lazy("Time zone of stamps that carry none"),
        max_length=64,
        validators=[validate_time_zone],
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    dates = forms.ChoiceField(
        label=gettext_lazy("Order of dates"),
        required=False,
        choices=[
            ("iso", gettext_lazy("2026-10-31")),
            ("dmy", gettext_lazy("31/10/2026")),
            ("mdy", gettext_lazy("10/31/2026")),
            ("unix", gettext_lazy("seconds since 1970")),
            ("unix_ms", gettext_lazy("milliseconds since 1970")),
        ],
    )
    save_as = forms.CharField(
        label=gettext_lazy("Keep this way of reading as"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A name for the next time."),
    )

    def __init__(
        self, draft: Import, content: dict[str, Any], samples: dict[str, list[str]], data: Any = None
    ) -> None:
        self.draft, self.base, self.samples = draft, content, samples
        zone = content.get("zone") or draft.time_zone
        super().__init__(data, initial={"time_zone": zone, "dates": content.get("dates", "iso")})
        headers = [("", _("not in the file")), *((header, header) for header in draft.header)]
        for column in schema.COLUMNS:
            likely = content["columns"].get(column.name, "")
            self.fields[f"column_{column.name}"] = forms.ChoiceField(
                label=str(column.label), choices=headers, required=False,
                initial=likely if likely in draft.header else "",
            )  # fmt: skip

    @property
    def likely_columns(self) -> list[tuple[forms.BoundField, bool, str]]:
        """What every ticket needs, and what is chosen: (field, whether it is needed, sample values)."""
        return [each for each in self._columns() if each[1] or each[0].value()]

    @property
    def other_columns(self) -> list[tuple[forms.BoundField, bool, str]]:
        return [each for each in self._columns() if not (each[1] or each[0].value())]

    def _columns(self) -> list[tuple[forms.BoundField, bool, str]]:
        bound = [(column, self[f"column_{column.name}"]) for column in schema.COLUMNS]
        return [
            (field, column.required, " · ".join(self.samples.get(str(field.value() or ""), [])))
            for column, field in bound
        ]

    @property
    def general_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("time_zone", "dates", "save_as")]

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"]).strip()
        if name in mapping.shipped() or Mapping.objects.filter(name=name).exists():
            raise ValidationError(_("There is a mapping of that name already. Choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            mapping.parse(self.content()).fitted(self.draft.header)
        except mapping.MappingRefused as refused:
            raise ValidationError(refused.problems) from refused
        return cleaned

    def content(self) -> dict[str, Any]:
        """The mapping as JSON: what was known, with the columns chosen here."""
        columns = {name: self.cleaned_data.get(f"column_{name}") for name in schema.NAMES}
        chosen = {name: header for name, header in columns.items() if header}
        shape = "events" if "event_at" in chosen else "tickets"
        return {
            **self.base,
            "shape": shape,
            "columns": chosen,
            "dates": self.cleaned_data.get("dates") or "iso",
        }


def known_mappings(form: str = "") -> list[str]:
    """The names of the mappings there are for files of a form, shipped ones first."""
    saved = Mapping.objects.values_list("name", "content")
    return [name for name, content in [*mapping.shipped().items(), *saved] if content.get("form", "") == form]


def zones_offered() -> list[str]:
    """Common zones first, then every other."""
    return [*COMMON_ZONES, *sorted(zone_names() - {*COMMON_ZONES})]
