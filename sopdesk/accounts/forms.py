"""What is asked of and about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import Site, Team, User
from sopdesk.accounts.permissions import Role
from sopdesk.accounts.placing import NewSite
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
    functions = forms.MultipleChoiceField(
        label=_("Approves for"),
        choices=ReviewFunction.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The functions that a reviewer or compliance officer signs for. Review rules ask for them."
        ),
    )

    class Meta(ProfileForm.Meta):
        fields = ["name", "email", "team", "roles", "functions", "time_zone"]

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
        """What the verbs take: name, email, team, roles, functions, time_zone."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TeamForm(forms.Form):
    """A team at a site that is there, or at a new one."""

    name = forms.CharField(label=_("Team"), max_length=80, help_text=_("Such as Payments."))
    site = forms.ModelChoiceField(
        Site.objects.all(), label=_("Site"), required=False, empty_label=_("a new site")
    )
    site_name = forms.CharField(label=_("Name of the new site"), max_length=40, required=False)
    site_kind = forms.ChoiceField(label=_("Kind of the new site"), choices=Site.Kind.choices, required=False)
    site_time_zone = forms.ChoiceField(
        label=_("Time zone of the new site"), choices=zone_choices, required=False, initial="Europe/Dublin"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("site_name", "site_kind", "site_time_zone"):
            if cleaned.get("site") is None and name not in self.errors and not cleaned.get(name):
                self.add_error(name, _("Choose a site above, or say what the new one is."))
        return cleaned

    def place(self) -> Site | NewSite:
        """Where the team works."""
        said = self.cleaned_data
        return said["site"] or NewSite(said["site_name"], said["site_kind"], said["site_time_zone"])
