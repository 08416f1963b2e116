"""Questions that pages ask again and again are put into words once a process; who asks and when is put in later.

Django words a question anew each time it is asked, which was half of what a page took. `@worded` goes above a function
that gives a queryset, and makes it one that gives rows:

    @worded
    def _of_change(change: int, now: datetime, *, newest_first: bool) -> QuerySet[Approval]: ...

What is given by position are values: whole numbers, texts, days, moments, tuples of different ones, and people, also
nobody. They may only be handed on, for the words are worked out with others in their places; what somebody may see
follows from their roles and functions, which belong to the words (`Asker`). What is given by name belongs to the words
as well, and so is hashable.

A value that was changed on its way, or a moment that was not handed in, is refused when the words are worked out. So
that nothing slips through, that is done in another zone and without a language, and the words are kept only if they say
of the values that were given what Django says; if not, Django asks, and the log has it. Tests word each question anew
each time it is asked, and compare (`anew`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, Protocol, Self, TypeGuard, TypeVar

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone, translation

M = TypeVar("M", bound=Model)
R = TypeVar("R")
P = ParamSpec("P")

log = structlog.get_logger(__name__)
MOST = 128  # ways of one question, some 30 KB each: by roles there are some dozens
LONGEST = 40  # of a tuple: longer ones are of so many lengths that hardly one comes again
NUMBERS, STEP = 2_013_000_000, 1009  # fit a column of 32 bits
BEYOND = 1 << 31
LONG_AGO = datetime(1871, 1, 13, 7, 11, 13, 170_017, tzinfo=UTC)
ELSEWHERE = "Pacific/Kiritimati"  # of the zone of whoever asks nothing may stand in the words
OPENING = "\ue000"  # in no text: a character without a meaning

anew = False
"""Whether each question is worded anew as well, and compared: in tests."""


class Asker(Protocol):
    """Somebody who asks: what they may decides about the words, and who they are is told in values."""

    def ways(self) -> Hashable:
        """What the words of a question may depend on."""

    def told(self) -> tuple[Any, ...]:
        """The values that stand in them: numbers and texts, all different, the key first."""

    def stand_in(self, told: tuple[Any, ...]) -> Self:
        """Somebody of the same ways of whom this is told, and nothing else."""


@dataclass(frozen=True)
class Words:
    """A question in words. `slots`: which parameter is which value; `sql` None where nothing can match."""

    queryset: QuerySet[Any, Any]
    compiler: Any
    converters: Any
    sql: str | None
    params: tuple[Any, ...]
    slots: tuple[tuple[int, int | list[int]], ...]

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """The parameters with these values in their places."""
        params, given = list(self.params), _flat(values)
        for at, place in self.slots:
            one = [given[each] for each in place] if isinstance(place, list) else given[place]
            params[at] = list(one) if isinstance(one, tuple) else one
        return params

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """Ask. One query, and those of what is prefetched."""
        if self.sql is None:
            return []
        compiler, said = copy(self.compiler), (self.sql, self.filled(values))
        compiler.connection = connections[compiler.using]
        compiler.as_sql = lambda *_args, **_options: said
        compiler.get_converters = lambda _columns: self.converters
        asked = self.queryset.all()
        asked.query.get_compiler = lambda *_args, **_options: compiler  # type: ignore[method-assign]
        return list(asked)


def worded(ask: Callable[P, QuerySet[M, R]]) -> Callable[P, list[R]]:
    """Let a question be worded once for each way to ask it. See above for what may be asked so.

    Raises TypeError for a value of another kind, and where one is not handed on as it is.
    """
    known: dict[Hashable, Words] = {}

    @wraps(ask)
    def rows(*values: P.args, **ways: P.kwargs) -> list[R]:
        if any(map(_is_odd, values)):
            return list(ask(*values, **ways))
        key = (*map(_ways, values), *ways.items())
        words = known.get(key)
        if words is None or anew:
            words = words or _words(ask, values, ways)
            if wrong := _differs(words, ask(*values, **ways), values):
                if anew:
                    raise AssertionError(wrong)
                log.error("words_not_kept", question=ask.__qualname__, wrong=wrong)
                return list(ask(*values, **ways))
            if len(known) >= MOST:
                known.clear()
            known[key] = words
        return words.rows(values)

    return rows


def _words(ask: Callable[..., QuerySet[Any, Any]], values: Sequence[Any], ways: dict[str, Any]) -> Words:
    number = count(1)
    marks = [_mark(value, number) for value in values]
    with timezone.override(ELSEWHERE), translation.override(None):
        queryset = ask(*marks, **ways)
        compiler = queryset.query.get_compiler(queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return Words(queryset, compiler, {}, None, (), ())
    looked_up: tuple[Any, ...] = vars(queryset)["_prefetch_related_lookups"]
    if any(isinstance(one, Prefetch) and one.queryset is not None for one in looked_up):
        raise TypeError(f"{ask.__qualname__}: a Prefetch has a question of its own, which is not looked into")
    places = {mark: place for place, mark in enumerate(_flat(marks)) if mark is not None}
    slots = [(at, place) for at, each in enumerate(params) if (place := _place(each, places)) is not None]
    taken = {at for at, _place in slots}
    for at, each in enumerate(params):
        if at not in taken and _is_foreign(each):
            raise TypeError(f"{ask.__qualname__}: {each!r} is not a value as it was handed in")
    converters = compiler.get_converters([one for one, _sql, _name in compiler.select[: compiler.col_count]])
    return Words(queryset, compiler, converters, sql, tuple(params), tuple(slots))


def _ways(value: Any) -> Hashable:
    """How a value shapes the words: by its kind alone, those of several by theirs, or by all that a person may."""
    if _asks(value):
        return value.ways()
    if getattr(value, "is_anonymous", False):
        return "nobody"
    return (*map(type, value),) if isinstance(value, tuple) else type(value).__name__


def _is_odd(value: Any) -> bool:
    """A number that no column holds, so that Django need not ask; a text that is none, by which a question may take
    another way; and more than words are kept for."""
    if isinstance(value, tuple):
        return len(value) > LONGEST or any(map(_is_odd, value))
    return value == "" or (isinstance(value, int) and abs(value) >= BEYOND)


def _flat(values: Sequence[Any]) -> list[Any]:
    """What may stand in a parameter: each value, then those within each of several; people by what is told of them."""
    whole = [value.told() if _asks(value) else value for value in values]
    return whole + [one for value in whole if isinstance(value, tuple) for one in value]


def _asks(value: Any) -> TypeGuard[Asker]:
    return hasattr(value, "stand_in")


def _mark(value: Any, number: count[int]) -> Any:
    """What stands for a value while its question is put into words: each has a number of its own."""
    if _asks(value):
        return value.stand_in(_mark(value.told(), number))
    if value is None or getattr(value, "is_anonymous", False):
        return value
    if isinstance(value, tuple):
        return tuple(_mark(one, number) for one in value)
    place = next(number)
    stands: dict[type, Any] = {
        int: NUMBERS + STEP * place,
        str: f" {OPENING}{place} aZ ",
        datetime: LONG_AGO + timedelta(hours=place),
        date: (LONG_AGO + timedelta(days=32 * place)).date(),
    }
    if type(value) not in stands:
        raise TypeError(f"a question is not asked with {value!r}; give it by name")
    return stands[type(value)]


def _place(param: Any, places: dict[Any, int]) -> int | list[int] | None:
    """Which value a parameter is; an array is one of several values, or of single ones."""
    if isinstance(param, list):
        if not param or not all(isinstance(one, (int, str)) for one in param):
            return None
        if tuple(param) in places:
            return places[tuple(param)]
        single = [places[one] for one in param if one in places]
        return single if len(single) == len(param) else None
    return places.get(param) if isinstance(param, Hashable) and not isinstance(param, bool) else None


def _is_foreign(param: Any) -> bool:
    """What can only be a mark that something was made of, or a moment that was not handed in."""
    if isinstance(param, (list, tuple)):
        return any(map(_is_foreign, param))
    if isinstance(param, str):
        return OPENING in param
    return isinstance(param, date) or (isinstance(param, int) and param >= NUMBERS)


def _differs(words: Words, queryset: QuerySet[Any, Any], values: Sequence[Any]) -> str:
    """How these words differ from what Django says now; nothing where they do not."""
    try:
        sql, params = queryset.query.get_compiler(queryset.db).as_sql()
    except EmptyResultSet:
        sql, params = None, ()
    said = (words.sql, [*map(repr, words.filled(values))])
    return (
        "" if said == (sql, [*map(repr, params)]) else f"worded before: {said}\nworded now: {(sql, params)}"
    )
