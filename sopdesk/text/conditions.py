"""`:::only market=DE,FR channel=chat`: what limits a block, and whether a reader is meant."""

import re
from collections.abc import Mapping

from sopdesk.text.scanning import PieceKind, scan

Condition = tuple[tuple[str, tuple[str, ...]], ...]

_TERM = re.compile(r"^([a-z][a-z0-9_]{0,39})=([\w.-]{1,60}(?:,[\w.-]{1,60}){0,99})$")


def parse(arguments: str) -> Condition | None:
    """`market=DE,FR channel=chat` as ((name, values), …); None when it cannot be read or says nothing."""
    terms = [_TERM.match(term) for term in re.sub(r"[ \t]*([,=])[ \t]*", r"\1", arguments).split()]
    if not terms or None in terms:
        return None
    return tuple((term[1], tuple(term[2].split(","))) for term in terms if term)


def named_in(source: str) -> dict[str, list[str]]:
    """What the limited blocks of a text ask for: each name with its values, in the order of the text."""
    found: dict[str, list[str]] = {}
    for piece in scan(source):
        if piece.kind is PieceKind.open and piece.name == "only":
            for name, values in parse(piece.text) or ():
                known = found.setdefault(name, [])
                known.extend(value for value in values if value not in known)
    return found


def written(condition: Condition) -> str:
    """A condition as text again, in the one form that is stored."""
    return " ".join(f"{name}={','.join(values)}" for name, values in condition)


def verdict(condition: Condition, known: Mapping[str, str]) -> bool | None:
    """True: every term matches what is known of the reader; False: one does not; None: none fails, some are
    unknown.
    """
    answers = [_answer(values, known.get(name)) for name, values in condition]
    if False in answers:
        return False
    return None if None in answers else True


def _answer(values: tuple[str, ...], known: str | None) -> bool | None:
    return None if known is None else known.casefold() in {value.casefold() for value in values}
