"""Tables of a data warehouse that stand beside the table of tickets: which one a file is, and what to upload instead.

One of them alone makes no tickets: a row of it is a change of one field, a tag, or a comment, and read as tickets it
would replace what the table of tickets said. In one .zip with that table each of them is read (metrics/tables.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What a connector writes into each row of each table (Fivetran, Airbyte, Stitch).
_MARKS: Final = frozenset(
    {"_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at", "_sdc_batched_at"}
)
_OF_A_TICKET: Final = {"ticket_id", "conversation_id"}
_TELLS_STATUS: Final = re.compile(
    "status|state"
)  # as the table of tickets does, or one that is joined with it
# The columns by which a table is known, and the column of the joined table that it fills.
_TABLES: Final[tuple[tuple[frozenset[str], str | Promise], ...]] = (
    (
        frozenset({"field_name", "ticket_id", "updated", "value"}),
        gettext_lazy("“history”: the statuses a ticket went through (status@time;status@time)"),
    ),
    (frozenset({"ticket_id", "tag"}), gettext_lazy("“tags”: its labels, with | between them")),
    (
        frozenset({"ticket_id", "public", "user_id"}),
        gettext_lazy("“conversation”: who wrote when (customer@time;agent@time)"),
    ),
    (
        frozenset({"conversation_id", "part_type"}),
        gettext_lazy("“conversation”: who wrote when (customer@time;agent@time)"),
    ),
    (frozenset({"conversation_id", "tag_id"}), gettext_lazy("“tags”: its labels, with | between them")),
)


def refusal(header: Iterable[str]) -> str:
    """Why a file with this header is not taken, and what to upload instead; "" where nothing speaks against it."""
    names = {name.strip().casefold() for name in header}
    if not names & _MARKS or not names & _OF_A_TICKET or any(_TELLS_STATUS.search(name) for name in names):
        return ""
    fills = next((said for columns, said in _TABLES if columns <= names), None)
    if fills is None:
        return _(
            "This is a table of a data warehouse that stands beside the tickets: none of its columns is a ticket’s"
            " status. Upload the table of tickets, or one .zip with it and the tables beside it."
        )
    return _(
        "This is a table of a data warehouse that stands beside the tickets. Put it into one .zip with the table of"
        " tickets, and upload that: the tickets get a column %(column)s."
    ) % {"column": fills}
