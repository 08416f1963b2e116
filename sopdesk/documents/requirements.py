"""What a change needs before it may be published: one decision, asked by every verb, page and list.

A rule (ReviewRule) asks for functions where a document is of a kind, a risk, a topic, an audience; what the rule
leaves blank it does not ask about. A document is judged by its draft *and* by the version it replaces: nobody gets
round a rule by lowering the risk in the same change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from sopdesk.accounts.functions import ReviewFunction
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.kinds import all_kinds
from sopdesk.documents.models import (
    Approval,
    AskedReviewer,
    Change,
    ChangeItem,
    OutsideReviewer,
    ReviewRule,
)
from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sopdesk.accounts.models import User


@dataclass(frozen=True)
class Reason:
    """A rule that asks for a function, and the documents that made it ask."""

    rule: ReviewRule
    keys: tuple[str, ...]

    def __str__(self) -> str:
        because = self.rule.note or in_words(self.rule)
        return _("%(keys)s: %(because)s") % {"keys": ", ".join(self.keys), "because": because}


@dataclass(frozen=True)
class Need:
    """One function that has to approve: why, and the approval that covers it, if one stands."""

    function: ReviewFunction
    reasons: tuple[Reason, ...]
    approval: Approval | None

    @property
    def why(self) -> str:
        return "; ".join(str(reason) for reason in self.reasons)


@dataclass(frozen=True)
class Extra:
    """Somebody asked by hand, of the desk or from outside, and their approval, if one stands. `is_unvouched`: who
    invited them took part in writing since, so that their link and their approval count for nothing."""

    asked: AskedReviewer | OutsideReviewer
    approval: Approval | None
    is_unvouched: bool = False

    @property
    def name(self) -> str:
        return self.asked.name if isinstance(self.asked, OutsideReviewer) else self.asked.reviewer.name

    @property
    def is_outside(self) -> bool:
        return isinstance(self.asked, OutsideReviewer)

    @property
    def lacking(self) -> str:
        """The sentence for an approval that is not there."""
        words = {"name": self.name, "inviter": self.asked.asked_by.name if self.is_unvouched else ""}
        if self.is_unvouched:
            reason = _(
                "%(inviter)s invited %(name)s and took part in writing since. Somebody else has to end that link; "
                "they can invite anew."
            )
            return reason % words
        return _("%(name)s was asked to review it and has not approved it.") % words


@dataclass(frozen=True)
class Requirements:
    """All that a change needs, and which of it is there. `standing` are the approvals of exactly this text."""

    needs: tuple[Need, ...]
    extras: tuple[Extra, ...]
    standing: tuple[Approval, ...]

    @property
    def is_met(self) -> bool:
        return not self.missing

    @cached_property
    def missing(self) -> list[str]:
        """A sentence for each thing that is not there."""
        lacking = [
            _("It needs an approval for %(function)s (%(why)s).")
            % {"function": need.function.label, "why": need.why}
            for need in self.needs
            if need.approval is None
        ]
        lacking += [extra.lacking for extra in self.extras if extra.approval is None]
        if not self.has_inside_approval:
            lacking.append(_("It needs the approval of somebody of the desk who did not write it."))
        return lacking

    @property
    def open_functions(self) -> tuple[ReviewFunction, ...]:
        """The functions that nobody has approved for."""
        return tuple(need.function for need in self.needs if need.approval is None)

    @property
    def lacks_anybody(self) -> bool:
        """Whether nothing in particular is asked for and nobody of the desk has approved yet."""
        return not self.needs and not self.extras and not self.standing

    def waits_for(self, person: User, change: Change) -> bool:
        """Whether this person's approval would bring it further: asked by name, by function, by their own claim, or as
        anybody where nobody in particular is asked. `requirements_in_sql` says the same of all changes."""
        if any(approval.reviewer_id == person.pk for approval in self.standing):
            return False
        if change.claimed_by_id == person.pk or any(_is_of(extra, person) for extra in self.extras):
            return True
        if self.open_functions:
            return bool(set(person.functions) & set(self.open_functions))
        named = any(not extra.is_outside for extra in self.extras)
        return not named and change.claimed_by_id is None and not self.has_inside_approval

    @property
    def has_inside_approval(self) -> bool:
        return any(approval.reviewer_id for approval in self.standing)


def requirements(
    change: Change, items: Iterable[ChangeItem] | None = None, *, present: str = ""
) -> Requirements:
    """What this change needs, decided on the drafts as they stand: an approval of another text counts for nothing.

    `present` is their hash, where somebody has worked it out already."""
    drafts = list(change.items.select_related("document", "base_version") if items is None else items)
    present = present or change_hash(change, drafts)
    return _overview([change], {change.pk: drafts}, {change.pk: present})[change.pk]


def refusals(change: Change, items: Iterable[ChangeItem]) -> list[str]:
    """Why a locked change may not be published, a sentence each; empty when all it needs is there. Asked at the moment
    of publication: the rules may have changed since it was approved."""
    found = requirements(change, items)
    given = counting().filter(change=change).count()
    if given > len(found.standing):
        return [_("What was approved is not what the change says now. It needs a new approval.")]
    return found.missing


def counting() -> QuerySet[Approval]:
    """The approvals that stand, but for those from outside whose inviter took part in writing since."""
    return Approval.objects.filter(voided_at=None).exclude(_invited_by_author("outside__asked_by"))


def overview(changes: Sequence[Change]) -> dict[int, Requirements]:
    """The requirements of a page of changes, in a fixed number of queries. An edit voids approvals, so those that
    stand are taken at their word here; `requirements` compares hashes before anything is decided."""
    drafts: dict[int, list[ChangeItem]] = defaultdict(list)
    judged = ChangeItem.objects.filter(change__in=changes).select_related("document", "base_version")
    for item in judged.only(
        "change_id", "audience", "data", "document__key", "document__kind",
        "base_version__audience", "base_version__data",
    ):  # fmt: skip
        drafts[item.change_id].append(item)
    return _overview(changes, drafts, {})


def functions_for(items: Iterable[ChangeItem], rules: Sequence[ReviewRule]) -> dict[str, tuple[Reason, ...]]:
    """Function -> the rules that ask for it because of these drafts, in the order of the functions."""
    found: dict[str, list[Reason]] = defaultdict(list)
    drafts = list(items)
    for rule in rules:
        keys = tuple(sorted({item.document.key for item in drafts if asks_about(rule, item)}))
        for function in rule.functions if keys else ():
            found[function].append(Reason(rule, keys))
    return {function: tuple(found[function]) for function in ReviewFunction.values if function in found}


def asks_about(rule: ReviewRule, item: ChangeItem) -> bool:
    """Whether a rule matches a draft, as it is or as it was."""
    if rule.kind and rule.kind != item.document.kind:
        return False
    sides = [(item.audience, item.data)]
    if item.base_version is not None:
        sides.append((item.base_version.audience, item.base_version.data))
    return any(_matches(rule, audience, data) for audience, data in sides)


def in_words(rule: ReviewRule) -> str:
    """What a rule asks about: "SOP, risk high, topic refund"; "every change" when it leaves all open."""
    kinds = {kind.name: str(kind.label) for kind in all_kinds()}
    parts = [kinds.get(rule.kind, rule.kind)] if rule.kind else []
    if rule.risk:
        parts.append(_("risk %(risk)s") % {"risk": dict(risk_choices()).get(rule.risk, rule.risk)})
    if rule.topic:
        parts.append(_("topic %(topic)s") % {"topic": rule.topic})
    if rule.audience:
        parts.append(_("audience %(audience)s") % {"audience": rule.get_audience_display()})
    return ", ".join(parts) or _("every change")


def risk_choices() -> list[tuple[str, str]]:
    """The risks that any kind of document knows."""
    fields = [kind.data_form.base_fields.get("risk") for kind in all_kinds()]
    return [
        (str(value), str(label))
        for field in fields
        if field is not None
        for value, label in field.choices  # type: ignore[attr-defined]
    ]


def _matches(rule: ReviewRule, audience: str, data: Mapping[str, Any]) -> bool:
    return (
        (not rule.risk or data.get("risk") == rule.risk)
        and (not rule.topic or rule.topic in (data.get("topics") or []))
        and (not rule.audience or audience == rule.audience)
    )


def _overview(
    changes: Sequence[Change], drafts: Mapping[int, Sequence[ChangeItem]], hashes: Mapping[int, str]
) -> dict[int, Requirements]:
    rules, about = _rules(), tuple(sorted({change.pk for change in changes}))
    approvals, asked, outside = (_by_change(ask(about)) for ask in (_approvals, _asked, _invited))
    return {
        change.pk: _of_one(
            functions_for(drafts.get(change.pk, ()), rules),
            [*asked[change.pk], *outside[change.pk]],
            [
                each
                for each in approvals[change.pk]
                if each.content_hash == hashes.get(change.pk, each.content_hash)
            ],
        )
        for change in changes
    }


@worded
def _rules() -> QuerySet[ReviewRule]:
    return ReviewRule.objects.all()


@worded
def _approvals(changes: tuple[int, ...]) -> QuerySet[Approval]:
    return counting().filter(change__in=changes).select_related("reviewer", "outside").defer("seen")


@worded
def _asked(changes: tuple[int, ...]) -> QuerySet[AskedReviewer]:
    return AskedReviewer.objects.filter(change__in=changes).select_related("reviewer", "asked_by")


@worded
def _invited(changes: tuple[int, ...]) -> QuerySet[OutsideReviewer]:
    invited = OutsideReviewer.objects.filter(change__in=changes, revoked_at=None).select_related("asked_by")
    return invited.annotate(is_unvouched=_invited_by_author("asked_by"))


def _invited_by_author(inviter: str) -> Exists:
    """Whether who invited somebody from outside is an author of the change: nobody vouches for who reviews their own
    work. A condition on what has a `change`."""
    written = Change.authors.through.objects.filter(change=OuterRef("change"), user=OuterRef(inviter))
    return Exists(written)


def _by_change(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.change_id].append(row)
    return grouped


def _of_one(
    functions: Mapping[str, tuple[Reason, ...]],
    asked: Sequence[AskedReviewer | OutsideReviewer],
    standing: Sequence[Approval],
) -> Requirements:
    covering = {function: approval for approval in reversed(standing) for function in approval.functions}
    needs = tuple(
        Need(ReviewFunction(function), reasons, covering.get(function))
        for function, reasons in functions.items()
    )
    extras = tuple(Extra(one, _answer(one, standing), getattr(one, "is_unvouched", False)) for one in asked)
    return Requirements(needs, extras, tuple(standing))


def _answer(asked: AskedReviewer | OutsideReviewer, standing: Sequence[Approval]) -> Approval | None:
    if isinstance(asked, OutsideReviewer):
        return next((each for each in standing if each.outside_id == asked.pk), None)
    return next((each for each in standing if each.reviewer_id == asked.reviewer_id), None)


def _is_of(extra: Extra, person: User) -> bool:
    return isinstance(extra.asked, AskedReviewer) and extra.asked.reviewer_id == person.pk
