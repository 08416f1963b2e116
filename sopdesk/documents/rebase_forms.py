"""What somebody decides when a draft is merged with the version that came underneath it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sopdesk.accounts.audience import Audience
from sopdesk.documents.forms import plain_line_ends
from sopdesk.documents.kinds import Kind
from sopdesk.documents.rebasing import ABSENT, DATA, FieldConflict, Plan
from sopdesk.text import diff
from sopdesk.text.guards import MAX_BYTES
from sopdesk.text.merging import Conflict, Reason

DECIDE = gettext_lazy("Decide this one: nothing is taken unasked.")
SIDES = [
    ("mine", gettext_lazy("Mine, from the draft")),
    ("theirs", gettext_lazy("Theirs, from the newest version")),
]


@dataclass(frozen=True)
class Decision:
    """One conflict of the text as the page shows it: both sides against the base, and the fields that decide it."""

    conflict: Conflict
    why: str
    mine: tuple[diff.Op, ...]
    theirs: tuple[diff.Op, ...]
    choice: forms.BoundField
    by_hand: forms.BoundField


@dataclass(frozen=True)
class FieldDecision:
    """One field beside the text that both sides set, in words."""

    label: str
    base: str
    mine: str
    theirs: str
    choice: forms.BoundField


class RebaseForm(forms.Form):
    """One choice for each conflict of a plan. `revision` and `base` say what was looked at."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, plan: Plan, kind: Kind) -> None:
        super().__init__(data, initial=seen(plan))
        self.plan, self.kind = plan, kind
        for conflict in plan.text.conflicts:
            self.fields[conflict.name] = _choice(_("What the text says here"), with_texts=True)
            self.fields[f"{conflict.name}_hand"] = _hand(conflict)
        for number, each in enumerate(plan.fields):
            self.fields[f"field{number}"] = _choice(field_label(kind, each.name), with_texts=False)

    @property
    def decisions(self) -> Iterator[Decision]:
        """The conflicts of the text with their fields, in the order of the text."""
        for conflict in self.plan.text.conflicts:
            yield Decision(
                conflict,
                _why(conflict.reason),
                diff.words(conflict.base, conflict.mine),
                diff.words(conflict.base, conflict.theirs),
                self[conflict.name],
                self[f"{conflict.name}_hand"],
            )

    @property
    def field_decisions(self) -> Iterator[FieldDecision]:
        for number, each in enumerate(self.plan.fields):
            label = field_label(self.kind, each.name)
            base, mine, theirs = (
                in_words(self.kind, each.name, value) for value in (each.base, each.mine, each.theirs)
            )
            yield FieldDecision(label, base, mine, theirs, self[f"field{number}"])

    def content(self) -> dict[str, Any]:
        """The draft's content with what was chosen so far."""
        chosen = getattr(self, "cleaned_data", {})
        texts = {
            conflict.name: self._text(conflict, chosen.get(conflict.name, ""))
            for conflict in self.plan.text.conflicts
        }
        fields = {each.name: self._value(number, each) for number, each in enumerate(self.plan.fields)}
        return self.plan.content(texts, fields)

    def _text(self, conflict: Conflict, choice: str) -> str:
        if choice == "hand":
            text = plain_line_ends(self.cleaned_data.get(f"{conflict.name}_hand") or "")
            return text if not text or text.endswith("\n") else f"{text}\n"
        return {"mine": conflict.mine, "theirs": conflict.theirs}.get(choice, conflict.both)

    def _value(self, number: int, conflict: FieldConflict) -> Any:
        is_theirs = getattr(self, "cleaned_data", {}).get(f"field{number}") == "theirs"
        return conflict.theirs if is_theirs else conflict.mine


def seen(plan: Plan) -> dict[str, int | None]:
    """What the page shows the merge of: the draft's revision and the newest version."""
    return {"revision": plan.item.revision, "base": plan.theirs.pk if plan.theirs else None}


def typed_elsewhere(posted: Mapping[str, Any], plan: Plan) -> list[str]:
    """Texts typed by hand for conflicts that there no longer are: shown, so that they can be copied."""
    known = {f"{conflict.name}_hand" for conflict in plan.text.conflicts}
    hands = {name: text for name, text in posted.items() if name.endswith("_hand") and name not in known}
    return [text for name, text in hands.items() if posted.get(name.removesuffix("_hand")) == "hand"]


def field_label(kind: Kind, name: str) -> str:
    """What a field of a plan is called."""
    if name.startswith(DATA):
        return kind.field_label(name.removeprefix(DATA))
    return _("Title") if name == "title" else _("Who may read it")


def in_words(kind: Kind, name: str, value: Any) -> str:
    """A field's value as people read it; "–" where a side does not have it."""
    if value is ABSENT:
        return "–"
    if name == "audience":
        audience, teams = value
        return ": ".join(filter(None, [str(Audience(audience).label), ", ".join(teams)]))
    return kind.in_words(name.removeprefix(DATA), value) if name.startswith(DATA) else str(value)


def _choice(label: str, *, with_texts: bool) -> forms.ChoiceField:
    more = [("both", _("Both, mine first")), ("hand", _("Neither: I write it by hand"))] if with_texts else []
    return forms.ChoiceField(
        label=label,
        choices=[*SIDES, *more],
        widget=forms.RadioSelect,
        error_messages={"required": DECIDE},
    )


def _hand(conflict: Conflict) -> forms.CharField:
    return forms.CharField(
        label=_("Your words"),
        required=False,
        strip=False,
        initial=conflict.both,
        max_length=MAX_BYTES,
        widget=forms.Textarea(
            attrs={"rows": min(16, max(4, conflict.both.count("\n") + 2)), "class": "mono"}
        ),
    )


def _why(reason: Reason) -> str:
    return {
        Reason.both_edited: _("Both changed this, each in another way."),
        Reason.removed_here: _("The draft took this section out; the newest version rewrote it."),
        Reason.removed_there: _("The newest version took this section out; the draft rewrote it."),
    }[reason]
