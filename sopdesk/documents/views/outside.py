"""The pages of a reviewer from outside: a code first, then exactly one change, nothing else of the desk.

Every link that does not work gives the 404 of a page that is not there. What was confirmed counts for the text that
stood there then: an edit asks for a new code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sopdesk.documents import comparing, outside, reviewing
from sopdesk.documents.errors import ChangeRefused, LinkGone
from sopdesk.documents.hashing import change_hash
from sopdesk.documents.models import OutsideReviewer, Version
from sopdesk.documents.outside_forms import CodeForm, OutsideApproveForm, OutsideSendBackForm
from sopdesk.documents.views.change_page import Reviewed, reviewed_in
from sopdesk.text import markdown
from sopdesk.text.presenting import present

LOOK = timedelta(hours=1)
"""How long after a code the text is shown."""
_PLACE = "outside:{}"
"""Where a session keeps what was confirmed."""
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Part:
    """One document of the change, its text as the public would read it, and whether what supersedes it stays unnamed:
    nothing is named here that the public may not know of."""

    reviewed: Reviewed
    html: SafeString
    hides_successor: bool


def by_link(view: View) -> View:
    """Hand the view whom the link was made for; 404 for any that does not work. Nothing of these pages is kept,
    indexed, or told to another site."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, outside.find(token), token)
        except LinkGone as gone:
            raise Http404 from gone
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return guarded


@require_safe
@by_link
def read(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """The change, once a code was confirmed; before that the way to a code."""
    if not is_confirmed(request, outsider):
        return _ask_for_code(request, outsider, token, CodeForm())
    return _change(request, outsider, token)


@require_POST
@by_link
def code(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """Mail a code."""
    if not ratelimit.consume(request, action="outside_code", key=str(outsider.pk)):
        form = CodeForm()
        form.said = _("Too many codes were asked for. Wait ten minutes, then ask again.")
        return _ask_for_code(request, outsider, token, form, status=429)
    outside.send_code(outsider)
    messages.success(request, _("A code is on its way. It can take a minute to arrive."))
    return redirect("outside:read", token)


@require_POST
@by_link
def confirm(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """Take the code that was mailed. A wrong one says only that."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask_for_code(request, outsider, token, form, status=422)
    allowed = ratelimit.consume(request, action="outside_try")
    if not allowed or not outside.confirm(outsider, form.cleaned_data["code"]):
        form.add_error(
            "code", _("This code does not work. Look for the newest mail, or ask for another code.")
        )
        outsider.refresh_from_db()
        return _ask_for_code(request, outsider, token, form, status=422 if allowed else 429)
    request.session.cycle_key()
    until = (timezone.now() + LOOK).timestamp()
    seen = reviewing.current_hash(outsider.change)
    request.session[_place(outsider)] = {"hash": seen, "until": until}
    return redirect("outside:read", token)


@require_POST
@by_link
def approve(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """Sign exactly what was read."""
    form = OutsideApproveForm(request.POST, change=outsider.change)
    return _decide(request, outsider, token, form, lambda v: outside.approve(outsider, **v))


@require_POST
@by_link
def request_changes(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """Send it back with a note."""
    form = OutsideSendBackForm(request.POST)
    return _decide(request, outsider, token, form, lambda v: outside.request_changes(outsider, **v))


@require_safe
@never_cache
def done(request: HttpRequest) -> HttpResponse:
    """Thanks, and nothing else: the link works no longer."""
    return render(request, "documents/outside_done.html")


def _decide(
    request: HttpRequest,
    outsider: OutsideReviewer,
    token: str,
    form: Any,
    verb: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Take a decision of somebody whose code was confirmed for this very text; else the way to a new code."""
    if not is_confirmed(request, outsider):
        messages.warning(
            request, _("The text was edited, or an hour has passed. Ask for a new code, and look again.")
        )
        return redirect("outside:read", token)
    if not form.is_valid():
        return _change(request, outsider, token, refused=form, status=422)
    try:
        verb(form.decided())
    except ChangeRefused as refusal:
        return _change(request, outsider, token, refused=form, reasons=refusal.reasons, status=409)
    request.session.pop(_place(outsider), None)
    return redirect("outside:done")


def _place(outsider: OutsideReviewer) -> str:
    return _PLACE.format(outsider.pk)


def is_confirmed(request: HttpRequest, outsider: OutsideReviewer) -> bool:
    """Whether this browser confirmed a code lately, for the text as it stands now."""
    held = request.session.get(_place(outsider)) or {}
    is_fresh = held.get("until", 0) > timezone.now().timestamp()
    return is_fresh and held.get("hash") == reviewing.current_hash(outsider.change)


def confirmed_in(request: HttpRequest) -> list[OutsideReviewer]:
    """Whom this browser confirmed to be, by links that work and for texts as they stand now."""
    begins = _PLACE.format("")
    held = [key.removeprefix(begins) for key in request.session.keys() if key.startswith(begins)]  # noqa: SIM118
    found = OutsideReviewer.objects.select_related("change", "asked_by").filter(pk__in=held)
    return [outsider for outsider in found if outside.works(outsider) and is_confirmed(request, outsider)]


def _ask_for_code(
    request: HttpRequest, outsider: OutsideReviewer, token: str, form: CodeForm, status: int = 200
) -> HttpResponse:
    context = {
        "token": token,
        "form": form,
        "has_code": outside.has_code(outsider),
        "masked": _masked(outsider),
    }
    return render(request, "documents/outside_code.html", context, status=status)


def _masked(outsider: OutsideReviewer) -> str:
    """Enough of the address for its owner to know it."""
    name, _at, host = outsider.email.partition("@")
    return f"{name[:1]}…@{host}"


def _change(
    request: HttpRequest,
    outsider: OutsideReviewer,
    token: str,
    *,
    refused: Any = None,
    reasons: Any = (),
    status: int = 200,
) -> HttpResponse:
    """Exactly this change, and the two answers to it; `refused` goes back with what was typed."""
    context = {"outsider": outsider, "change": outsider.change, "token": token, "reasons": reasons}
    context |= _shown(request, outsider)
    if refused is not None:
        context["approve_form" if isinstance(refused, OutsideApproveForm) else "send_back_form"] = refused
    return render(request, "documents/outside_read.html", context, status=status)


def _shown(request: HttpRequest, outsider: OutsideReviewer) -> dict[str, Any]:
    """What differs, and each text as the public would read it. What is signed is what is shown, so its hash is of the
    drafts as they were read for it."""
    change = outsider.change
    reviewed = reviewed_in(change)
    seen = change_hash(change, [each.item for each in reviewed])
    return {
        "reviewed": _parts(reviewed),
        "view": comparing.chosen_view(request.GET.get("view", "")),
        "approve_form": OutsideApproveForm(change=change, initial={"seen_hash": seen}),
        "send_back_form": OutsideSendBackForm(),
    }


def _parts(reviewed: Sequence[Reviewed]) -> list[Part]:
    """What supersedes a document is named where the public may read it, or it stands in the same change."""
    nobody, now = AnonymousUser(), timezone.now()
    named = {each.item.document_id for each in reviewed}
    public = Version.objects.in_force(now).visible_to(nobody)
    followers = [each.item.superseded_by_id for each in reviewed if each.item.superseded_by_id]
    if followers:
        named |= set(public.filter(document__in=followers).values_list("document", flat=True))
    return [
        Part(
            each,
            present(markdown.render(each.item.body).html, viewer=nobody, at=now),
            each.item.superseded_by_id is not None and each.item.superseded_by_id not in named,
        )
        for each in reviewed
    ]
