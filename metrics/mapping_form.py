"""How to read a file, as a person says it: zone, dates, a column for each neutral one, and what its values mean."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import histories, mapping, schema, wording
from metrics.admitting import Door, door_of
from metrics.mapping_choices import DATES, SCALES, SEPARATORS, UNITS, ColumnChoice, ValueChoices
from metrics.models import Import, Mapping
from metrics.sampling import Sampled
from metrics.schema import Kind
from metrics.surveying import BY_LINES, WORKBOOK
from metrics.veiling import Sampler
from sopdesk.accounts.zones import validate_time_zone

VALUES_SHOWN: Final = 40
HEADERS_LISTED: Final = 200  # a longer header would be repeated in forty lists
VALUED: Final = (*wording.OURS, "rating")
_TIMES: Final = [column.name for column in schema.COLUMNS if column.kind is Kind.TIME]


class MappingForm(forms.Form):
    """From a mapping on, for one file."""

    time_zone = forms.CharField(
        label=gettext_lazy("Time zone of stamps that carry none"),
        max_length=64,
        validators=[validate_time_zone],
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    dates = forms.ChoiceField(label=gettext_lazy("Order of dates"), required=False, choices=DATES)
    separator = forms.ChoiceField(
        label=gettext_lazy("Between labels stands"), required=False, choices=SEPARATORS
    )
    unit = forms.ChoiceField(label=gettext_lazy("Handle times count"), required=False, choices=UNITS)
    scale = forms.ChoiceField(label=gettext_lazy("Ratings are"), required=False, choices=SCALES)
    save_as = forms.CharField(
        label=gettext_lazy("Keep this way of reading as"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A name for the next time."),
    )
    update = forms.BooleanField(label=gettext_lazy("Keep these choices under the same name"), required=False)

    def __init__(
        self,
        draft: Import,
        content: dict[str, Any],
        sampled: Sampled,
        data: dict[str, Any] | None = None,
        *,
        name: str = "",
    ) -> None:
        self.draft, self.base, self.sampled, self.name = draft, content, sampled, name
        super().__init__(data, initial=_initial(draft, content, sampled))
        if not Mapping.objects.filter(name=name).exists():
            del self.fields["update"]
        # Structured files were rewritten with our own; several columns of labels need none.
        if draft.form not in BY_LINES or content.get("labels"):
            del self.fields["separator"]
        for column in schema.COLUMNS:
            self.fields[f"column_{column.name}"] = self._column_field(column)
        self._values = [self._values_of(name) for name in VALUED if self._chosen(name)]
        self._ask_for_zone()

    def _column_field(self, column: schema.Column) -> forms.Field:
        likely = self.base["columns"].get(column.name, "")
        likely = likely if likely in self.draft.header else ""
        if len(self.draft.header) > HEADERS_LISTED:
            widget = forms.TextInput(attrs={"list": "headers", "autocomplete": "off"})
            return forms.CharField(label=str(column.label), required=False, initial=likely, widget=widget)
        headers = [("", _("not in the file")), *((header, header) for header in self.draft.header)]
        return forms.ChoiceField(label=str(column.label), choices=headers, required=False, initial=likely)

    def _chosen(self, name: str) -> str:
        """The header chosen for a neutral column, as the page shows it."""
        return str(self[f"column_{name}"].value() or "")

    def _ask_for_zone(self) -> None:
        """Where stamps carry no zone it is asked for; nothing is assumed that nobody ever said."""
        field = self.fields["time_zone"]
        unix = str(self["dates"].value()).startswith("unix")
        zoned = True if unix else self.sampled.have_zones(self._chosen(name) for name in _TIMES)
        if zoned:
            field.help_text = _(
                "The stamps of the first rows carry their zone; this counts for none of them."
            )
            self.initial["time_zone"] = self.initial["time_zone"] or "UTC"
        elif zoned is False:
            field.help_text = _(
                "The stamps carry no zone. In a helpdesk it is most often that of whoever exported."
            )

    def _values_of(self, name: str) -> tuple[str, list[tuple[str, int, str]], int]:
        """Fields for the values of a column: (column, [(value, count, field)], how many more there are)."""
        counts = [pair for pair in self._counts(name) if self._is_a_word(pair[0])]
        scale = str(self["scale"].value() or "")
        if name == "rating" and scale not in wording.ANSWERS:
            return name, [], 0
        ours = wording.ANSWERS[scale] if name == "rating" else wording.OURS[name]
        if name == "rating" and {value for value, _count in counts} <= {*ours}:
            return name, [], 0
        known = self.base.get("values", {}).get(name, {})
        found = []
        for value, count in counts[:VALUES_SHOWN]:
            field = f"value_{name}_{hashlib.sha256(value.encode()).hexdigest()[:12]}"
            likely = known.get(value) or wording.guess(name, value)
            self.fields[field] = forms.ChoiceField(
                label=_("%(value)s is") % {"value": value}, required=False,
                choices=[("", _("as it is")), *((each, each) for each in ours)],
                initial=likely if likely in ours and likely != value else "",
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )  # fmt: skip
            if self.is_bound and field not in self.data:
                # A column that was only just chosen: nobody has seen its values yet.
                self.data = {**self.data, field: self.fields[field].initial}
            found.append((value, count, field))
        return name, found, max(0, len(counts) - VALUES_SHOWN)

    def _counts(self, name: str) -> list[tuple[str, int]]:
        """The values of a column, each with its rows; of the status also those it had before (0 rows have it now)."""
        counts = self.sampled.counts(self._chosen(name))
        if name != "status":
            return counts
        known = {value for value, _count in counts}
        cells = self.sampled.cells(self._chosen("history"))
        earlier = {status for cell in cells for status in histories.statuses(cell)} - known
        return [*counts, *((status, 0) for status in sorted(earlier))]

    def _is_a_word(self, value: str) -> bool:
        """Not something of a person: a wrongly chosen column would show it, and a mapping would keep it."""
        return self._door.masked(value) == value

    @cached_property
    def _door(self) -> Door:
        return door_of(self.draft.source)

    @cached_property
    def shown(self) -> Sampler:
        """How cells of the file may be seen, by what is chosen."""
        return Sampler(self._door, {name: self._chosen(name) for name in schema.NAMES})

    @property
    def value_choices(self) -> list[ValueChoices]:
        """For the page: what values occur, and which of ours each is."""
        return [
            ValueChoices(
                str(schema.BY_NAME[name].label), self._chosen(name),
                [(value, count, self[field]) for value, count, field in found], hidden,
            )
            for name, found, hidden in self._values if found
        ]  # fmt: skip

    @property
    def likely_columns(self) -> list[ColumnChoice]:
        """What every ticket needs, and what is chosen."""
        return [each for each in self._columns() if each.is_needed or each.bound.value()]

    @property
    def other_columns(self) -> list[ColumnChoice]:
        return [each for each in self._columns() if not (each.is_needed or each.bound.value())]

    def _columns(self) -> list[ColumnChoice]:
        found = []
        for column in schema.COLUMNS:
            bound, header = self[f"column_{column.name}"], self._chosen(column.name)
            kind = self.sampled.kind(header) if header else ""
            samples = " · ".join(self.sampled.samples(header, self.shown))
            found.append(ColumnChoice(bound, column.required, samples, kind))
        return found

    @property
    def general_fields(self) -> list[forms.BoundField]:
        names = ["time_zone", "dates"]
        names += ["separator"] if self._chosen("labels") and "separator" in self.fields else []
        names += ["unit"] if any(self._chosen(name) for name in schema.LENGTHS) else []
        names += ["scale"] if self._chosen("rating") and not self._chosen("rating_scale") else []
        return [self[name] for name in [*names, *(["update"] if "update" in self.fields else []), "save_as"]]

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"]).strip()
        if name in mapping.shipped() or Mapping.objects.filter(name=name).exists():
            raise ValidationError(_("There is a mapping of that name already. Choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in schema.NAMES:
            header = cleaned.get(f"column_{name}")
            if header and header not in self.draft.header:
                self.add_error(f"column_{name}", _("The file has no column “%(name)s”.") % {"name": header})
        if any(cleaned.get(f"column_{name}") for name in schema.LENGTHS) and not cleaned.get("unit"):
            self.add_error("unit", _("Say what handle times count: the file does not."))
        if cleaned.get("column_rating") and not (cleaned.get("column_rating_scale") or cleaned.get("scale")):
            self.add_error("scale", _("Say on which scale the ratings are."))
        try:
            mapping.parse(self.content()).fitted(self.draft.header)
        except mapping.MappingRefused as refused:
            raise ValidationError(refused.problems) from refused
        return cleaned

    def as_shown(self) -> tuple[dict[str, Any], str]:
        """The mapping and zone that the page begins with, before anything was chosen."""
        self.cleaned_data = {name: self[name].value() for name in self.fields}
        content, zone = self.content(), str(self.cleaned_data["time_zone"] or "")
        del self.cleaned_data
        return content, zone

    def content(self) -> dict[str, Any]:
        """The mapping as JSON: what was known, with what was chosen here."""
        said = getattr(self, "cleaned_data", {})
        columns = {name: said.get(f"column_{name}") for name in schema.NAMES}
        chosen = {name: header for name, header in columns.items() if header}
        later = self._perhaps_later(chosen)
        constants = {
            name: value for name, value in self.base.get("constants", {}).items()
            if name != "rating_scale" or "rating" in later
        }  # fmt: skip
        if said.get("scale") and "rating" in chosen and "rating_scale" not in chosen:
            constants["rating_scale"] = said["scale"]
        unit = said.get("unit") or "s"
        units = {name: unit for name in schema.LENGTHS if name in chosen and unit != "s"}
        units |= {name: counts for name, counts in self.base.get("units", {}).items() if name in later}
        return {
            **{key: value for key, value in self.base.items() if key not in {"units", "constants", "values"}},
            "shape": "events" if "event_at" in chosen else "tickets",
            "columns": {**chosen, **later},
            "dates": said.get("dates") or "iso",
            "separator": said.get("separator") or self.base.get("separator") or "|",
            "values": self._said_values(said),
            **({"constants": constants} if constants else {}),
            **({"units": units} if units else {}),
        }

    def _perhaps_later(self, chosen: dict[str, Any]) -> dict[str, str]:
        """What was known of columns that the first records do not have: a later one may (metrics/later.py)."""
        if self.draft.form in {"", WORKBOOK}:
            return {}
        known, passed = self.base.get("columns", {}).items(), {*self.draft.header, *chosen.values()}
        return {
            name: header for name, header in known
            if name not in {*chosen, "event_at"} and header not in passed
        }  # fmt: skip

    def _said_values(self, said: dict[str, Any]) -> dict[str, dict[str, str]]:
        """What is known of values that the first rows do not have stays as it was."""
        values = {name: dict(words) for name, words in self.base.get("values", {}).items()}
        for name, found, _hidden in self._values:
            words = values.setdefault(name, {})
            for value, _count, field in found:
                if said.get(field):
                    words[value] = said[field]
                elif words.get(value):
                    del words[value]
        return {name: words for name, words in values.items() if words}


def _initial(draft: Import, content: dict[str, Any], sampled: Sampled) -> dict[str, str]:
    """What the mapping says; for the rest what was said for this source last."""
    last = Import.objects.filter(source=draft.source_id, job__isnull=False).values_list(
        "time_zone", flat=True
    )
    own = draft.time_zone if draft.mapping else ""
    units = content.get("units", {})
    said = next(iter(units.values()), "" if content.get("form") == "zammad" else "s")
    return {
        "time_zone": own or content.get("zone") or last.first() or "",
        "dates": content.get("dates", "iso"),
        "separator": content.get("separator") or "|",
        "unit": said,
        "scale": content.get("constants", {}).get("rating_scale")
        or wording.guess_scale(sampled.cells(content["columns"].get("rating", ""))),
    }
