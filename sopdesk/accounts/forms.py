"""What is asked of and about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.models import Team, User
from sopdesk.accounts.permissions import Role
from sopdesk.accounts.zones import zone_names


def zone_choices() -> list[tuple[str, str]]:
    """Every zone, as "Europe/Dublin"; the bare abbreviations (EST, GMT+3) are left out."""
    return [(name, name.replace("_", " ")) for name in sorted(zone_names()) if "/" in name or name == "UTC"]


class ProfileForm(forms.ModelForm):
    """What everybody says of themselves."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("Times are shown to you in this zone.")
    )

    class Meta:
        model = User
        fields = ["name", "time_zone"]


class PersonForm(ProfileForm):
    """What an administrator says of somebody."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    team = forms.ModelChoiceField(
        Team.objects.select_related("site"), label=_("Team"), required=False, empty_label=_("no team")
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Somebody with several roles may do all that each of them allows."),
    )

    class Meta(ProfileForm.Meta):
        fields = ["name", "email", "team", "roles", "time_zone"]

    def clean_email(self) -> str:
        """People type addresses either way; whether one is taken already is asked whatever its case."""
        email = str(self.cleaned_data["email"]).strip().lower()
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody with this e-mail address is here already."))
        return email

    def _post_clean(self) -> None:
        """The verbs in staffing.py write; a form that changed its instance would hide what differs."""

    def values(self) -> dict[str, Any]:
        """What the verbs take: name, email, team, roles, time_zone."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
