"""Plain columns, of which a question of a page names fifty, worded without detours. The SQL is Django's, to the letter.

Django hashes every column it selects whenever there is an order, and each hash binds the arguments of the column's
constructor anew: a third of what a question with an order cost to be worded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import compiler as postgresql
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.expressions import Col, F

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLCompiler(postgresql.SQLCompiler):
    def compile(self, node: Any) -> tuple[str, Any]:
        """A column is its table's name and its own; any other expression words itself."""
        if type(node) is not Col or not node.alias:
            return super().compile(node)
        table, column = node.alias, str(node.target.column)
        quoted, quote = self.quote_cache, self.quote_name_unless_alias
        return f"{quoted.get(table) or quote(table)}.{quoted.get(column) or quote(column)}", []

    def _order_by_pairs(self) -> Any:
        """Named by words, an order can only mean what is selected under a name: nothing else needs to be hashed."""
        selected = self.select
        if not selected or self.query.combinator or not all(map(_is_said_by_name, self._ordering())):
            return super()._order_by_pairs()
        named = any(alias is not None for _, _, alias in selected)
        self.select = (
            [
                (place if alias is None else expression, sql, alias)
                for place, (expression, sql, alias) in enumerate(selected)
            ]
            if named
            else []
        )
        try:
            return list(super()._order_by_pairs())  # type: ignore[call-overload]
        finally:
            self.select = selected

    def _ordering(self) -> Iterable[Any]:
        """All that `_order_by_pairs` may go by."""
        meta = self.query.get_meta()
        return (*self.query.extra_order_by, *self.query.order_by, *((meta.ordering or ()) if meta else ()))

    def get_converters(self, expressions: Iterable[Any]) -> Any:
        """Which places of a row are converted: not those of fields that take what Postgres gives."""
        places: list[Any] = [
            None if type(one) is Col and _is_taken_as_it_is(one) else one for one in expressions
        ]
        return super().get_converters(places)


def _is_said_by_name(order: Any) -> bool:
    """A string, or F() with or without a direction: never equal to a column."""
    return isinstance(order, str) or type(getattr(order, "expression", order)) is F


def _is_taken_as_it_is(column: Col) -> bool:
    return not hasattr(column.target, "from_db_value") and not hasattr(column.output_field, "from_db_value")
