"""Personal data in free text becomes a mark that says what it was: "[email]", "[phone]", "[card]", "[iban]", "[ip]".

It is done before anything is written. Text is looked at in a folded copy of the same length (full-width and other
scripts' digits, dashes and blanks become plain ones), so that a mark replaces exactly what was found. The time is
bounded: every expression is linear, what is longer than LIMIT is cut, and when there is more to look at than
CANDIDATES, the numbers left are masked without a look.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import Final

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn, numdb

LIMIT: Final = 20_000
CANDIDATES: Final = 100
TRIMMED: Final = 2
Span = tuple[int, int, str]

_INVISIBLE: Final = re.compile(
    r"(?<=[!-~\d])[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+(?=[!-~\d])"
)

# Anything at all to look at? Most texts have nothing, and end at one of these.
_ANY: Final = re.compile(r"[\d@]")
_SUSPECT: Final = re.compile(
    r"@|\d(?:[ ()./-]{0,3}\d){6}|\d\.\d{1,3}\.\d|[0-9A-Fa-f]?:[0-9A-Fa-f]{0,4}:|\b[A-Za-z]{2}\d\d[ -]?[A-Za-z0-9]{4}"
)
_EMAIL: Final = re.compile(
    r"(?:\"[^\"\n]{1,64}\"|[^\s@<>()\[\]{},;:\"\\|]{1,64}+)@(?:[\w-]{1,63}+\.){1,8}[\w-]{2,63}"
)
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_NUMBER: Final = re.compile(r"\d(?:[ .-]{0,2}\d)*")
_IP4: Final = re.compile(r"(?<![\w.])(?<!ersion )\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP6: Final = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f]{0,4}+(?::[0-9A-Fa-f]{0,4}+){2,8}(?:(?:\.\d{1,3}){3})?(?![\w:])"
)
_PHONE: Final = re.compile(r"(?<![\w@.])(?:\+ ?|\(\+)?\(?\d(?:[ ()./-]{0,3}\d){6,16}(?![\w@])")
_BARE: Final = re.compile(r"\d+")
_DATE: Final = re.compile(r"(?:19|20)\d\d[-./][01]\d[-./][0-3]\d(?!\d)")
# A number that the words before it call by another name is no telephone number.
_NAMED: Final = re.compile(
    r"(?:#|№|\b(?:order|ticket|case|invoice|ref|reference|booking|tracking|transaction|payment|receipt|account|user|"
    r"video|id|no|nr|number|serial|imei)s?\b)[ .:#-]{0,4}(?:(?:id|no|nr|number)\b[ .:#-]{0,4})?$",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(r"\b(?:phone|telephone|tel|mobile|cell|call|whatsapp|sms|text)\b", re.IGNORECASE)
_BEFORE: Final = 40


def mask(text: str, region: str | None = None) -> str:
    """The text with marks for personal data. `region` ("IE"): whose numbers are read without a country code."""
    if len(text) > LIMIT:
        text = _cut(text)
    folded = text
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
        folded = text.translate(_fold())
    if not _ANY.search(folded) or not _SUSPECT.search(folded):
        return text
    spans: list[Span] = []
    for find in (_emails, _ip6, _ip4, _ibans, _cards):
        _take(spans, find(folded))
    _take(spans, _phones(folded, region, spans))
    return _marked(text, sorted(spans))


@cache
def _fold() -> dict[int, int]:
    """What other scripts' digits, dashes and blanks are folded to. Going through all of them takes a while."""
    digits = {n: 0x30 + unicodedata.digit(chr(n)) for n in range(128, sys.maxunicode) if chr(n).isdecimal()}
    return {
        **{0xFF01 + n: 0x21 + n for n in range(94)},
        **digits,
        **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), ord("-")),
        **dict.fromkeys([0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], ord(" ")),
        **dict.fromkeys(map(ord, "。․﹒"), ord(".")),
        ord("﹫"): ord("@"),
    }


