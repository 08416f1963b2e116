"""What people type about quality: a review, a scorecard, a sampling rule, a calibration, a dispute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metrics import aliases
from metrics.admitting import door_of
from metrics.models import Facet, Source
from metrics.quality.assigning import reviewers
from metrics.quality.judging import NEEDED
from metrics.quality.models import Criterion, QualityImport, Review, SamplingRule, Scorecard
from metrics.quality.models.reviews import NOTE_MAX
from metrics.quality.models.sampling import REVIEWERS_MAX, TICKETS_MAX
from metrics.quality.models.scorecards import TOP_MAX, WEIGHT_MAX
from metrics.quality.reviewing import Given, Marks
from metrics.quality.sections import parse
from metrics.sampling import Sampled
from metrics.veiling import Sampler
from sopdesk.accounts.models import Site, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metrics.reading import Row

NOT_APPLICABLE: Final = "na"
LOOKED_AT: Final = 20  # rows, for samples


class ReviewForm(forms.Form):
    """One review on one screen: a score and a note for each criterion."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note to the agent’s lead"),
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, review: Review, marks: Marks) -> None:
        super().__init__(data, initial={"revision": review.revision, "note": review.note})
        self.criteria = list(review.version.criteria.all())
        for one in self.criteria:
            given = marks.get(one.pk)
            self.fields[f"score-{one.pk}"] = forms.ChoiceField(
                label=one.name,
                required=False,
                choices=_scores(one),
                widget=forms.RadioSelect,
                initial=_chosen(given),
            )
            self.fields[f"note-{one.pk}"] = forms.CharField(
                label=gettext("Note on “%(name)s”") % {"name": one.name},
                required=False,
                max_length=600,
                initial=given.note if given else "",
            )

    def rows(self) -> Iterator[tuple[Criterion, BoundField, BoundField]]:
        """Each criterion with its two fields."""
        for one in self.criteria:
            yield one, self[f"score-{one.pk}"], self[f"note-{one.pk}"]

    def marks(self) -> Marks:
        """What was decided, of a valid form; a note alone decides nothing."""
        said = {one.pk: self.cleaned_data.get(f"score-{one.pk}", "") for one in self.criteria}
        return {
            pk: Given(None if score == NOT_APPLICABLE else int(score), self.cleaned_data[f"note-{pk}"])
            for pk, score in said.items()
            if score
        }


def _scores(one: Criterion) -> list[tuple[str, str]]:
    """The best first. Of a criterion with one point in words."""
    words = {1: gettext("Met"), 0: gettext("Not met")} if one.top == 1 else {}
    scores = [(str(score), words.get(score, str(score))) for score in one.scores]
    return [*scores, (NOT_APPLICABLE, gettext("N/A"))] if one.may_skip else scores


def _chosen(given: Given | None) -> str:
    if given is None:
        return ""
    return NOT_APPLICABLE if given.score is None else str(given.score)


class WordsForm(forms.Form):
    """Why something is given back, disputed or settled."""

    words = forms.CharField(
        label=_("Why"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label or _("Why")


class ScorecardForm(forms.Form):
    """What stands above the criteria."""

    name = forms.CharField(label=_("Name"), max_length=120)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(label=_("What changes, and why"), required=False, max_length=400)


class CriterionForm(forms.Form):
    """One row. Left without a name it is left out."""

    key = forms.SlugField(required=False, widget=forms.HiddenInput, max_length=60)
    name = forms.CharField(label=_("Criterion"), required=False, max_length=160)
    guidance = forms.CharField(
        label=_("When is it right"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 2})
    )
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=WEIGHT_MAX, initial=1)
    top = forms.IntegerField(label=_("Best score"), min_value=1, max_value=TOP_MAX, initial=1)
    is_critical = forms.BooleanField(label=_("Critical: 0 fails the review"), required=False)
    may_skip = forms.BooleanField(label=_("May not apply (N/A)"), required=False, initial=True)
    section = forms.CharField(
        label=_("SOP section"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"list": "sections", "dir": "auto", "placeholder": "SOP-0042#verify"}),
    )

    def values(self) -> dict[str, Any]:
        """As `scorecards` takes it."""
        said = dict(self.cleaned_data)
        key, anchor = parse(said.pop("section"))
        return {**said, "sop_key": key, "sop_anchor": anchor}


CriterionFormSet = forms.formset_factory(CriterionForm, extra=2, max_num=40, absolute_max=45)


def criteria_of(formset: Any) -> list[dict[str, Any]]:
    """The rows with a name, of a valid set of forms."""
    return [form.values() for form in formset.forms if form.cleaned_data.get("name")]


def initial_of(criteria: Any) -> list[dict[str, Any]]:
    """The criteria of a version as the rows begin with them."""
    names = ("key", "name", "guidance", "weight", "top", "is_critical", "may_skip")
    return [
        {
            **{name: getattr(one, name) for name in names},
            "section": f"{one.sop_key}#{one.sop_anchor}" if one.sop_anchor else one.sop_key,
        }
        for one in criteria
    ]


