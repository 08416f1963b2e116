"""What people type about reading: plans, questions, gates, answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sopdesk.accounts.zones import zone_names
from sopdesk.documents.models import Change, ChangeItem
from sopdesk.documents.time_forms import WallClockField
from sopdesk.readership.days import today
from sopdesk.readership.models import Gate, Question, ReadPlan
from sopdesk.text.guards import TextRefused
from sopdesk.text.sections import split

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User

ANSWERS = 6
WORDS_MAX = 500
WHY_MAX = 1000
DATE = {"type": "date"}


class PlanForm(forms.ModelForm[ReadPlan]):
    """Whether the change has to be read, by when, and ahead of its time or not."""

    class Meta:
        model = ReadPlan
        fields = ["asks", "due_days", "due_on", "early", "pass_mark"]
        labels = {
            "asks": _("Must be read"),
            "due_on": _("or on a day"),
            "early": _("Readers may read it ahead, once it is approved"),
        }
        help_texts = {
            "due_days": _("After it comes in force."),
            "due_on": _("Instead of so many days after."),
            "early": _(
                "As a must-read only, marked as not in force yet, and due on the day it comes in force."
            ),
            "pass_mark": _("Of the questions. Below it the text has to be looked at again."),
        }
        widgets = {"due_on": forms.DateInput(attrs=DATE, format="%Y-%m-%d")}

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        if due_on is not None and due_on < today() and "due_on" in self.changed_data:
            raise forms.ValidationError(_("That day has passed. Choose a later one."))
        return due_on


class GateForm(forms.Form):
    """What the cut-over waits for. Both times are meant in one zone."""

    share = forms.IntegerField(
        label=_("Publish when so many percent"), min_value=1, max_value=100, initial=90
    )
    by = forms.ChoiceField(label=_("of the readers of"), choices=Gate.By.choices)
    not_before = WallClockField(
        label=_("not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    latest = WallClockField(
        label=_("at the latest on"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Then it is published, however many have read it."),
    )
    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, person: User, gate: Gate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "gate", "initial": _as_typed(gate, person), **kwargs})
        self.fields["zone"].choices = [(name, name) for name in sorted(zone_names())]  # type: ignore[attr-defined]
        self.fields["zone"].initial = person.time_zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        zone = cleaned.pop("zone", None)
        for name in ("not_before", "latest"):
            if zone and cleaned.get(name):
                cleaned[name] = cleaned[name].replace(tzinfo=ZoneInfo(zone))
        if cleaned.get("latest") and cleaned["latest"] <= timezone.now():
            self.add_error("latest", _("The latest moment has passed. Choose a later one."))
        if cleaned.get("latest") and cleaned.get("not_before") and cleaned["not_before"] > cleaned["latest"]:
            self.add_error("not_before", _("It stands after the latest moment."))
        return cleaned


class OverrideForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it cannot wait"),
        max_length=WHY_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why it cannot wait for its readers.")},
    )


class CloseForm(forms.Form):
    why = forms.CharField(
        label=_("Why it need not be read any more"),
        max_length=WHY_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MoveForm(forms.Form):
    due_on = forms.DateField(label=_("New due date"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))


class ConfirmForm(forms.Form):
    """A confirmation is for exactly what was shown, so the page carries its hash."""

    seen_hash = property(lambda self: str(self.data.get("seen_hash", ""))[:64])


class QuestionForm(forms.Form):
    """One question with up to six answers; those left empty are left out."""

    place = forms.ChoiceField(label=_("Section that answers it"), help_text=_("A wrong answer links to it."))
    words = forms.CharField(
        label=_("Question"), max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    several = forms.BooleanField(label=_("Several answers may be right"), required=False)
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=WHY_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown with the question after a wrong answer."),
    )

    def __init__(self, *args: Any, change: Change, question: Question | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _as_asked(question), **kwargs})
        self.items = list(change.items.filter(retires=False).select_related("document"))
        self.fields["place"].choices = _places(self.items)  # type: ignore[attr-defined]
        for n in range(1, ANSWERS + 1):
            self.fields[f"text_{n}"] = forms.CharField(
                label=_("Answer %(n)d") % {"n": n}, required=n <= 2, max_length=WORDS_MAX
            )
            self.fields[f"right_{n}"] = forms.BooleanField(label=_("is right"), required=False)

    @property
    def answers(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each answer's two fields."""
        return [(self[f"text_{n}"], self[f"right_{n}"]) for n in range(1, ANSWERS + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        choices = [
            {"text": cleaned[f"text_{n}"].strip(), "right": bool(cleaned.get(f"right_{n}"))}
            for n in range(1, ANSWERS + 1)
            if cleaned.get(f"text_{n}", "").strip()
        ]
        pk, _hash, anchor = cleaned.get("place", "").partition("#")
        document = next((item.document for item in self.items if str(item.document_id) == pk), None)
        return {
            "document": document,
            "anchor": anchor,
            "words": cleaned.get("words", ""),
            "choices": choices,
            "several": bool(cleaned.get("several")),
            "explanation": cleaned.get("explanation", ""),
        }


def answers_of(posted: QueryDict, asked: Sequence[Question]) -> Mapping[int, frozenset[int]]:
    """The places that were ticked, by question; what makes no sense is no answer."""
    return {
        question.pk: frozenset(
            int(value) for value in posted.getlist(f"q{question.pk}") if value.isascii() and value.isdecimal()
        )
        for question in asked
    }


def _places(items: Iterable[ChangeItem]) -> list[Any]:
    """Every section of the drafts, grouped by document."""
    return [
        (
            f"{item.document.key} {item.title}",
            [(f"{item.document_id}#{anchor}", title) for anchor, title in _sections(item)],
        )
        for item in items
    ]


def _sections(item: ChangeItem) -> list[tuple[str, str]]:
    try:
        return [(section.anchor, section.title or item.title) for section in split(item.body)]
    except TextRefused:
        return [("top", item.title)]


def _as_asked(question: Question | None) -> dict[str, Any]:
    if question is None:
        return {}
    typed: dict[str, Any] = {
        "place": f"{question.document_id}#{question.anchor}",
        "words": question.words,
        "several": question.several,
        "explanation": question.explanation,
    }
    for n, choice in enumerate(question.choices, start=1):
        typed |= {f"text_{n}": choice["text"], f"right_{n}": choice["right"]}
    return typed


def _as_typed(gate: Gate | None, person: User) -> dict[str, Any]:
    if gate is None:
        return {}
    zone = ZoneInfo(person.time_zone)
    local = {
        name: value.astimezone(zone).replace(tzinfo=None) if value else None
        for name, value in (("not_before", gate.not_before), ("latest", gate.latest))
    }
    return {"share": gate.share, "by": gate.by, **local}