def _cut(text: str) -> str:
    """The first LIMIT characters, without the word or number that the cut went through: half of it tells as much."""
    return re.sub(r"[\d ()./+-]{0,40}\S{0,80}$", "", text[:LIMIT])


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand in a text, from and until."""
    return ((start, end) for start, end, _mark in _emails(text))


def _take(spans: list[Span], found: Iterator[Span]) -> None:
    """Add those that no earlier find overlaps."""
    before = tuple(spans)
    spans += [span for span in found if not _overlaps(before, span[0], span[1])]


def _overlaps(spans: tuple[Span, ...], start: int, end: int) -> bool:
    return any(start < until and since < end for since, until, _mark in spans)


def _marked(text: str, spans: list[Span]) -> str:
    parts, at = [], 0
    for start, end, mark in spans:
        parts += [text[at:start], f"[{mark}]"]
        at = end
    return "".join([*parts, text[at:]])


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield match.start(), match.end(), "email"


def _ip4(text: str) -> Iterator[Span]:
    """A version ("version 9.4.1.0") is none."""
    return ((m.start(), m.end(), "ip") for m in _IP4.finditer(text) if _is_address(m.group()))


def _ip6(text: str) -> Iterator[Span]:
    """A time (12:30:45) and a name of a program (std::vector) are none."""
    for match in _IP6.finditer(text):
        if any(c.isdigit() for c in match.group()) and _is_address(match.group()):
            yield match.start(), match.end(), "ip"


def _is_address(text: str) -> bool:
    parts = [part.lstrip("0") or "0" for part in text.split(".")] if ":" not in text else [text]
    try:
        ip_address(".".join(parts))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def _iban_length(country: str) -> int:
    """How many characters an IBAN of this country has; 0 where there is none."""
    info = numdb.get("iban").info(country)[0][1]
    return 4 + sum(int(n) for n in re.findall(r"(\d+)!", info.get("bban", ""))) if info else 0


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        places = [n for n in range(match.start(), match.end()) if text[n].isalnum()]
        length = _iban_length(match.group()[:2].upper())
        if 0 < length <= len(places):
            candidate = "".join(text[n] for n in places[:length]).upper()
            if iban.is_valid(candidate, check_country=False):
                yield match.start(), places[length - 1] + 1, "iban"


# What the numbers of card schemes begin with, and how many digits they have.
_SCHEMES: Final = (
    (re.compile("4"), {13, 16, 19}),
    (re.compile("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile("3[47]"), {15}),
    (re.compile("3(?:0[0-5]|095|6|[89])"), {14, 16, 19}),
    (re.compile("35(?:2[89]|[3-8])"), {16, 17, 18, 19}),
    (re.compile("6(?:011|4[4-9]|5|2)|8[1]"), {16, 17, 18, 19}),
    (re.compile("5[06-8]|6"), set(range(12, 20))),
)


def _is_card(digits: str) -> bool:
    return any(
        len(digits) in lengths and scheme.match(digits) for scheme, lengths in _SCHEMES
    ) and luhn.is_valid(digits)


def _cards(text: str) -> Iterator[Span]:
    """Cards among groups of digits: "4111 1111 1111 1111 12/27" is a card and a date."""
    looked = 0
    for match in _NUMBER.finditer(text):
        groups = [(m.start() + match.start(), m.end() + match.start()) for m in _BARE.finditer(match.group())]
        first = 0
        while first < len(groups):
            looked += 1
            if looked > CANDIDATES * 4:
                if sum(end - start for start, end in groups[first:]) >= 12:
                    yield groups[first][0], groups[-1][1], "card"
                break
            last = _card_from(text, groups[first : first + 19])
            if last:
                yield groups[first][0], groups[first + last - 1][1], "card"
            first += last or 1


def _card_from(text: str, groups: list[tuple[int, int]]) -> int:
    """How many of these groups make a card from the first on; 0 for none. The longest goes before."""
    digits, found = "", 0
    for number, (start, end) in enumerate(groups, 1):
        digits += text[start:end]
        if len(digits) > 19:
            break
        if len(digits) >= 12 and _is_card(digits):
            found = number
    return found


def _phones(text: str, region: str | None, spans: list[Span]) -> Iterator[Span]:
    """What phonenumbers takes for a valid number, of those that have seven digits or more and no other name."""
    taken = tuple(spans)
    looked = 0
    for match in _PHONE.finditer(text):
        start, end = match.span()
        if _overlaps(taken, start, end) or _is_named(text, match):
            continue
        looked += 1
        if looked > CANDIDATES:
            yield start, end, "phone"
            continue
        for window, shift in _windows(match.group()):
            numbers = list(PhoneNumberMatcher(window, region, leniency=Leniency.VALID, max_tries=20))
            for found in numbers:
                begins = start if match.group().startswith("00") else start + shift + found.start
                yield begins, start + shift + found.end, "phone"
            if numbers:
                break


def _windows(number: str) -> Iterator[tuple[str, int]]:
    """The number, then without its last groups, then without its first: "2 +353 87 123 4567 3" holds one."""
    yield (f"+{number[2:]}", 1) if number.startswith("00") else (number, 0)
    blanks = [n for n, character in enumerate(number) if character == " "]
    for at in blanks[: -TRIMMED - 1 : -1]:
        yield number[:at], 0
    for at in blanks[:TRIMMED]:
        yield number[at + 1 :], at + 1


def _is_named(text: str, match: re.Match[str]) -> bool:
    """Whether this is a date, or the words before call it an order, a ticket or the like, and not a telephone."""
    if _DATE.match(match.group()):
        return True
    if match.group().startswith(("+", "(+", "00")):
        return False
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    return bool(_NAMED.search(before)) and not _CALLED.search(before)
