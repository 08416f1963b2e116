"""Form fields for what a document's data holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, validate_unicode_slug
from django.utils.translation import gettext as _

NAME_MAX = 80


class KeyListField(forms.CharField):
    """Keys or tags, typed with commas or spaces between, kept as a list without doubles in the order typed."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return list(dict.fromkeys(self.parted(text)))

    def parted(self, text: str) -> list[str]:
        """The single keys of what was typed."""
        return text.replace(",", " ").split()

    def validate(self, value: Any) -> None:
        super().validate(value)
        for key in value:
            try:
                validate_unicode_slug(key)
            except ValidationError as error:
                reason = _("“%(key)s” is not a key: use letters, digits, hyphens and underscores.")
                raise ValidationError(reason, params={"key": key}) from error

    def run_validators(self, value: Any) -> None:
        """Validators of text do not apply to a list; `validate` has looked at each key."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class NameListField(KeyListField):
    """Names as other systems write them, which may hold spaces; only commas and new lines part them."""

    def parted(self, text: str) -> list[str]:
        names = (" ".join(name.split()) for name in text.replace("\n", ",").split(","))
        return [name for name in names if name]

    def validate(self, value: Any) -> None:
        super(KeyListField, self).validate(value)
        for name in value:
            ProhibitNullCharactersValidator()(name)
            if len(name) > NAME_MAX:
                reason = _("“%(name)s…” is too long: at most %(limit)d characters.")
                raise ValidationError(reason, params={"name": name[:20], "limit": NAME_MAX})
