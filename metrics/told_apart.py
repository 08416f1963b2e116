"""By what the customers of a source are told apart: by address, or by a number where the file lacks the addresses.

A customer is a hash of either, so that one who comes by both is two people, to repeat contacts and to an erasure. Which
it was is kept in the cursor of the import's job, as `customers`: `by` and, where it was another before, `before`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from metrics.mapping import FileMapping
from metrics.models import Import
from metrics.reading import Layout, Reader
from metrics.requesters import PREFIX
from sopdesk.jobs.models import Job

ADDRESS: Final = "address"
NUMBER: Final = "number"
LOOKED_AT: Final = 1_000  # rows
LOOKED_AT_BYTES: Final = 4 * 1024**2


def by(cells: Iterable[str]) -> str:
    """What most of these cells are; "" where there is none."""
    found = [cell for cell in cells if cell.strip() and not cell.strip().startswith(PREFIX)]
    if not found:
        return ""
    return ADDRESS if sum("@" in cell for cell in found) * 2 >= len(found) else NUMBER


def in_file(plain: Path, layout: Layout, mapping: FileMapping) -> str:
    """The same of the first rows of a file that can be read."""
    name = mapping.columns.get("requester", "")
    if name not in layout.header:
        return ""
    at = layout.header.index(name)
    with plain.open("rb") as file:
        rows = Reader(file, layout, layout.start, layout.line).rows(rows=LOOKED_AT, size=LOOKED_AT_BYTES)
        return by(row.cells[at] for row in rows if row.cells)


def compared(ticket_import: Import, now: str) -> dict[str, str]:
    """`by`, and `before` where the source's last import had another; nothing where it is not known now."""
    before = _before(ticket_import) if now else ""
    return {"by": now, **({"before": before} if before not in {"", now} else {})} if now else {}


def _before(ticket_import: Import) -> str:
    ended = Import.objects.filter(
        source=ticket_import.source_id, job__state=Job.State.DONE, job__cursor__customers__has_key="by"
    )
    kept = ended.exclude(undo_job__state=Job.State.DONE).exclude(pk=ticket_import.pk)
    last = (
        kept.order_by("-job__finished_at", "-pk").values_list("job__cursor__customers__by", flat=True).first()
    )
    return str(last or "")


def ways() -> dict[str, set[str]]:
    """By source, how its customers were ever told apart, as far as its imports say."""
    ended = Import.objects.filter(job__state=Job.State.DONE, job__cursor__customers__has_key="by")
    found: dict[str, set[str]] = defaultdict(set)
    rows = ended.order_by().values_list("source__name", "job__cursor__customers__by").distinct()
    for source, way in rows:
        found[source].add(str(way))
    return dict(found)


def warning(customers: dict[str, Any]) -> str:
    """What is wrong with that, and what can be done; "" where nothing is."""
    if customers.get("before") == ADDRESS:
        return _(
            "Customers of this source were known by their e-mail address until now; in this file they are known by a"
            " number. Each of them counts as somebody else: repeat contacts are missed, and an erasure finds one half."
            " Add the table of users to the .zip (user, contact_history), or map the column of addresses."
        )
    if customers.get("before") == NUMBER:
        return _(
            "Customers of this source were known by a number until now; in this file they are known by their e-mail"
            " address. Each of them counts as somebody else: repeat contacts are missed, and an erasure finds one half."
            " Import the earlier files once more with their table of users, or leave it out here too."
        )
    return ""
