"""What is typed on the pages of privacy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import SUPPORTED_REGIONS

from metrics.models import Source
from metrics.privacy.keeping import FIELDS
from metrics.privacy.models import LegalHold

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SourceForm(forms.ModelForm[Source]):
    """What a source keeps of its tickets, and for how long."""

    keep_months = forms.IntegerField(
        label=capfirst(Source._meta.get_field("keep_months").verbose_name),
        help_text=Source._meta.get_field("keep_months").help_text,
        required=False,
        min_value=1,
        max_value=600,
    )
    keep_file_days = forms.IntegerField(
        label=capfirst(Source._meta.get_field("keep_file_days").verbose_name),
        help_text=gettext_lazy(
            "Counted from the end of the import. A file of which no row was rejected goes within the hour."
        ),
        min_value=1,
        max_value=3650,
    )

    class Meta:
        model = Source
        fields = FIELDS

    def clean_phone_region(self) -> str:
        region = str(self.cleaned_data["phone_region"]).strip().upper()
        if region and region not in SUPPORTED_REGIONS:
            raise ValidationError(
                _("“%(region)s” is no region we know. Write two letters, such as IE or PH.")
                % {"region": region}
            )
        return region


class HoldForm(forms.ModelForm[LegalHold]):
    """What is held, and why."""

    person = forms.CharField(
        label=gettext_lazy("person, by e-mail address or the customer’s number"),
        required=False,
        max_length=320,
        help_text=gettext_lazy(
            "As the helpdesk’s file has it: a number where it has no addresses. It is hashed at once and not kept."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "dir": "auto"}),
    )

    class Meta:
        model = LegalHold
        fields = ("reason", "source", "label", "external_id", "created_from", "created_to")
        widgets = {"created_from": DAY, "created_to": DAY}

    def _post_clean(self) -> None:
        """The verb checks the whole, for it alone knows of the person."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why do you need the text?"),
        max_length=200,
        help_text=gettext_lazy("It is noted with your name and the time, for the compliance officer."),
    )


class PersonForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("E-mail address, or the customer’s number"),
        max_length=320,
        help_text=gettext_lazy(
            "As the helpdesk’s file has it: a number where it has no addresses. It is hashed at once and not kept."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "dir": "auto"}),
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("I have checked that this is the person who asked. This cannot be undone.")
    )


class LiftForm(forms.Form):
    mistaken = forms.BooleanField(
        label=gettext_lazy("This person was erased by mistake. Later imports may bring them in again.")
    )
