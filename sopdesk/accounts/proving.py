"""Proving at this moment that one is who is signed in: by password, or by a passkey. A session alone proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django.utils.translation import gettext as _

from sopdesk.postgres.worded import worded

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from sopdesk.accounts.models import User

PASSWORD, PASSKEY = "password", "passkey"
ACTION = "prove"
"""The rate: `ACCOUNT_RATE_LIMITS` in the settings."""


class NotProven(Exception):
    """It was not shown who is there. `reason` says why; `is_wrong` when something was given and it was not right."""

    def __init__(self, reason: str, *, is_wrong: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_wrong = reason, is_wrong


def prove(request: HttpRequest, person: User, *, password: str, credential: str) -> str:
    """How the person proved it: PASSKEY or PASSWORD. Raises NotProven; every try counts until one succeeds."""
    if not (password or credential):
        raise NotProven(_("Enter your password: your approval is a signature."))
    if not ratelimit.consume(request, action=ACTION, user=person):
        raise NotProven(_("Too many tries. Wait five minutes, then sign again."))
    if credential:
        if not _is_right(credential, person):
            reason = _("The passkey was not accepted. Try it again, or use your password.")
            raise NotProven(reason, is_wrong=True)
    elif not person.check_password(password):
        raise NotProven(_("That is not your password. Nothing was signed."), is_wrong=True)
    ratelimit.clear(request, action=ACTION, user=person)
    return PASSKEY if credential else PASSWORD


def _is_right(credential: str, person: User) -> bool:
    """Whether a key of theirs made this answer to the challenge. One that is no answer at all is wrong, too: the
    library reads its parts without looking whether they are there."""
    try:
        return bool(AuthenticateWebAuthnForm({"credential": credential}, user=person).is_valid())
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def has_passkey(person: User) -> bool:
    """Whether a passkey or security key of theirs is known here."""
    return bool(_passkeys(person.pk))


@worded
def _passkeys(person: int) -> QuerySet[Authenticator, int]:
    keys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    found: QuerySet[Authenticator, int] = keys.values_list("pk", flat=True)[:1]
    return found


def passkey_challenge(person: User) -> dict[str, object]:
    """What the browser hands to the key; the answer is good for this challenge and this session only."""
    options: dict[str, object] = auth.begin_authentication(person)
    return options
