"""What people type about initiatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics.definitions import BY_KEY, Metric, Unit
from metrics.improving import initiatives
from metrics.improving.definitions import aims
from metrics.improving.models import NOTE_MAX, TITLE_MAX, Initiative
from sopdesk.accounts.models import User
from sopdesk.documents.models import Change

if TYPE_CHECKING:
    from metrics.filters import Period
    from sopdesk.accounts.models import Site


class TargetField(forms.DecimalField):
    """A share in percent, minutes, or tickets a week."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=9, decimal_places=2, **kwargs)


class InitiativeForm(forms.Form):
    """A new one: everything but its label and its days, which come from the row it is made from."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    why = forms.CharField(
        label=_("What is wrong, and what you will do"),
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    metric = forms.ChoiceField(label=_("Figure to better"))
    direction = forms.ChoiceField(label=_("How"), choices=Initiative.Direction.choices)
    target = TargetField(
        label=_("Target"), help_text=_("A share in percent, a time in minutes, or tickets a week.")
    )
    due_on = forms.DateField(
        label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, site: Site | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = initiatives.owners(site)  # type: ignore[attr-defined]
        self.fields["metric"].choices = [(key, BY_KEY[key].label) for key in aims()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """As `initiatives.propose` takes it."""
        said = dict(self.cleaned_data)
        return {**said, "target": from_typed(BY_KEY[said["metric"]], float(said["target"]))}


class ChangeForm(InitiativeForm):
    """What its owner may change. The figure stays: its baseline is frozen."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        said = {name: getattr(initiative, name) for name in ("title", "why", "owner", "direction", "due_on")}
        self.aimed = BY_KEY[initiative.metric]
        kwargs["initial"] = {**said, "target": to_typed(self.aimed, initiative.target)}
        super().__init__(*args, site=initiative.site, **kwargs)
        del self.fields["metric"]
        units = {Unit.SHARE: gettext("In percent."), Unit.COUNT: gettext("Tickets a week.")}
        self.fields["target"].help_text = units.get(self.aimed.unit, gettext("In minutes."))

    def values(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {**said, "target": from_typed(self.aimed, float(said["target"]))}


def from_typed(metric: Metric, typed: float) -> float:
    """A share from percent, seconds from minutes; a number a week is typed as it is."""
    return {Unit.SHARE: typed / 100, Unit.COUNT: typed}.get(metric.unit, typed * 60)


def to_typed(metric: Metric, value: float) -> float:
    return round({Unit.SHARE: value * 100, Unit.COUNT: value}.get(metric.unit, value / 60), 2)


class LinkForm(forms.Form):
    """Which change is part of it."""

    change = forms.ModelChoiceField(label=_("Change"), queryset=Change.objects.none())

    def __init__(self, *args: Any, initiative: Initiative, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Change.objects.visible_to(viewer).exclude(state=Change.State.WITHDRAWN)
        linked = initiative.links.values("change")
        self.fields["change"].queryset = offered.exclude(pk__in=linked).order_by("-pk")  # type: ignore[attr-defined]


def suggested(metric: Metric, period: Period, label: str) -> dict[str, Any]:
    """What a new initiative begins with."""
    better = gettext("Better %(figure)s of %(label)s") % {"figure": metric.label, "label": label}
    fewer = gettext("Fewer tickets about %(label)s") % {"label": label}
    return {
        "title": better if metric.denominator or metric.log else fewer,
        "metric": metric.key,
        "direction": Initiative.Direction.UP if metric.better > 0 else Initiative.Direction.DOWN,
    }
