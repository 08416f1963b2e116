"""Vague words: what an agent cannot act on without asking back. The list is data (vague_words.yaml), for English."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.utils.translation import gettext_lazy as _

LIST = Path(__file__).with_name("vague_words.yaml")
INSTEAD = {
    "time": _("Say by when: “within 4 hours”, “the same business day”."),
    "frequency": _("Say when it is so and when not, or leave the word out."),
    "condition": _("Say in which case, as a choice or “when …”."),
    "amount": _("Say how many, or from which amount on."),
    "list": _("Name all that is meant, or link to the list."),
    "manner": _("Say what is done, and how one sees that it is done."),
}


@dataclass(frozen=True, slots=True)
class Vague:
    """A vague phrase as written, the lines it stands in, and which sort of thing is missing (a key of INSTEAD)."""

    phrase: str
    lines: tuple[int, ...]
    sort: str


def is_covered(locale: str) -> bool:
    """Whether the list is for texts in this language."""
    return locale.split("-")[0].split("_")[0].lower() == "en"


def vague_in(prose: Iterable[tuple[int, str]]) -> Iterator[Vague]:
    """The vague phrases of numbered lines, in the order of the text, each once with all its lines."""
    sorts, pattern = _list()
    found: dict[str, list[int]] = {}
    for number, line in prose:
        for match in pattern.finditer(line):
            found.setdefault(" ".join(match[0].lower().split()), []).append(number)
    for phrase, numbers in found.items():
        yield Vague(phrase, tuple(dict.fromkeys(numbers)), sorts[phrase])


@cache
def _list() -> tuple[dict[str, str], re.Pattern[str]]:
    """Which sort each phrase is of, and one pattern for all of them, the longest first."""
    data = yaml.load(LIST.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    sorts = {phrase: sort for sort, phrases in data.items() for phrase in phrases}
    longest = sorted(sorts, key=len, reverse=True)
    phrases = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest)
    return sorts, re.compile(rf"(?<![\w-])(?:{phrases})(?![\w-])", re.IGNORECASE)
