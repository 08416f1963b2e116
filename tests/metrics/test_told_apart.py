"""Customers of a source are known by address or by number: that it changed is said before, and in the report."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from metrics import importing, told_apart
from metrics.models import Import
from sopdesk.accounts.models import User
from tests.metrics.bringing import SHIPPED, bring, draft, finish, source
from tests.metrics.vendors.test_tables_together import ZENDESK, brought, zipped

pytestmark = pytest.mark.django_db
WITHOUT = {name: text for name, text in ZENDESK.items() if name != "zendesk/user.csv"}
HEAD = "external_id,status,created_at,requester\n"


def warned(done: Import) -> str:
    assert done.job is not None
    return told_apart.warning(done.job.cursor["customers"])


def test_a_table_of_users_that_comes_only_sometimes(client: Client, gia: User) -> None:
    assert warned(brought(ZENDESK)) == ""
    received = draft(zipped(WITHOUT), at=source("warehouse"))
    received.mapping = SHIPPED["zendesk_warehouse"]
    received.save()
    client.force_login(gia)
    check = client.get(reverse("metrics:import_check", args=[received.pk])).content.decode()
    done = finish(importing.start(received, received.mapping, time_zone="UTC", actor=None))
    report = client.get(reverse("metrics:import_read", args=[done.pk])).content.decode()
    for page in (check, report):
        assert "known by their e-mail address until now; in this file they are known by a number" in page
    more = {**ZENDESK, "zendesk/other.csv": "a,b\n"}
    assert "known by a number until now" in warned(brought(more))
    assert warned(brought({**more, "zendesk/third.csv": "a,b\n"})) == ""
    assert warned(brought(WITHOUT, at="another desk")) == ""


def test_of_any_file_the_column_of_customers_tells() -> None:
    bring(HEAD + "A1,open,2026-05-04,rita@home.example\nA2,open,2026-05-04,17\n")
    assert warned(bring(HEAD + "A3,open,2026-05-04,\n")) == ""
    assert warned(bring(HEAD + f"A4,open,2026-05-04,customer:{'0' * 32}\n")) == ""
    assert "until now" in warned(bring(HEAD + "A5,open,2026-05-04,18\n"))
