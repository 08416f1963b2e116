"""What people type when a change is described, proposed, reviewed and signed, and about the rules of review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import validate_unicode_slug
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.audience import Audience
from sopdesk.accounts.functions import ReviewFunction
from sopdesk.accounts.models import User
from sopdesk.documents import assigning, outside, requirements
from sopdesk.documents.forms import WORDS_MAX, NoteForm, StepForm
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import TITLE_MAX, Change, Version
from sopdesk.documents.time_forms import WallClockField, ZonedTimeMixin, at_in_zone


def _day(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


class DescribeForm(ZonedTimeMixin, forms.Form):
    """What a change says of itself, as it was when `revision` was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    why = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong or new, in the words you would use to a colleague."),
    )
    material = forms.BooleanField(
        label=_("Material: readers have to read it again"),
        required=False,
        help_text=_("The reviewer confirms it. Leave it out where nothing changes in what people do."),
    )
    at = WallClockField(
        label=_("Planned to come in force"),
        required=False,
        help_text=_("A proposal: whoever schedules it begins from here."),
    )

    field_order = ("revision", "title", "why", "material", "at", "zone")

    def __init__(self, data: Any = None, *, change: Change, person: User) -> None:
        names = ("revision", "title", "why", "material")
        said = {name: getattr(change, name) for name in names}
        super().__init__(data, initial={**said, **at_in_zone(change.planned_at, change.planned_zone)})
        self.zones_for(person)

    def values(self) -> dict[str, Any]:
        """What `describing.describe_change` takes."""
        said = dict(self.cleaned_data)
        plan = {"planned_at": said.pop("at"), "planned_zone": said.pop("zone")}
        return {**said, **plan}


class ProposeForm(NoteForm):
    step = "propose"
    due_on = forms.DateField(label=_("Review by"), required=False, widget=_day())


class DueForm(StepForm):
    step = "due"
    due_on = forms.DateField(
        label=_("Review by"), required=False, widget=_day(), help_text=_("Empty: no date.")
    )


class ApproveForm(NoteForm):
    """A signature under exactly what the reviewer saw, so the page carries its hash. Password or passkey prove who
    signs; the view asks accounts/proving.py, never this form."""

    step = "approve"
    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    functions = forms.MultipleChoiceField(
        label=_("Approve for"), required=False, widget=forms.CheckboxSelectMultiple
    )
    agrees = forms.BooleanField(
        error_messages={
            "required": _("Confirm how big the change is. If it is wrong, request changes and say so.")
        }
    )
    password = forms.CharField(
        label=_("Your password"),
        required=False,
        strip=False,
        max_length=200,
        error_messages={"required": _("Enter your password: your approval is a signature.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )
    credential = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)
    field_order = ("seen_hash", "credential", "functions", "agrees", "note", "password")

    def __init__(
        self, *args: Any, change: Change, person: User, needed: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = not self.data.get("credential")
        held = [(each.value, each.label) for each in ReviewFunction if each.value in person.functions]
        functions = self.fields["functions"]
        functions.choices = held  # type: ignore[attr-defined]
        functions.initial = [value for value, _label in held if value in set(needed)]
        self.fields["agrees"].label = (
            _("It is material: its readers have to read it again.")
            if change.material
            else _("It is editorial: nobody has to read it again.")
        )

    def signed(self) -> dict[str, Any]:
        """What `reviewing.approve` takes beside who signs and how they proved it. Somebody who holds no function is
        not asked for any."""
        said = self.cleaned_data
        functions = said["functions"] if self.fields["functions"].choices else None  # type: ignore[attr-defined]
        return {"seen_hash": said["seen_hash"], "note": said["note"], "functions": functions}


def _offer(form: forms.Form, name: str, change: Change, *, but: int | None = None) -> None:
    """Who may review, but for one of them: to choose from on a page, or to be held against what came back."""
    field: Any = form.fields[name]
    if form.is_bound:
        able = assigning.reviewers_for(change)
        field.queryset = able.exclude(pk=but) if but else able
    else:
        offered = [person for person in assigning.reviewers_now(change) if person.pk != but]
        field.choices = [("", field.empty_label), *((person.pk, person.name) for person in offered)]


class AskForm(StepForm):
    """Somebody who may approve the change, beside those whom the rules ask for."""

    step = "ask"
    reviewer = forms.ModelChoiceField(
        label=_("Reviewer"), queryset=User.objects.none(), empty_label=_("choose")
    )

    def __init__(self, *args: Any, change: Change, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "reviewer", change)


class HandOnForm(NoteForm):
    step = "hand_on"
    to = forms.ModelChoiceField(
        label=_("Who reviews it from now on"), queryset=User.objects.none(), empty_label=_("choose")
    )
    field_order = ("to", "note")

    def __init__(self, *args: Any, change: Change, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "to", change, but=change.claimed_by_id)


class InviteForm(StepForm):
    """Somebody without a log-in, for this one change."""

    step = "invite"
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    function = forms.ChoiceField(label=_("Approves for"), required=False)
    days = forms.IntegerField(
        label=_("The link works for (days)"), min_value=1, max_value=outside.MAX_DAYS, initial=7
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", gettext("no function"))]
        offered += [(each.value, str(each.label)) for each in outside.functions_to_give(person)]
        self.fields["function"].choices = offered  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """One row of the rule table. What is left open is not asked about."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    risk = forms.ChoiceField(label=_("Risk"), required=False)
    topic = forms.CharField(
        label=_("Topic"), required=False, max_length=80, validators=[validate_unicode_slug]
    )
    audience = forms.ChoiceField(
        label=_("Audience"), required=False, choices=[("", _("any")), *Audience.choices]
    )
    functions = forms.MultipleChoiceField(
        label=_("Needs approval for"),
        choices=ReviewFunction.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one function.")},
    )
    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Reviewers read it on the change."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.name, str(kind.label)) for kind in all_kinds()]
        self.fields["kind"].choices = [("", gettext("any")), *kinds]  # type: ignore[attr-defined]
        self.fields["risk"].choices = [("", gettext("any")), *requirements.risk_choices()]  # type: ignore[attr-defined]
        self.fields["topic"].widget.attrs["list"] = "topics-in-use"

    @staticmethod
    def topics_in_use() -> list[str]:
        """The topics that documents in force name, to choose from."""
        lists = (
            Version.objects.in_force().filter(data__has_key="topics").values_list("data__topics", flat=True)
        )
        return sorted({str(topic) for topics in lists if isinstance(topics, list) for topic in topics})
