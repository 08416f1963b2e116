"""The days whose rows of a level are read, as one condition: of the ORM's it would be dozens, each worded by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Func

from metrics.weeks import OF_ALL

DAY: Final = timedelta(days=1)


class Days:
    """Spans of days, of all sources or of one; of a table with weeks and blocks, also of how many weeks a row is. Those
    of `of_all` are read as rows of all teams and channels together (metrics/weeks.py)."""

    def __init__(self, *, of_all: Collection[int] = ()) -> None:
        self._of_all = of_all
        self._spans: list[str] = []
        self._left_out: list[str] = []
        self._params: list[Any] = []
        self._params_left_out: list[Any] = []

    def __bool__(self) -> bool:
        return bool(self._spans)

    def add(self, first: date, last: date, *, weeks: int | None = None, source: int | None = None) -> None:
        """The rows of these days; none where the span is empty."""
        if first > last:
            return
        said = "{day} BETWEEN %s AND %s"
        self._params += [first, last]
        for column, value in (("weeks", weeks and self._told(weeks)), ("source_id", source)):
            if value is not None:
                said += f" AND {{{column}}} = %s"
                self._params.append(value)
        self._spans.append(f"({said})")

    def leave_out(self, source: int, first: date, last: date, *, weeks: int) -> None:
        """All but the rows of so many weeks that one source has for these days."""
        self._left_out.append("NOT ({source_id} = %s AND {day} BETWEEN %s AND %s AND {weeks} = %s)")
        self._params_left_out += [source, first, last, self._told(weeks)]

    def _told(self, weeks: int) -> int:
        return weeks * OF_ALL if weeks in self._of_all else weeks

    def condition(self) -> _Within:
        """What to filter by."""
        spans = f"({' OR '.join(self._spans)})"
        return _Within(" AND ".join((spans, *self._left_out)), [*self._params, *self._params_left_out])


class _Within(Func):
    """A condition with the names of columns in braces, which are put in as the query knows them."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, said: str, params: list[Any]) -> None:
        self.names = [name for name in ("day", "weeks", "source_id") if f"{{{name}}}" in said]
        super().__init__(*self.names)
        self.said, self.params = said, params

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        columns = (compiler.compile(one)[0] for one in self.get_source_expressions())
        return self.said.format(**dict(zip(self.names, columns, strict=True))), tuple(self.params)
