"""An empty desk in production: nobody is there yet who could add anybody."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import Permission, allows


@pytest.mark.django_db
def test_the_command_line_makes_the_first_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-long-first-password")
    call_command("createsuperuser", "--noinput", email="Hal@Desk.example", name="Hal Berg")

    hal = User.objects.get(email="hal@desk.example")
    assert allows(hal, Permission.PEOPLE_EDIT)
    assert hal.check_password("a-long-first-password")
