"""Letters about reviews: what the people concerned are told, and where they find it. Each commits with its step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.letters.linking import absolute
from sopdesk.letters.posting import post

if TYPE_CHECKING:
    from sopdesk.accounts.models import User
    from sopdesk.documents.models import Approval, AskedReviewer, Change, OutsideReviewer


def asked(request: AskedReviewer, change: Change, *, proposals: int) -> None:
    """Somebody is to review a change beside those whom the rules ask for; told anew when it is proposed anew."""
    words = {"who": request.asked_by.name, "title": change.title}
    body = (
        _("%(who)s asks you to review “%(title)s”. It is not published before you have approved it.") % words
    )
    _post(
        request.reviewer,
        _("Please review: %(title)s") % words,
        body,
        change,
        key=f"asked:{request.pk}:{request.reviewer_id}:{proposals}",
    )


def no_longer_asked(request: AskedReviewer, change: Change, *, actor: User) -> None:
    words = {"who": actor.name, "title": change.title}
    body = _("%(who)s took back the request to review “%(title)s”. You need do nothing.") % words
    if request.reviewer_id != actor.pk:
        subject = _("No longer asked: %(title)s") % words
        _post(request.reviewer, subject, body, change, key=f"not-asked:{request.pk}")


def handed_on(change: Change, *, to: User, actor: User, note: str, number: int) -> None:
    """Somebody else reviews it from now on; `number` is of the audit entry, so that each handing on is told once."""
    words = {"who": actor.name, "title": change.title}
    body = _("%(who)s gives you the review of “%(title)s”.") % words
    if to.pk != actor.pk:
        subject = _("Yours to review: %(title)s") % words
        _post(to, subject, _with_note(body, note), change, key=f"handed-on:{number}:{to.pk}")


def taken_over(change: Change, *, former: User, to: User, actor: User, number: int) -> None:
    words = {"who": actor.name, "to": to.name, "title": change.title}
    body = _("%(who)s gave the review of “%(title)s” to %(to)s. You need do nothing.") % words
    if former.pk not in (actor.pk, to.pk):
        subject = _("Reviewed by somebody else: %(title)s") % words
        _post(former, subject, body, change, key=f"taken-over:{number}:{former.pk}")


def sent_back(change: Change, *, by: str, note: str, number: int) -> None:
    """The authors hear what should be changed."""
    words = {"who": by, "title": change.title}
    body = _with_note(_("%(who)s asks for changes in “%(title)s”.") % words, note)
    for author in change.authors.all():
        subject = _("Changes requested: %(title)s") % words
        _post(author, subject, body, change, key=f"sent-back:{number}:{author.pk}")


def approved(change: Change, *, by: str, number: int) -> None:
    """The authors hear that all approvals are there."""
    words = {"who": by, "title": change.title}
    body = _("“%(title)s” has every approval it needs; the last was %(who)s’s. It can be published.") % words
    for author in change.authors.all():
        subject = _("Approved: %(title)s") % words
        _post(author, subject, body, change, key=f"approved:{number}:{author.pk}")


def approvals_void(change: Change, void: Iterable[Approval], *, actor: User) -> None:
    """Those who approved hear that it was edited since, with a link to what changed since they approved."""
    words = {"who": actor.name, "title": change.title}
    subject = _("Your approval is void: %(title)s") % words
    body = _("%(who)s edited “%(title)s” after you approved it, so your approval no longer counts.") % words
    for approval in void:
        key = f"void:{approval.pk}"
        if approval.outside is not None:
            again = _("Your link shows the new text; it asks you for a new code first.")
            post(to=approval.outside.email, subject=subject, body=f"{body}\n\n{again}\n", key=key)
        elif approval.reviewer is not None and approval.reviewer_id != actor.pk:
            since = absolute(reverse("changes:since", args=[change.pk, approval.pk]))
            again = _("What changed since then, and the way to approve it anew:\n%(url)s") % {"url": since}
            post(to=approval.reviewer, subject=subject, body=f"{body}\n\n{again}\n", key=key)


def invited(outsider: OutsideReviewer, change: Change, *, url: str) -> None:
    """The letter with the link. The link is in it and nowhere else: the desk keeps only its hash."""
    words = {
        "who": outsider.asked_by.name,
        "name": outsider.name,
        "title": change.title,
        "url": absolute(url),
    }
    until = f"{outsider.expires_at:%-d %b %Y, %H:%M} UTC"
    body = _(
        "Dear %(name)s,\n\n%(who)s asks you to review “%(title)s”.\n\n%(url)s\n\nThe link is for you alone and works "
        "until %(until)s. Before it shows the text it sends you a code by e-mail."
    )
    subject = _("Please review: %(title)s") % words
    post(
        to=outsider.email,
        subject=subject,
        body=body % {**words, "until": until} + "\n",
        key=f"invited:{outsider.pk}",
    )


def outside_again(outsider: OutsideReviewer, change: Change, *, proposals: int) -> None:
    """The text came back from its authors; the link in the first letter works again."""
    words = {"name": outsider.name, "title": change.title}
    body = _(
        "Dear %(name)s,\n\n“%(title)s” was changed and is back for review. Your link shows it as it is now."
    )
    subject = _("Back for review: %(title)s") % words
    post(to=outsider.email, subject=subject, body=body % words + "\n", key=f"again:{outsider.pk}:{proposals}")


def code(outsider: OutsideReviewer, digits: str, *, number: int) -> None:
    body = _("%(code)s is your code. It works for ten minutes, once, on the page where you asked for it.")
    subject = _("Your code for the review")
    post(
        to=outsider.email,
        subject=subject,
        body=body % {"code": digits} + "\n",
        key=f"code:{outsider.pk}:{number}",
    )


def _post(to: User, subject: str, body: str, change: Change, *, key: str) -> None:
    url = absolute(reverse("changes:read", args=[change.pk]))
    post(to=to, subject=subject, body=f"{body}\n\n{url}\n", key=key)


def _with_note(body: str, note: str) -> str:
    return f"{body}\n\n{note.strip()}" if note.strip() else body
