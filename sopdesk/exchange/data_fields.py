"""The fields that a kind adds to a document's, as front matter writes them: through the kind's own form, both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from sopdesk.documents.fields import NameListField
from sopdesk.documents.kinds import Kind
from sopdesk.exchange.storable import is_storable

EXTRA = "data"
"""The field that holds what the form does not know, as JSON."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file's fields come to. `reasons` say why they cannot be taken, `notes` what still has to be filled in."""

    data: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def written(kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """A version's data as fields of front matter; what the form would read otherwise stands under `data`."""
    plain = {name: data[name] for name in kind.data_form.base_fields if name in data}
    taken = taken_from(kind, plain, {})
    odd = {name for name in plain if taken.reasons or taken.data.get(name) != plain[name]}
    extra = {name: value for name, value in data.items() if name not in plain or name in odd}
    fields = {name: value for name, value in plain.items() if name not in odd}
    return {**fields, EXTRA: json.dumps(extra, ensure_ascii=False)} if extra else fields


def taken_from(kind: Kind, fields: Mapping[str, Any], base: Mapping[str, Any]) -> Taken:
    """What a draft's data becomes of a file's fields, over what it was before. Fields that the file does not name stay
    as they were, or as a new document has them."""
    try:
        extra = json.loads(fields[EXTRA]) if fields.get(EXTRA) else {}
    except (ValueError, TypeError, RecursionError):
        extra = None
    if not isinstance(extra, dict) or not is_storable(extra):
        return Taken({}, [_('“data” is not a JSON object. Take it out, or write it as {"name": value}.')])
    known = kind.data_form.base_fields
    before = {name: each.initial for name, each in known.items() if each.initial is not None} | dict(base)
    wanted = {**before, **extra, **{name: fields[name] for name in known if name in fields}}
    form = kind.data_form({name: _typed(each, wanted.get(name)) for name, each in known.items()})
    notes, reasons = _faults(kind, form, wanted)
    if reasons:
        return Taken({}, reasons)
    cleaned = {name: value for name, value in form.cleaned_data.items() if _says(name, value, wanted)}
    return Taken(
        {**base, **{name: each for name, each in extra.items() if name not in known}, **cleaned}, [], notes
    )


def _faults(kind: Kind, form: forms.Form, wanted: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What has still to be filled in, and what is wrong. A draft may be incomplete; it may not be nonsense."""
    notes: list[str] = []
    reasons: list[str] = []
    for name, errors in form.errors.items():
        missing = name in form.fields and wanted.get(name) in (None, "", [])
        (notes if missing else reasons).extend(f"{kind.field_label(name)}: {error}" for error in errors)
    return notes, reasons


def _says(name: str, value: Any, wanted: Mapping[str, Any]) -> bool:
    """Whether a field is kept: one that nobody ever filled in is not written down as empty."""
    return name in wanted or bool(value)


def _typed(of: forms.Field, value: Any) -> Any:
    """A value as somebody would have typed it into the form."""
    if isinstance(value, list):
        glue = ", " if isinstance(of, NameListField) else " "
        return glue.join(str(each) for each in value)
    return "" if value is None or isinstance(value, dict) else str(value)
