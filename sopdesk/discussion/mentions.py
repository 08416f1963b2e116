"""Who a comment names: `@Ana Lim`, or `@ana.lim@example.com` where two have one name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q, QuerySet

from sopdesk.accounts.models import User
from sopdesk.accounts.permissions import GRANTS, Permission

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_MARKS = re.compile(r"([\\`*_\[\]<>&])")
MANY = 8


def readers() -> QuerySet[User]:
    """The people who may read changes: nobody else is named or told."""
    roles = [role.value for role, granted in GRANTS.items() if Permission.CHANGE_READ in granted]
    return User.objects.filter(is_active=True, roles__overlap=roles).order_by("name", "pk")


def offered(words: str, *, besides: User) -> list[tuple[User, str]]:
    """People whose name or address begins like that, each with what is written to name them."""
    words = words.strip()
    starts = Q(name__istartswith=words) | Q(name__icontains=f" {words}") | Q(email__istartswith=words)
    people = list(readers().exclude(pk=besides.pk).filter(starts)[:MANY])
    names = [name.casefold() for name in readers().values_list("name", flat=True)]
    return [
        (person, person.name if names.count(person.name.casefold()) == 1 else person.email)
        for person in people
    ]


def named(body: str, people: Iterable[User]) -> list[User]:
    """The people that a comment names, each once; code names nobody."""
    found: dict[int, User] = {}
    listed = _by_length(people)
    for prose in _CODE.split(body)[::2]:
        for _start, _end, matched in _mentions(prose, listed):
            found.update({person.pk: person for person in matched})
    return list(found.values())


def marked(body: str, people: Iterable[User]) -> str:
    """The source with every name that names somebody in bold."""
    listed = _by_length(people)
    pieces = _CODE.split(body)
    pieces[::2] = [_bold(prose, listed) for prose in pieces[::2]]
    return "".join(pieces)


Listed = Sequence[tuple[str, list[User]]]


def _by_length(people: Iterable[User]) -> Listed:
    """What may follow an @, the longest first, with whom it names."""
    words: dict[str, list[User]] = {}
    for person in people:
        for word in (person.name, person.email):
            words.setdefault(word.lower(), []).append(person)
    return sorted(words.items(), key=lambda pair: -len(pair[0]))


def _mentions(prose: str, listed: Listed) -> Iterator[tuple[int, int, list[User]]]:
    for match in _AT.finditer(prose):
        for word, people in listed:
            end = match.end() + len(word)
            follows = prose[end : end + 1]
            if prose[match.end() : end].lower() == word and not (follows.isalnum() or follows == "_"):
                yield match.start(), end, people
                break


def _bold(prose: str, listed: Listed) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, _people in _mentions(prose, listed):
        if start < at:
            continue
        pieces += [prose[at:start], "**", _MARKS.sub(r"\\\1", prose[start:end]), "**"]
        at = end
    return "".join([*pieces, prose[at:]])
