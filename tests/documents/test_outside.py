"""Reviewers from outside: let in by a link and a code, to one change, until they have answered. And nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, handing_over, outside, publishing, requirements, retiring, reviewing
from sopdesk.documents.errors import ChangeRefused, LinkGone, PublishRefused
from sopdesk.documents.models import (
    Approval,
    Change,
    ChangeItem,
    Document,
    OutsideReviewer,
    ReviewRule,
    Transition,
)
from sopdesk.letters.models import Letter
from sopdesk.readership import questions
from sopdesk.readership.models import ReadPlan
from tests import factories

pytestmark = pytest.mark.django_db
WHERE = "nora@counsel.example"


def invite(change: Change, actor: User, **said: Any) -> OutsideReviewer:
    asked = {"name": "Nora Weber", "email": WHERE, "function": "", "days": 7, **said}
    return outside.invite(change, actor=actor, **asked)


@pytest.fixture
def nora(proposed: Change, ben: User) -> OutsideReviewer:
    """Invited by Ben to the change that Ana proposed."""
    return invite(proposed, ben)


def link(outsider: OutsideReviewer) -> str:
    """The path out of the letter: the desk itself no longer knows it."""
    body = Letter.objects.get(key=f"invited:{outsider.pk}").body
    return re.search(r"/review/[\w-]{43}", body).group()  # type: ignore[union-attr]


def last_code() -> str:
    letter = Letter.objects.filter(key__startswith="code:").order_by("-pk")[0]
    assert letter.to == WHERE
    return re.search(r"\d{6}", letter.body).group()  # type: ignore[union-attr]


@pytest.fixture
def confirmed(nora: OutsideReviewer, client: Client) -> Client:
    """A browser in which Nora's code was typed."""
    client.post(f"{link(nora)}/code")
    assert client.post(f"{link(nora)}/confirm", {"code": last_code()}).status_code == 302
    return client


def approve(browser: Client, outsider: OutsideReviewer, **sent: object) -> Any:
    seen = {"seen_hash": reviewing.current_hash(outsider.change), "agrees": "on", "note": "Fine by me."}
    return browser.post(f"{link(outsider)}/approve", {**seen, **sent})


def test_the_whole_way_from_the_letter_to_the_signature(
    nora: OutsideReviewer, client: Client, proposed: Change
) -> None:
    page = client.get(link(nora)).content.decode()
    assert "n…@counsel.example" in page
    assert "30 days" not in page
    assert client.post(f"{link(nora)}/code").status_code == 302
    assert client.post(f"{link(nora)}/confirm", {"code": last_code()}).status_code == 302
    page = client.get(link(nora)).content.decode()
    assert "30 days" in page
    assert approve(client, nora).url == "/review/done"
    approval = Approval.objects.get(outside=nora)
    assert (approval.name, approval.signed_with) == ("Nora Weber", "email_code")
    assert approval.content_hash == reviewing.current_hash(proposed)
    events = Entry.objects.filter(actor_name="Nora Weber (outside)").order_by("number")
    assert [entry.event for entry in events] == ["outside:code_sent", "outside:confirmed", "change:approved"]
    assert {entry.actor_id for entry in events} == {None}


def test_the_desk_keeps_neither_link_nor_code(nora: OutsideReviewer, client: Client) -> None:
    client.post(f"{link(nora)}/code")
    nora.refresh_from_db()
    token = link(nora).rsplit("/", 1)[1]
    kept = " ".join(str(value) for value in vars(nora).values())
    assert token not in kept
    assert last_code() not in kept
    told = " ".join(str(entry.facts) for entry in Entry.objects.all())
    assert token not in told
    assert last_code() not in told


def test_nothing_else_of_the_desk_is_on_the_page(confirmed: Client, nora: OutsideReviewer) -> None:
    answer = confirmed.get(link(nora))
    page = answer.content.decode()
    assert set(re.findall(r'(?:href|action)="(/[^"]*)"', page)) <= {
        *re.findall(r'"(/static/[^"]*)"', page), f"{link(nora)}/approve", f"{link(nora)}/request-changes",
        f"{link(nora)}/comment",
    }  # fmt: skip
    for word in ("Search rules", "/sops", "/changes", "Discussion", "Signatures"):
        assert word not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_references_are_filled_for_the_public_only(
    draft: ChangeItem, ana: User, ben: User, client: Client
) -> None:
    text = "## Verify\n\nSee [[sop:SOP-0001]].\n"
    editing.save_draft(draft, revision=draft.revision, actor=ana, body=text)
    nora = invite(reviewing.propose(draft.change, actor=ana), ben)
    client.post(f"{link(nora)}/code")
    client.post(f"{link(nora)}/confirm", {"code": last_code()})
    page = client.get(link(nora)).content.decode()
    assert "SOP-0001 (not available)" in page
    assert 'href="/sops/SOP-0001' not in page