class RuleForm(forms.ModelForm[SamplingRule]):
    class Meta:
        model = SamplingRule
        fields = ("name", "scorecard", "count", "per", "reviewers", "site", "label", "channel", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scorecard"].queryset = Scorecard.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["site"].queryset = Site.objects.all()  # type: ignore[attr-defined]
        self.fields["count"].help_text = gettext("At most %(most)s.") % {"most": TICKETS_MAX}
        self.fields["reviewers"].help_text = gettext(
            "More than one shows how far reviewers agree; each of them counts. At most %(most)s."
        ) % {"most": REVIEWERS_MAX}
        self.fields["site"].empty_label = gettext("every site")  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        return _of_tickets(str(self.cleaned_data["label"]), self.initial.get("label"))

    def clean_channel(self) -> str:
        channel = str(self.cleaned_data["channel"])
        if (
            not channel
            or channel == self.initial.get("channel")
            or Facet.objects.filter(channel=channel).exists()
        ):
            return channel
        raise forms.ValidationError(
            _("No ticket came by “%(name)s”. Check how it is written."), params={"name": channel}
        )


def _of_tickets(label: str, before: str | None = None) -> str:
    """A label that tickets have, by any of its names, or the one that was there. Raises ValidationError: a rule with a
    slip of the pen would draw nothing, and say nothing."""
    if not label or label == before or Facet.objects.filter(label__in=aliases.names().of_one(label)).exists():
        return label
    raise forms.ValidationError(
        _("No ticket has the label “%(name)s”. Check how it is written."), params={"name": label}
    )


class DrawForm(forms.Form):
    week = forms.DateField(
        label=_("A day of the week"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class CalibrationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    scorecard = forms.ModelChoiceField(label=_("Scorecard"), queryset=Scorecard.objects.none())
    people = forms.ModelMultipleChoiceField(
        label=_("Reviewers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each gets the same tickets and sees nobody else’s scores until they have finished theirs."
        ),
    )
    count = forms.IntegerField(label=_("Tickets"), min_value=1, max_value=100, initial=12)
    label = forms.CharField(label=_("Only with the label"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = User.objects.filter(pk__in=[person.pk for person in reviewers()])
        self.fields["people"].queryset = able  # type: ignore[attr-defined]
        self.fields["scorecard"].queryset = Scorecard.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        return _of_tickets(str(self.cleaned_data["label"]))

    def values(self) -> Mapping[str, Any]:
        """As `calibrating.begin` takes it."""
        return {**self.cleaned_data, "people": list(self.cleaned_data["people"])}


class ReassignForm(forms.Form):
    """Which reviews of somebody go to whom; all of them, where nobody says otherwise."""

    to = forms.ChoiceField(
        label=_("They go to"),
        required=False,
        help_text=_(
            "Whoever takes one over begins anew. Nobody gets a ticket of their own, or one they have already."
        ),
    )

    def __init__(self, data: Any, *, person: User, rows: Iterable[Review]) -> None:
        super().__init__(data)
        self.people = {str(one.pk): one for one in reviewers() if one.pk != person.pk}
        in_turn = ("", gettext("In turn, to whoever has least to do"))
        self.fields["to"].choices = [in_turn, *((key, one.name) for key, one in self.people.items())]  # type: ignore[attr-defined]
        self.fields["reviews"] = forms.MultipleChoiceField(
            label=gettext("Reviews"),
            choices=[(str(row.pk), row.external_id) for row in rows],
            initial=[str(row.pk) for row in rows],
            error_messages={"required": gettext("Choose at least one review.")},
        )

    def ids(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["reviews"]]

    def successor(self) -> User | None:
        return self.people.get(self.cleaned_data["to"])


class ResultsForm(forms.Form):
    """A file of QA results."""

    scorecard = forms.ModelChoiceField(label=_("Scorecard"), queryset=Scorecard.objects.none())
    source = forms.ModelChoiceField(label=_("Source of the tickets"), queryset=Source.objects.none())
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or the like with a header, also as .zip or .gz, up to 8 MB. One row a reviewed ticket."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scorecard"].queryset = Scorecard.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["source"].queryset = Source.objects.all()  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """Which column holds what, with sample values as the door lets them be seen."""

    def __init__(self, data: Any, *, draft: QualityImport, rows: Sequence[Row]) -> None:
        super().__init__(data)
        self.names = {
            "ticket": gettext("Ticket number"), "reviewer": gettext("Reviewer"), "done_at": gettext("Reviewed on"),
            "note": gettext("Note"),
            **{f"criterion:{one.key}": one.name for one in draft.version.criteria.all()},
        }  # fmt: skip
        chosen = {ours: theirs for ours, theirs in draft.mapping.items() if theirs}
        shown, sampled = Sampler(door_of(draft.source), chosen), Sampled(draft.header, [*rows[:LOOKED_AT]])
        choices = [("", gettext("no column")), *((name, f"{name} ({_sample(sampled.samples(name, shown))})")
                                                 for name in draft.header)]  # fmt: skip
        for name, label in self.names.items():
            initial = draft.mapping.get(name, "")
            self.fields[name] = forms.ChoiceField(
                label=label, required=name in NEEDED, choices=choices, initial=initial
            )

    def mapping(self) -> dict[str, str]:
        return {name: str(self.cleaned_data.get(name) or "") for name in self.names}


def _sample(values: Iterable[str]) -> str:
    return ", ".join(value[:24] for value in values)[:60] or gettext("empty")
