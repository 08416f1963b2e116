from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from sopdesk.text import figures

CUT_OVER = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Dublin", "1 Oct 2026, 09:00 (Dublin)"),
        ("Asia/Manila", "1 Oct 2026, 16:00 (Manila)"),
        ("America/New_York", "1 Oct 2026, 04:00 (New York)"),
        ("UTC", "1 Oct 2026, 08:00 (UTC)"),
    ],
)
def test_a_moment_is_told_in_the_viewers_zone_by_its_city(zone: str, words: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert figures.in_words(CUT_OVER) == words


def test_when_gives_a_time_element_that_machines_can_read() -> None:
    html = Template("{% when moment %}|{% when day %}|{% when nothing %}").render(
        Context({"moment": CUT_OVER, "day": date(2027, 4, 1), "nothing": None})
    )
    moment, day, nothing = html.split("|")
    assert 'datetime="2026-10-01T08:00:00+00:00"' in moment
    assert " ago" in moment or "from now" in moment
    assert day == '<time datetime="2027-04-01" title="">1 Apr 2027</time>'
    assert nothing == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(400, "6:40"), (59.6, "1:00"), (3725, "1:02:05"), (0, "0:00"), (-18, "−0:18"), (None, "–"),
     (timedelta(days=3, hours=4), "3\u202fd 4\u202fh"), (timedelta(hours=47, minutes=59), "47:59:00")],
)  # fmt: skip
def test_a_duration_reads_like_a_clock(seconds: float | timedelta | None, text: str) -> None:
    assert figures.clock(seconds) == text


def test_figures_have_true_minus_signs_and_grouped_thousands() -> None:
    assert figures.grouped(9214) == "9,214"
    assert figures.grouped(-1234.56, 1) == "−1,234.6"
    assert figures.share(0.8416) == "84.2\u202f%"
    assert figures.points(-0.061) == "−6.1\u202fpp"
    assert figures.signed(18.0) == "+18.0"
    assert figures.signed(-0.04) == "0.0"
    assert {figures.share(None), figures.points(None), figures.signed(None), figures.grouped(None)} == {"–"}