def ended(nora: OutsideReviewer, **how: Any) -> None:
    OutsideReviewer.objects.filter(pk=nora.pk).update(**how)


@pytest.mark.parametrize("is_public", [True, False])
def test_a_retirement_is_shown_as_one(
    refunds: Document, ana: User, ben: User, client: Client, is_public: bool
) -> None:
    audience = "public" if is_public else "internal"
    newer = factories.published("sop", "SOP-0002", author=ana, reviewer=ben, audience=audience)
    item = retiring.start_retirement(refunds, actor=ana, superseded_by=newer, note="Ask payments.")
    nora = invite(reviewing.propose(item.change, actor=ana), ben)
    client.post(f"{link(nora)}/code")
    client.post(f"{link(nora)}/confirm", {"code": last_code()})
    page = client.get(link(nora)).content.decode()
    assert "This change retires SOP-0001" in page
    assert "Ask payments." in page
    assert "14 days" in page
    assert "as it would be" not in page
    assert "Nothing differs" not in page
    assert ("SOP-0002" in page) is is_public
    assert ("Another document, which is not public" in page) is not is_public


def test_the_knowledge_check_that_is_signed_is_shown(confirmed: Client, draft: ChangeItem, ana: User) -> None:
    choices = [{"text": "In 14 days", "right": False}, {"text": "In a month", "right": True}]
    said: dict[str, Any] = {"anchor": "", "choices": choices, "several": False, "explanation": "It says so."}
    questions.write(draft.change, document=draft.document, actor=ana, words="Until when?", **said)
    ReadPlan.objects.update_or_create(change=draft.change, defaults={"pass_mark": 85})
    nora = OutsideReviewer.objects.get()
    confirmed.post(f"{link(nora)}/code")
    confirmed.post(f"{link(nora)}/confirm", {"code": last_code()})
    page = confirmed.get(link(nora)).content.decode()
    for words in ("Until when?", "In 14 days", "In a month", "It says so.", "85 %"):
        assert words in page
    assert approve(confirmed, nora).url == "/review/done"


GONE: dict[str, Callable[[OutsideReviewer, dict[str, User]], object]] = {
    "expired": lambda nora, cast: ended(nora, expires_at=timezone.now() - timedelta(seconds=1)),
    "taken back": lambda nora, cast: outside.revoke(nora, actor=cast["ben"]),
    "withdrawn": lambda nora, cast: reviewing.withdraw(nora.change, actor=cast["ana"]),
    "sent back": lambda nora, cast: reviewing.request_changes(nora.change, actor=cast["ben"], note="No."),
    "signed": lambda nora, cast: outside.approve(nora, seen_hash=reviewing.current_hash(nora.change)),
}


@pytest.mark.parametrize("why", GONE)
def test_a_link_that_works_no_longer_looks_like_one_that_never_did(
    why: str, nora: OutsideReviewer, confirmed: Client, cast: dict[str, User]
) -> None:
    guessed = "/review/" + "a" * 43
    GONE[why](nora, cast)
    never = confirmed.get(guessed)
    for path, method in (("", "get"), ("/code", "post"), ("/confirm", "post"), ("/approve", "post")):
        answer = getattr(confirmed, method)(link(nora) + path)
        assert answer.status_code == never.status_code == 404
    assert confirmed.get(link(nora)).content == never.content
    assert Approval.objects.filter(outside=nora).count() == (why == "signed")


def test_a_confirmed_browser_opens_no_other_link(
    confirmed: Client, proposed: Change, nora: OutsideReviewer, ben: User
) -> None:
    other = invite(proposed, ben, email="other@counsel.example")
    assert "30 days" not in confirmed.get(link(other)).content.decode()
    assert approve(confirmed, other).url == link(other)
    assert not Approval.objects.filter(outside=other).exists()


