"""Bytes of a text file as text, whatever program wrote them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


class NotText(Exception):
    """The bytes are no text in an encoding that is known here."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with plain line ends, and the name of the encoding it was written in."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """Read UTF-8, UTF-16 (with or without its mark) or Windows-1252. Raises NotText."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _as(data, codec, name)
    if b"\x00" in data[:4000]:
        evens, odds = data[:4000:2].count(0), data[1:4000:2].count(0)
        return _as(data, "utf-16-be" if evens > odds else "utf-16-le", "UTF-16")
    try:
        return _as(data, "utf-8", "UTF-8")
    except NotText:
        return _as(data, "cp1252", "Windows-1252")


def _as(data: bytes, codec: str, name: str) -> Decoded:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise NotText from error
    if "\x00" in text:
        raise NotText
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), name)
