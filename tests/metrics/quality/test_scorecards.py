"""Scorecards: versions that never change, and sections that exist."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction

from metrics.quality import scorecards
from metrics.quality.errors import QualityRefused
from metrics.quality.models import Criterion
from sopdesk.accounts.models import User
from sopdesk.audit.models import Entry
from tests import factories
from tests.metrics.quality import making

pytestmark = pytest.mark.django_db


def test_changing_one_makes_a_new_version_and_leaves_the_old(gia: User) -> None:
    card = making.scorecard(gia)
    first = scorecards.newest_of(card)
    rows = [{"key": one.key, "name": one.name, "weight": 9} for one in first.criteria.all()]
    second = scorecards.revise(card, actor=gia, based_on=1, criteria=rows, note="weigh more")
    assert (second.number, [one.weight for one in second.criteria.all()]) == (2, [9, 9, 9])
    assert [one.weight for one in first.criteria.all()] == [1, 3, 2]
    assert [one.key for one in second.criteria.all()] == [one.key for one in first.criteria.all()]
    assert Entry.objects.get(event="scorecard:revised").facts["version"] == 2


def test_saving_it_as_it_is_makes_no_version(gia: User) -> None:
    card = making.scorecard(gia)
    same = [{name: getattr(one, name) for name in scorecards.COLUMNS} for one in Criterion.objects.all()]
    assert scorecards.revise(card, actor=gia, based_on=1, criteria=same).number == 1


def test_two_who_change_it_at_once_do_not_overwrite_each_other(gia: User) -> None:
    card = making.scorecard(gia)
    scorecards.revise(card, actor=gia, based_on=1, criteria=[{"name": "One"}])
    with pytest.raises(QualityRefused, match="version 2"):
        scorecards.revise(card, actor=gia, based_on=1, criteria=[{"name": "Two"}])


def test_the_database_keeps_a_version_as_it_is(gia: User) -> None:
    making.scorecard(gia)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Criterion.objects.update(weight=50)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Criterion.objects.all().delete()


def test_a_section_has_to_exist(gia: User, ana: User, ben: User) -> None:
    past = [factories.past(ana, ben, body="## Verify {#verify}\n\nAsk.\n")]
    factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)
    pointing = {"name": "Verifies", "sop_key": "SOP-0001", "sop_anchor": "verify"}
    card = making.scorecard(gia, criteria=[pointing])
    assert card.versions.get().criteria.get().sop_anchor == "verify"
    for wrong in ({**pointing, "sop_anchor": "nowhere"}, {**pointing, "sop_key": "SOP-9999"}):
        with pytest.raises(QualityRefused, match="section"):
            making.scorecard(gia, name="Other", criteria=[wrong])


def test_names_alike_get_keys_of_their_own(gia: User) -> None:
    card = making.scorecard(gia, criteria=[{"name": "Tone"}, {"name": "Tone"}, {"name": "!!!"}])
    assert [one.key for one in card.versions.get().criteria.all()] == ["tone", "tone-2", "criterion"]


def test_a_lead_makes_none(finn: User) -> None:
    with pytest.raises(PermissionDenied):
        making.scorecard(finn)