def test_a_link_in_another_browser_asks_for_a_code_again(nora: OutsideReviewer, confirmed: Client) -> None:
    stranger = Client()
    assert "30 days" not in stranger.get(link(nora)).content.decode()
    assert approve(stranger, nora).url == link(nora)
    assert not Approval.objects.filter(outside=nora).exists()


def test_a_code_is_good_once_and_five_tries_long(nora: OutsideReviewer, client: Client) -> None:
    client.post(f"{link(nora)}/code")
    right = last_code()
    wrong = "000000" if right != "000000" else "000001"
    for _n in range(5):
        assert client.post(f"{link(nora)}/confirm", {"code": wrong}).status_code == 422
    assert client.post(f"{link(nora)}/confirm", {"code": right}).status_code == 422
    assert Entry.objects.filter(event="outside:code_refused").count() == 5
    outside.send_code(nora)
    assert outside.confirm(nora, last_code())
    assert not outside.confirm(nora, last_code())


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(nora: OutsideReviewer) -> None:
    outside.send_code(nora)
    first = last_code()
    outside.send_code(nora)
    second = last_code()
    assert first == second or not outside.confirm(nora, first)
    ended(nora, code_until=timezone.now() - timedelta(seconds=1))
    assert not outside.confirm(nora, second)


def test_codes_are_not_mailed_without_end(nora: OutsideReviewer, client: Client) -> None:
    answers = [client.post(f"{link(nora)}/code").status_code for _n in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Letter.objects.filter(key__startswith="code:").count() == 3


def test_an_edit_asks_for_a_new_code_and_a_new_look(
    confirmed: Client, nora: OutsideReviewer, draft: ChangeItem, ana: User
) -> None:
    approve(confirmed, nora)
    editing.save_draft(draft, revision=draft.revision, actor=ana, body="Something else entirely.")
    assert Approval.objects.get(outside=nora).voided_at is not None
    assert "asks you for a new code" in Letter.objects.get(key__startswith="void:").body
    assert "Something else" not in confirmed.get(link(nora)).content.decode()
    assert approve(confirmed, nora).url == link(nora)
    assert not Approval.objects.filter(outside=nora, voided_at=None).exists()


@pytest.mark.parametrize("sent", [{"agrees": ""}, {"seen_hash": "0" * 64}, {"note": "n" * 4001}])
def test_a_refused_signature_keeps_what_was_typed(
    confirmed: Client, nora: OutsideReviewer, sent: dict[str, str]
) -> None:
    answer = approve(confirmed, nora, **{"note": "Precious.", **sent})
    assert answer.status_code in (409, 422)
    assert sent.get("note", "Precious.") in answer.content.decode()
    assert not Approval.objects.filter(outside=nora).exists()


def test_asking_for_changes_sends_it_back_in_their_name(
    confirmed: Client, nora: OutsideReviewer, ana: User
) -> None:
    assert confirmed.post(f"{link(nora)}/request-changes", {"note": ""}).status_code == 422
    answer = confirmed.post(f"{link(nora)}/request-changes", {"note": "Cite it."})
    assert answer["Location"] == "/review/done"
    step = Transition.objects.filter(change=nora.change).order_by("-pk")[0]
    assert (step.verb, step.outside) == ("request_changes", nora)
    assert "Cite it." in Letter.objects.get(to=ana.email).body
    reviewing.propose(Change.objects.get(pk=nora.change_id), actor=ana)
    assert Letter.objects.filter(key=f"again:{nora.pk}:2").exists()
    assert confirmed.get(link(nora)).status_code == 200


def test_an_outside_approval_never_suffices_alone(nora: OutsideReviewer, ben: User) -> None:
    outside.approve(nora, seen_hash=reviewing.current_hash(nora.change))
    change = Change.objects.get(pk=nora.change_id)
    assert change.state == "in_review"
    reviewing.approve(change, actor=ben, seen_hash=reviewing.current_hash(change))
    assert Change.objects.get(pk=change.pk).state == "approved"


def test_it_covers_the_function_it_was_invited_for(proposed: Change, ben: User, carla: User) -> None:
    ReviewRule.objects.create(kind="sop", functions=["legal"])
    nora = invite(proposed, carla, function="legal")
    reviewing.approve(proposed, actor=ben, seen_hash=reviewing.current_hash(proposed))
    outside.approve(nora, seen_hash=reviewing.current_hash(proposed))
    change = Change.objects.get(pk=proposed.pk)
    assert change.state == "approved"
    assert requirements.requirements(change).needs[0].approval.outside == nora  # type: ignore[union-attr]
    publishing.publish(change, actor=ben)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"email": "BEN.okafor@example.com"}, "belongs to somebody of the desk"),
        ({"email": WHERE.upper()}, "has a link already"),
        ({"email": "x@y.example", "function": "legal"}, "functions that you hold"),
        ({"email": "x@y.example", "days": 31}, "1 to 30 days"),
    ],
)
def test_an_invitation_that_may_not_be_made(
    nora: OutsideReviewer, ben: User, said: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ChangeRefused, match=reason):
        invite(nora.change, ben, **said)
    assert OutsideReviewer.objects.count() == 1


