"""The backend named in settings as ENGINE: Django's, but for how questions are worded."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql import base, operations
from django.db.models.expressions import Col
from django.db.models.fields import Field


@lru_cache(maxsize=4096)
def _have_same_type(one: Field[Any, Any], other: Field[Any, Any]) -> bool:
    """Of two columns of the schema; neither connection nor data vary it."""
    return one.db_type(connection) == other.db_type(connection)


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "sopdesk.postgres.compiler"

    def prepare_join_on_clause(
        self, lhs_table: str, lhs_field: Field[Any, Any], rhs_table: str, rhs_field: Field[Any, Any]
    ) -> tuple[Any, Any]:
        """Columns of the same type are compared as they are. Django makes a field anew for each to see its type."""
        if _have_same_type(lhs_field, rhs_field):
            return Col(lhs_table, lhs_field), Col(rhs_table, rhs_field)
        return super().prepare_join_on_clause(lhs_table, lhs_field, rhs_table, rhs_field)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
