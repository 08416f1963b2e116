"""What was in force at a time: reading the time out of an address, and finding what there was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sopdesk.accounts.models import Team, User
from sopdesk.documents.models import Document
from sopdesk.documents.time_machine import (
    MomentRefused,
    Standing,
    address,
    look,
    plain_moment,
    read_moment,
    read_zone,
)
from tests import factories

DUBLIN = ZoneInfo("Europe/Dublin")
EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00Z", NOON),
        ("2026-03-01t12:00z", NOON),
        ("2026-03-01 12:00Z", NOON),
        ("2026-03-01T12:00:00.000Z", NOON),
        ("2026-03-01T13:00+01:00", NOON),
        ("2026-03-01T13:00 01:00", NOON),  # a plus in an address becomes a space
        ("2026-03-01T13:00+0100", NOON),
        ("2026-03-01T13:00+01", NOON),
        ("2026-03-01T07:00-05:00", NOON),
        ("2026-07-01T12:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC)),
        (" 2026-03-01 ", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_every_form(text: str, moment: datetime) -> None:
    assert read_moment(text, DUBLIN) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "yesterday", "2026", "2026-13-01", "2026-02-30", "2026-03-01T25:00Z", "2026-03-01T12:60Z",
        "2026-03-01T12:00+99:00", "2026-03-01T12:00ZZ", "2026-03-01T", "0000-01-01", "0001-01-01T00:00Z", "9999-12-31",
        "1969-12-31", "1e9", "\x00", "２０２６-03-01", "2026-03-01T12:00Z; drop table", "x" * 5000,
        "2026-03-29T01:30",  # in Dublin the clocks go from 01:00 to 02:00 that night
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_in_words(text: str) -> None:
    with pytest.raises(MomentRefused) as refused:
        read_moment(text, DUBLIN)
    assert 10 < len(str(refused.value)) < 150


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        assert read_moment(text, DUBLIN).tzinfo is not None
    except MomentRefused:
        return


@given(
    st.integers(40_000_000, 6_900_000_000_000_000).map(lambda micro: EPOCH + timedelta(microseconds=micro))
)
def test_an_address_leads_back_to_its_moment(moment: datetime) -> None:
    [text] = parse_qs(address(moment))["at"]
    assert read_moment(text, DUBLIN) == moment


def test_a_zone_is_the_one_named_or_the_viewers() -> None:
    assert read_zone("", DUBLIN) is DUBLIN
    assert read_zone("Asia/Manila", DUBLIN) == ZoneInfo("Asia/Manila")
    with pytest.raises(MomentRefused):
        read_zone("Mars/Olympus", DUBLIN)


@pytest.fixture
def three(ana: User, ben: User) -> Document:
    """SOP-0001: v1 since 1 January 09:00, v2 since 1 March, v3 since 1 June 2026."""
    days = [datetime(2026, month, 1, 9, tzinfo=UTC) for month in (1, 3, 6)]
    past = [factories.past(ana, ben, since=day, title=f"Month {day.month}") for day in days]
    return factories.published("sop", "SOP-0001", author=ana, reviewer=ben, versions=past)


@pytest.mark.django_db
def test_a_version_is_found_with_the_steps_around_it(dev: User, three: Document) -> None:
    found = look(three, NOON + timedelta(days=40), viewer=dev, now=timezone.now())
    assert found is not None
    assert [
        version and version.number for version in (found.before, found.version, found.after, found.today)
    ] == [1, 2, 3, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(("second", "number"), [(0, 2), (-1, 1)])
def test_a_version_begins_on_its_second(dev: User, three: Document, second: int, number: int) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(seconds=second)
    found = look(three, at, viewer=dev, now=timezone.now())
    assert found is not None
    assert found.version is not None
    assert found.version.number == number


@pytest.mark.django_db
def test_before_the_first_version_the_first_is_offered(dev: User, three: Document) -> None:
    found = look(three, datetime(2020, 1, 1, tzinfo=UTC), viewer=dev, now=timezone.now())
    assert found is not None
    assert found.standing == Standing.BEFORE_FIRST
    assert found.after is not None
    assert found.after.number == 1


@pytest.mark.django_db
def test_the_future_is_for_those_who_see_what_is_scheduled(ana: User, dev: User, three: Document) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    found = look(three, tomorrow, viewer=ana, now=timezone.now())
    assert found is not None
    assert found.is_coming
    with pytest.raises(MomentRefused):
        look(three, tomorrow, viewer=dev, now=timezone.now())


@pytest.mark.django_db
def test_a_version_for_another_team_is_not_there(
    dev: User, ana: User, ben: User, harbor_payments: Team
) -> None:
    """It was for another team then, and is for everybody now."""
    narrow = {"audience": "teams", "audience_teams": [harbor_payments.slug]}
    past = [
        factories.past(ana, ben, since=datetime(2026, 1, 1, tzinfo=UTC), **narrow),
        factories.past(ana, ben, since=datetime(2026, 6, 1, tzinfo=UTC)),
    ]
    document = factories.published("sop", "SOP-0002", author=ana, reviewer=ben, versions=past)
    assert look(document, NOON, viewer=dev, now=timezone.now()) is None
    assert look(document, NOON, viewer=ana, now=timezone.now()) is not None


@pytest.mark.django_db
def test_a_step_leads_to_a_full_minute_where_there_was_one(three: Document) -> None:
    version = three.versions.get(number=2)
    version.in_force = type(version.in_force)(datetime(2026, 3, 1, 9, 0, 1, 5, tzinfo=UTC), None)
    assert plain_moment(version) == datetime(2026, 3, 1, 9, 1, tzinfo=UTC)
    version.in_force = type(version.in_force)(version.since, datetime(2026, 3, 1, 9, 0, 30, tzinfo=UTC))
    assert plain_moment(version) == datetime(2026, 3, 1, 9, 0, 2, tzinfo=UTC)
