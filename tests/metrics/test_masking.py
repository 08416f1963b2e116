"""Personal data becomes marks, other numbers stay, and no text takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.masking import LIMIT, mask

MASKED = [
    ("write to jo.doe+x@example.com, please", "write to [email], please"),
    ("mailto:jo@mail.example.co.uk", "mailto:[email]"),
    ('"jo doe"@example.com', "[email]"),
    ("jo@пример.рф", "[email]"),
    ("jo＠example．com", "[email]"),
    ("jo.do\u200be@exam\u00adple.com", "[email]"),
    ("charged to 4111 1111 1111 1111 today", "charged to [card] today"),
    ("4111-1111-1111-1111 12/27 123", "[card] 12/27 123"),
    ("４１１１　１１１１　１１１１　１１１１", "[card]"),
    ("٤١١١١١١١١١١١١١١١", "[card]"),
    ("4111\u20111111\u00a01111–1111", "[card]"),
    ("378282246310005 (Amex)", "[card] (Amex)"),
    ("IE29 AIBK 9311 5212 3456 78 thanks", "[iban] thanks"),
    ("gb82west12345698765432", "[iban]"),
    ("call +353 1 234 5678 now", "call [phone] now"),
    ("0035312345678", "[phone]"),
    ("087 123 4567 or (01) 234 5678", "[phone] or [phone]"),
    ("phone number 0871234567", "phone number [phone]"),
    ("from 192.168.001.10", "from [ip]"),
    ("2001:db8::1 and ::ffff:1.2.3.4", "[ip] and [ip]"),
]
LEFT = [
    "Order 4012345678 is late",
    "order #100234567 and ticket no. 0871234567",
    "video 7301234567890123456",
    "IMEI 356938035643809",
    "at 12:30:45 on 2026-11-27 23:11:45",
    "08/02/2011 to 2026.11.27",
    "version 9.4.1.0 of std::vector",
    "4111 1111 1111 1112",
    "IE29 AIBK 9311 5212 3456 79 is mistyped",
    "it costs 1,234,567.89 or 1.234.567,89",
    "@handle and a @ b",
    "",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_what_is_personal_becomes_a_mark(text: str, masked: str) -> None:
    assert mask(text, "IE") == masked


@pytest.mark.parametrize("text", LEFT)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text, "IE") == text


def test_without_a_region_only_international_numbers_are_read() -> None:
    assert mask("087 123 4567 or +353 87 123 4567") == "087 123 4567 or [phone]"


def test_what_surrounds_a_mark_stays_as_it_was() -> None:
    assert mask("„Größe“ １２３ jo@example.com 👍🏽") == "„Größe“ １２３ [email] 👍🏽"


def test_what_is_not_looked_at_is_not_kept() -> None:
    text = "word " * (LIMIT // 5 - 1) + "jo.doe@example.com"
    assert "jo" not in mask(text)
    assert len(mask("x " * LIMIT)) <= LIMIT


def test_more_numbers_than_are_looked_at_are_masked_unseen() -> None:
    assert re.search(r"\d{3}", mask("087 123 4567, " * 1400, "IE")) is None


digits = st.sampled_from("0123456789０４٤ -.()+:/@ab\u200b\u2011xIE")
hostile = st.one_of(
    st.text(digits, max_size=300),
    st.builds(
        lambda part, times: part * times, st.text(digits, min_size=1, max_size=12), st.integers(1, 4000)
    ),
    st.text(max_size=300),
)


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_nothing_hangs_and_masking_twice_is_masking_once(text: str) -> None:
    began = time.process_time()
    masked = mask(text, "IE")
    assert time.process_time() - began < 5
    assert len(masked) <= LIMIT * 3
    assert mask("plain", "IE") == "plain"


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=40), st.sampled_from(["jo.doe@example.com", "+353 87 123 4567", "4111 1111 1111 1111"])
)
def test_it_is_found_in_any_sentence(around: str, secret: str) -> None:
    assert secret not in mask(f"{around} {secret} {around}", "IE")
