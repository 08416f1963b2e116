"""Promises that were measured by older names of labels are named, until they were measured again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from metrics.models import Import, SlaPolicy, SlaResult
from metrics.promises import editing, outdated, recomputing
from metrics.promises.models import Recompute
from sopdesk.accounts.models import User
from tests import factories
from tests.metrics.bringing import bring, source
from tests.metrics.promises.test_recomputing import finish

pytestmark = pytest.mark.django_db
HEAD = "external_id,status,created_at,labels,first_public_reply_at,last_solved_at\n"
BY_LABEL = [
    {"metric": "first_reply", "seconds": 8 * 3600},
    {"metric": "first_reply", "seconds": 600, "label": "refund"},
]


def row(name: str, day: int, labels: str) -> str:
    return f"{name},solved,2026-06-{day:02}T09:00Z,{labels},2026-06-{day:02}T09:30Z,2026-06-{day:02}T12:00Z\n"


@pytest.fixture
def measured(gia: User) -> Import:
    """Two tickets by another name than the target's, and one by its own, measured a day ago."""
    bring(HEAD + row("t0", 5, "payout"))
    old = SlaPolicy.objects.get()
    editing.save_policy({"name": "By label", "calendar": old.calendar}, old=old, targets=BY_LABEL, sites={},
                        holds_from=None, note="", actor=gia)  # fmt: skip
    made = bring(HEAD + row("t1", 8, "refunds") + row("t2", 10, "refund") + row("t3", 17, "refunds|vip"))
    Import.objects.update(created_at=timezone.now() - timedelta(days=1))
    ruled(timezone.now() - timedelta(days=2))
    return made


def ruled(at: datetime) -> None:
    """When the desk took the rule of measuring that holds now."""
    rows = MigrationRecorder(connection).migration_qs
    rows.filter(app="metrics", name=outdated.MEASURED_SINCE).update(applied=at)


def named(ana: User, ben: User, *, since: datetime | None = None, key: str = "refund", **data: Any) -> None:
    factories.published(
        "label", key, author=ana, reviewer=ben, since=since or timezone.now() - timedelta(hours=1),
        data={"group": "Money", "status": "active", **data},
    )  # fmt: skip


def states() -> dict[str, str]:
    found = SlaResult.objects.filter(metric="first_reply").values_list("ticket__external_id", "state")
    return dict(found)


def test_a_new_name_is_named_with_its_days_until_it_was_measured_again(
    measured: Import, gia: User, ana: User, ben: User
) -> None:
    assert outdated.outdated() == []
    named(ana, ben, aliases=["Refunds", "never-used"])
    [one] = outdated.outdated()
    assert (one.source, one.names, one.labels, one.asked) == (source(), ["refunds"], {"refund"}, None)
    assert (one.first, one.last) == (date(2026, 6, 8), date(2026, 6, 17))
    assert [outdated.of_label(key) for key in ("refund", "payout")] == [[one], []]
    asked = recomputing.ask(one.source, one.first, one.last, actor=gia)
    assert [each.asked for each in outdated.outdated()] == [asked]
    finish(asked.preview)
    assert [each.asked for each in outdated.outdated()] == [asked], "a preview changed nothing yet"
    finish(recomputing.apply(Recompute.objects.get(), actor=gia).job)
    assert states() == {"t0": "met", "t1": "breached", "t2": "breached", "t3": "breached"}
    assert outdated.outdated() == []


def test_what_an_older_rule_measured_is_named_until_it_was_measured_again(
    measured: Import, gia: User, ana: User, client: Client
) -> None:
    assert outdated.outdated() == []
    ruled(timezone.now() - timedelta(hours=1))
    bring(HEAD + row("t9", 9, ""), at=source("Newer"))
    [one] = outdated.outdated()
    assert (one.source, one.names, one.first, one.last) == (source(), [], date(2026, 6, 5), date(2026, 6, 17))
    client.force_login(ana)
    page = client.get(reverse("promises:list")).content.decode()
    assert "the way of measuring was put right" in page
    assert "other names since" not in page
    SlaResult.objects.filter(ticket__external_id="t0", metric="first_reply").update(state="breached")
    finish(recomputing.ask(one.source, one.first, one.last, actor=gia).preview)
    assert outdated.outdated()
    finish(recomputing.apply(Recompute.objects.get(), actor=gia).job)
    assert outdated.outdated() == []


def test_a_preview_that_would_change_nothing_settles_it_too(
    measured: Import, gia: User, ana: User, ben: User
) -> None:
    named(ana, ben, key="chargeback", status="merged", merged_into="refund", aliases=["vip"])
    [one] = outdated.outdated()
    assert one.names == ["vip"]
    SlaResult.objects.all().delete()
    policy = SlaPolicy.objects.latest("version")
    editing.save_policy({"name": "Plain", "calendar": policy.calendar}, old=policy, targets=BY_LABEL[:1], sites={},
                        holds_from=None, note="", actor=gia)  # fmt: skip
    first = recomputing.ask(one.source, one.first, one.last, actor=gia)
    finish(first.preview)
    finish(recomputing.apply(Recompute.objects.get(), actor=gia).job)
    assert outdated.outdated() == []
    Recompute.objects.update(job=None)
    assert [each.names for each in outdated.outdated()] == [["vip"]], "that one would have changed something"
    finish(recomputing.ask(one.source, one.first, one.last, actor=gia).preview)
    assert outdated.outdated() == []


def test_what_was_measured_since_or_has_no_such_name_is_not(measured: Import, ana: User, ben: User) -> None:
    named(ana, ben, aliases=["refunds"])
    Import.objects.update(created_at=timezone.now())
    assert outdated.outdated() == [], "brought in after the change"
    Import.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert len(outdated.outdated()) == 1
    named(ana, ben, key="payout", aliases=["vip"])
    assert outdated.outdated()[0].names == ["refunds"], "no target is by the other"


def test_the_pages_say_so_and_lead_to_the_preview(
    measured: Import, gia: User, ana: User, ben: User, client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client.force_login(gia)
    policy = reverse("promises:policy", args=[SlaPolicy.objects.latest("version").pk])
    places = (reverse("promises:list"), policy, reverse("promises:recompute_new"))
    assert not any("other names since" in client.get(place).content.decode() for place in places)
    named(ana, ben, aliases=["refunds"])
    places += (reverse("macros:label_read", args=["refund"]),)
    for place in places:
        page = client.get(place).content.decode()
        assert "other names since" in page, place
        assert 'name="first" value="2026-06-08"' in page
    said = {"source": source().pk, "first": "2026-06-08", "last": "2026-06-17"}
    preview = client.post(reverse("promises:recompute_new"), said)["Location"]
    assert f'href="{preview}"' in client.get(policy).content.decode()
    client.force_login(ana)
    assert "Show what would change" not in client.get(policy).content.decode()