def test_who_wrote_it_invites_nobody(draft: ChangeItem, proposed: Change, ana: User, hal: User) -> None:
    ana.roles = ["author", "reviewer"]
    ana.save()
    with pytest.raises(ChangeRefused, match="somebody else has to invite"):
        invite(proposed, ana)
    assert invite(proposed, hal, function="legal").function == "legal"


def test_who_writes_along_later_vouches_for_nobody(
    confirmed: Client, nora: OutsideReviewer, draft: ChangeItem, ana: User, ben: User, carla: User
) -> None:
    ben.roles = ["author", "reviewer"]
    ben.save()
    reviewing.request_changes(nora.change, actor=carla, note="Say more.")
    editing.save_draft(draft, revision=draft.revision, actor=ben, body="Words of his own.\n")
    change = reviewing.propose(draft.change, actor=ana)
    assert confirmed.get(link(nora)).status_code == 404
    assert not Letter.objects.filter(key__startswith="again:").exists()
    with pytest.raises(LinkGone):
        outside.approve(nora, seen_hash=reviewing.current_hash(change))
    reviewing.approve(change, actor=carla, seen_hash=reviewing.current_hash(change))
    [missing] = requirements.requirements(change).missing
    assert "Ben Okafor invited Nora Weber and took part in writing since" in missing
    outside.revoke(nora, actor=carla)
    assert Change.objects.get(pk=change.pk).state == "approved"


def test_a_signature_of_whom_an_author_invited_does_not_count(
    nora: OutsideReviewer, ana: User, ben: User, carla: User, as_person: Any
) -> None:
    change = nora.change
    ReviewRule.objects.create(kind="sop", functions=["legal"])
    OutsideReviewer.objects.filter(pk=nora.pk).update(function="legal")
    outside.approve(nora, seen_hash=reviewing.current_hash(change))
    reviewing.approve(change, actor=carla, seen_hash=reviewing.current_hash(change), functions=[])
    assert Change.objects.get(pk=change.pk).state == "approved"
    change.authors.add(ben)
    with pytest.raises(PublishRefused) as refused:
        publishing.publish(Change.objects.get(pk=change.pk), actor=ben)
    assert "Legal" in refused.value.reasons[0]
    assert "took part in writing since" in refused.value.reasons[1]
    assert "does not count" in as_person(carla).get(f"/changes/{change.pk}").content.decode()
    outside.revoke(nora, actor=carla)
    again = Change.objects.get(pk=change.pk)
    reviewing.approve(again, actor=carla, seen_hash=reviewing.current_hash(again), functions=["legal"])
    assert publishing.publish(Change.objects.get(pk=change.pk), actor=ben).state == "published"


def test_who_invited_does_not_take_the_change_over(
    nora: OutsideReviewer, ana: User, ben: User, hal: User
) -> None:
    User.objects.get_queryset().filter(pk=ben.pk).update(roles=["author", "reviewer"])
    _given, left = handing_over.hand_over(ana, to={"kind:sop": ben, "change": ben}, actor=hal)
    assert [held.sort for held in left] == ["change"]


@pytest.mark.parametrize("who", ["ana", "dev", "eve", "finn", "gia"])
def test_who_may_not_invite(nora: OutsideReviewer, who: str, cast: dict[str, User]) -> None:
    with pytest.raises(PermissionDenied):
        invite(nora.change, cast[who], email="x@y.example")
    with pytest.raises(PermissionDenied):
        outside.revoke(nora, actor=cast[who])


def test_nobody_is_invited_to_what_is_not_in_review(draft: ChangeItem, ben: User) -> None:
    with pytest.raises(ChangeRefused, match="while a change is in review"):
        invite(draft.change, ben)
