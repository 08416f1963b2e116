"""Loading the demo: the log-ins it names work, and a desk in use is left alone."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sopdesk.accounts.models import User
from sopdesk.demo import people
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("login", people.LOGINS, ids=lambda login: login.email)
def test_the_log_ins_that_are_named_work(login: people.Login, client: Client) -> None:
    people.load()
    form = {"login": login.email, "password": people.PASSWORD}
    answer = client.post("/accounts/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_desk_in_use_is_left_alone() -> None:
    factories.user("Somebody Real", "author")
    with pytest.raises(CommandError, match="people already"):
        call_command("demo")
    call_command("demo", "--once", stdout=StringIO())
    assert User.objects.count() == 1
