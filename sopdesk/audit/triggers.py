"""Triggers for tables that are never emptied."""

from __future__ import annotations

import pgtrigger


def no_truncate() -> pgtrigger.Trigger:
    """Refuse TRUNCATE, which row triggers do not see (pgtrigger's own Protect knows only row operations)."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'the table % is never emptied', TG_TABLE_NAME;",
    )
