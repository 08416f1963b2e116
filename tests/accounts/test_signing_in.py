"""Coming in by e-mail, and everything that keeps others out."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.urls import reverse

from sopdesk.accounts.models import User
from sopdesk.accounts.staffing import end_sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def log_in(client: Client, email: str, password: str = PASSWORD, **fields: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password, **fields})


def is_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize(
    "address", ["dev.nair@example.com", "Dev.Nair@Example.COM", " dev.nair@example.com "]
)
def test_signing_in_by_e_mail(client: Client, dev: User, address: str) -> None:
    assert log_in(client, address).status_code == 302
    assert is_in(client)


def test_a_wrong_password_says_so_and_keeps_the_address(client: Client, dev: User) -> None:
    page = log_in(client, dev.email, "wrong")
    assert page.status_code == 200
    assert dev.email in page.content.decode()
    assert not is_in(client)


def test_an_unknown_address_gets_the_same_answer(client: Client, dev: User) -> None:
    unknown = log_in(client, "nobody@example.com", "wrong").content.decode()
    known = log_in(client, dev.email, "wrong").content.decode()
    assert "correct" in known
    for part in ("The email address and/or password you specified are not correct.",):
        assert (part in unknown) == (part in known)


def test_guessing_is_stopped_for_that_account_alone(dev: User, ana: User) -> None:
    for _ in range(5):
        log_in(Client(REMOTE_ADDR="10.0.0.1"), dev.email, "wrong")
    stopped = log_in(Client(REMOTE_ADDR="10.0.0.1"), dev.email)
    assert stopped.status_code in {200, 429}
    other = Client(REMOTE_ADDR="10.0.0.1")
    assert log_in(other, ana.email).status_code == 302
    assert is_in(other)


def test_one_attackers_address_does_not_lock_everybody_out(dev: User, ana: User) -> None:
    for number in range(40):
        log_in(Client(REMOTE_ADDR="10.0.0.1"), f"nobody{number}@example.com", "wrong")
    assert log_in(Client(REMOTE_ADDR="10.0.0.1"), ana.email).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.2")
    assert log_in(elsewhere, ana.email).status_code == 302
    assert is_in(elsewhere)


def test_the_session_is_renewed(client: Client, dev: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    log_in(client, dev.email)
    assert client.session.session_key != before
    assert is_in(client)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", r"/\evil.example", "http:///evil"],
)
def test_an_off_site_next_is_ignored(client: Client, dev: User, target: str) -> None:
    answer = log_in(client, dev.email, next=target)
    assert answer.status_code == 302
    assert "evil" not in answer.url
    assert "javascript" not in answer.url


def test_our_own_next_is_followed(client: Client, dev: User) -> None:
    asked = client.get(reverse("accounts:profile"))
    assert asked.url == f"{reverse('account_login')}?next=/profile"
    assert log_in(client, dev.email, next="/profile").url == "/profile"


def test_somebody_disabled_is_out_at_the_next_request(client: Client, dev: User, hal: User) -> None:
    log_in(client, dev.email)
    assert is_in(client)
    end_sign_in(dev, actor=hal)
    assert not is_in(client)
    log_in(client, dev.email)
    assert not is_in(client)


def test_nobody_signs_themselves_up(client: Client) -> None:
    fields = {"email": "x@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), fields)
    assert not User.objects.exists()


def test_nobody_changes_their_own_address(client: Client, dev: User, as_person: Any) -> None:
    assert as_person(dev).post(reverse("account_email"), {"email": "x@example.com"}).status_code == 404


def test_a_second_factor_is_asked_for(client: Client, dev: User) -> None:
    TOTP.activate(dev, generate_totp_secret())
    RecoveryCodes.activate(dev)
    answer = log_in(client, dev.email)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    code = RecoveryCodes(RecoveryCodes.activate(dev).instance).get_unused_codes()[0]
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(client)


def test_somebody_new_sets_a_password_by_the_mailed_link(client: Client, hal: User, as_person: Any) -> None:
    fields = {"email": "new@example.com", "name": "New One", "roles": ["agent"], "time_zone": "Europe/Dublin"}
    as_person(hal).post(reverse("accounts:person_add"), fields)
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link.split("testserver")[-1], follow=True)
    path = form.redirect_chain[-1][0]
    client.post(path, {"password1": "a long new password", "password2": "a long new password"})
    log_in(client, "new@example.com", "a long new password")
    assert is_in(client)
