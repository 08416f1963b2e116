"""Whether a change is in force: one expression, for a question about must-reads says it up to nine times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, DateTimeField, Func, Value


class HasBegun(Func):
    """True for rows whose change is published, or scheduled for a minute that has come; never NULL."""

    output_field = BooleanField()

    def __init__(self, now: datetime) -> None:
        super().__init__("change__state", "change__effective_at", Value(now, output_field=DateTimeField()))

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, Any]:
        """Out of two columns and a moment. Said by conditions it takes several times as long to be worded."""
        (state, _), (at, _), (now, params) = map(compiler.compile, self.get_source_expressions())
        came = f"{state} = 'scheduled' AND coalesce({at} <= {now}, false)"
        return f"({state} = 'published' OR ({came}))", params
