"""A change lives its life at random: two editors, two reviewers and a scheduler, and time passing under them.

Each step is tried whether it is allowed or not; what is refused must have changed nothing. A model of what readers
should see is kept beside, in a few lines, and compared after every step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sopdesk.documents import editing, publishing, rebasing, retiring, reviewing, states, urgent
from sopdesk.documents.errors import ChangeRefused, StaleDraft
from sopdesk.documents.models import Approval, Change, ChangeItem, Document, Version
from tests import factories
from tests.examples import THOROUGH

editors = st.sampled_from(["ana", "iris"])
reviewers = st.sampled_from(["ben", "carla"])
anybody = st.sampled_from(["ana", "iris", "ben", "carla", "sam"])
publishers = st.sampled_from(["sam", "sam", "ben", "carla"])
which = st.integers(0, 5)
texts = st.sampled_from(["Ask.", "Check.", "Pay."]).flatmap(
    lambda word: st.sampled_from(["Verify", "Refund"]).map(lambda title: f"## {title}\n\n{word}\n\n")
)
bodies = st.lists(texts, min_size=1, max_size=3, unique=True).map("".join)
LONG = timedelta(minutes=31)
"""Longer than a sitting: every save is an entry of the history."""


class Desk(RuleBasedStateMachine):
    """One SOP, and the changes of it that the people below open."""

    def __init__(self) -> None:
        super().__init__()
        self.now = timezone.now()
        self.patches: list[Any] = [
            patch.object(timezone, "now", lambda: self.now),
            patch.object(publishing, "database_now", lambda: self.now),
            patch.object(urgent, "database_now", lambda: self.now),
        ]
        for each in self.patches:
            each.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.saved: set[tuple[int, str]] = set()
        self.ahead: dict[int, tuple[datetime, str | None]] = {}  # change -> what it brings, and when
        self.past: list[tuple[datetime, str | None]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        for each in self.patches:
            each.stop()

    @initialize()
    def open_the_desk(self) -> None:
        self.people = {
            "ana": factories.user("Ana", "author"),
            "iris": factories.user("Iris", "author", "reviewer"),
            "ben": factories.user("Ben", "reviewer"),
            "carla": factories.user("Carla", "compliance_officer"),
            "sam": factories.user("Sam", "author"),
        }
        self.reader = factories.user("Dev", "agent")
        people: dict[str, Any] = {"author": self.people["ana"], "reviewer": self.people["ben"]}
        body = "## Verify\n\nAs ever.\n"
        sop = factories.published("sop", "SOP-0001", body=body, since=self.now - timedelta(days=1), **people)
        self.sop: Document = sop
        self.past.append((self.now - timedelta(days=1), body))
        for _change in range(3):
            self.start("ana")
        self.bring_to_approval(0, "## Verify\n\nAsk.\n", "")

    # What people do. Each step may be refused; then nothing may have changed.

    @rule(who=anybody)
    def start(self, who: str) -> None:
        if Change.objects.open().count() < 4:
            self.attempt(lambda: editing.start_change(self.sop, actor=self.people[who]))

    @rule(who=anybody, number=which)
    def restore(self, who: str, number: int) -> None:
        versions = list(self.sop.versions.order_by("number"))
        if Change.objects.open().count() < 4:
            version = versions[number % len(versions)]
            self.attempt(lambda: editing.restore(version, actor=self.people[who]))

    @rule(who=editors, which=which, body=bodies, behind=st.booleans())
    def save(self, who: str, which: int, body: str, behind: bool) -> None:
        if item := self.item(which):
            revision = item.revision - int(behind and item.revision > 1)
            save: dict[str, Any] = {"revision": revision, "actor": self.people[who], "body": body}
            if self.attempt(lambda: editing.save_draft(item, **save)):
                self.saved.add((item.pk, body))

    @rule(who=editors, which=which, side=st.sampled_from(["mine", "theirs", "both"]))
    def rebase(self, who: str, which: int, side: str) -> None:
        if item := self.item(which):
            plan = rebasing.plan(item)
            chosen = {conflict.name: getattr(conflict, side) for conflict in plan.text.conflicts}
            content = plan.content(chosen, {})
            done = self.attempt(
                lambda: rebasing.rebase(
                    item, revision=item.revision, base_version=plan.theirs, actor=self.people[who], **content
                )
            )
            if done:
                self.saved.add((item.pk, content["body"]))

    @rule(who=editors, which=which, retires=st.booleans())
    def choose_to_retire(self, who: str, which: int, retires: bool) -> None:
        if item := self.item(which):
            said: dict[str, Any] = {"revision": item.revision, "retires": retires, "actor": self.people[who]}
            self.attempt(lambda: retiring.set_retirement(item, **said))

    @rule(who=anybody, which=which)
    def propose(self, who: str, which: int) -> None:
        self.step("propose", which, lambda change: reviewing.propose(change, actor=self.people[who]))

    @rule(who=anybody, which=which, is_stale=st.sampled_from([False, False, True]))
    def approve(self, who: str, which: int, is_stale: bool) -> None:
        def sign(change: Change) -> object:
            seen = "0" * 64 if is_stale else reviewing.current_hash(change)
            return reviewing.approve(change, actor=self.people[who], seen_hash=seen)

        self.step("approve", which, sign)

    @rule(which=which, body=bodies, then=st.sampled_from(["", "publish", "schedule"]))
    def bring_to_approval(self, which: int, body: str, then: str) -> None:
        """The usual way, in one step: else chance seldom comes as far as to publish."""
        self.start("ana")
        self.save("ana", which, body, False)
        self.rebase("ana", which, "theirs")
        item = self.item(which)
        if item is not None and self.attempt(
            lambda: reviewing.propose(item.change, actor=self.people["ana"])
        ):
            seen, ben = reviewing.current_hash(item.change), self.people["ben"]
            self.attempt(lambda: reviewing.approve(item.change, actor=ben, seen_hash=seen))
            self.release(item.change, then)

    def release(self, change: Change, then: str) -> None:
        sam, at = self.people["sam"], self.now + timedelta(hours=9)
        if then == "publish" and self.attempt(lambda: publishing.publish(change, actor=sam)):
            self.comes(Change.objects.get(pk=change.pk), self.now)
        if then == "schedule" and self.attempt(lambda: publishing.schedule(change, at=at, actor=sam)):
            self.comes(Change.objects.get(pk=change.pk), at)

    @rule(who=reviewers, which=which)
    def request_changes(self, who: str, which: int) -> None:
        self.step(
            "request_changes",
            which,
            lambda change: reviewing.request_changes(change, actor=self.people[who], note="No."),
        )

    @rule(who=editors, which=which)
    def withdraw(self, who: str, which: int) -> None:
        self.step("withdraw", which, lambda change: reviewing.withdraw(change, actor=self.people[who]))

    @rule(who=publishers, which=which)
    def publish(self, who: str, which: int) -> None:
        change = self.step(
            "publish", which, lambda change: publishing.publish(change, actor=self.people[who])
        )
        self.comes(change, self.now)

    @rule(who=publishers, which=which, hours=st.integers(-2, 30))
    def schedule(self, who: str, which: int, hours: int) -> None:
        at = self.now + timedelta(hours=hours)
        change = self.step(
            "schedule", which, lambda change: publishing.schedule(change, at=at, actor=self.people[who])
        )
        self.comes(change, at)

    @rule(who=publishers, which=which)
    def unschedule(self, who: str, which: int) -> None:
        if change := self.step(
            "unschedule", which, lambda change: publishing.unschedule(change, actor=self.people[who])
        ):
            del self.ahead[change.pk]

    @rule(who=reviewers, which=which)
    def publish_urgently(self, who: str, which: int) -> None:
        actor = self.people[who]
        change = self.step(
            "publish_urgently", which, lambda c: urgent.publish_urgently(c, actor=actor, reason="It burns.")
        )
        self.comes(change, self.now)

    @rule(who=reviewers, which=which)
    def confirm(self, who: str, which: int) -> None:
        def sign(change: Change) -> object:
            return urgent.confirm(change, actor=self.people[who], seen_hash=reviewing.current_hash(change))

        self.step("confirm", which, sign)

    @rule(who=reviewers, which=which)
    def undo(self, who: str, which: int) -> None:
        self.step(
            "confirm",
            which,
            lambda change: urgent.undo(change, actor=self.people[who], note="It was right before."),
        )

    @rule(hours=st.integers(0, 20))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def settle(self) -> None:
        publishing.settle_due()

    # What must hold whatever they did

    @invariant()
    def at_most_one_version_is_in_force(self) -> None:
        moments = {self.now, *(at for at, _text in [*self.past, *self.ahead.values()])}
        for moment in moments:
            assert self.sop.versions.in_force(moment).count() <= 1

    @invariant()
    def readers_see_what_the_model_says(self) -> None:
        found = self.sop.versions.in_force().visible_to(self.reader).first()
        assert (found.body if found else None) == self.text_at(self.now)
        is_listed = Document.objects.visible_to(self.reader).filter(pk=self.sop.pk).exists()
        assert is_listed is (self.text_at(self.now) is not None)

    @invariant()
    def what_is_to_come_is_what_the_model_says(self) -> None:
        for at, text in self.ahead.values():
            version = self.sop.versions.in_force(at).first()
            assert (version.body if version else None) == text

    @invariant()
    def approvals_are_of_what_stands_there(self) -> None:
        for approval in Approval.objects.filter(voided_at=None).exclude(change=self.first()):
            assert approval.content_hash == reviewing.current_hash(approval.change)
            assert not approval.change.authors.filter(pk=approval.reviewer_id).exists()

    @invariant()
    def nothing_comes_in_force_unapproved_but_what_is_marked(self) -> None:
        released = Change.objects.filter(state__in=["scheduled", "published"]).exclude(pk=self.first().pk)
        for change in released:
            is_approved = change.approvals.filter(voided_at=None).exists()
            assert is_approved or change.is_unreviewed
            assert not (change.is_unreviewed and not change.urgent_reason)

    @invariant()
    def no_text_is_lost(self) -> None:
        for pk, body in self.saved:
            assert ChangeItem.history.filter(id=pk, body=body).exists()

    @invariant()
    def versions_are_numbered_without_a_gap(self) -> None:
        numbers = list(self.sop.versions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    # How a step is taken, and the model

    def attempt(self, verb: Callable[[], object]) -> object | None:
        """Take a step half an hour later. What it refuses must have left everything as it was."""
        self.now += LONG
        before = self.everything()
        try:
            with transaction.atomic():
                return verb() or True
        except (ChangeRefused, StaleDraft, PermissionDenied):
            assert self.everything() == before
            return None

    def step(self, name: str, which: int, verb: Callable[[Change], object]) -> Change | None:
        """Mostly of a change that stands where the verb begins; sometimes of any."""
        changes = list(Change.objects.exclude(pk=self.first().pk).order_by("-pk")[:6])
        fitting = [change for change in changes if states.may(change, name)] if which < 4 else []
        changes = fitting or changes
        change = changes[which % len(changes)]
        return Change.objects.get(pk=change.pk) if self.attempt(lambda: verb(change)) else None

    def comes(self, change: Change | None, at: datetime) -> None:
        """A change brings its text (or the end) at a time."""
        if change is not None:
            item = change.items.get()
            self.ahead[change.pk] = (change.effective_at or at, None if item.retires else item.body)

    def text_at(self, moment: datetime) -> str | None:
        events = sorted([*self.past, *self.ahead.values()], key=lambda event: event[0])
        return [text for at, text in events if at <= moment][-1]

    def item(self, which: int) -> ChangeItem | None:
        items = list(ChangeItem.objects.exclude(change=self.first()).order_by("-pk")[:6])
        return items[which % len(items)] if items else None

    def first(self) -> Change:
        return self.sop.versions.get(number=1).change

    def everything(self) -> list[Any]:
        return [
            list(Change.objects.order_by("pk").values_list("pk", "state", "effective_at", "urgent_reason")),
            list(
                ChangeItem.objects.order_by("pk").values_list(
                    "pk", "revision", "body", "base_version", "retires"
                )
            ),
            list(Version.objects.order_by("pk").values_list("pk", "in_force")),
            list(Approval.objects.order_by("pk").values_list("pk", "voided_at")),
        ]


@pytest.mark.django_db
def test_whatever_they_do_the_promises_hold() -> None:
    quietly = settings(
        max_examples=8 if THOROUGH else 4,
        stateful_step_count=40 if THOROUGH else 30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Desk, settings=quietly)
