"""Who was erased, once more, in a file apart from the database: a restored backup knows nothing of later erasures.

A line is a hash and which key made it, nothing else. ERASED_LEDGER says where; keep it off the disk of backups.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

Erased = tuple[str, str]


def append(erased: Iterable[Erased]) -> None:
    path = Path(settings.ERASED_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        # Each on a line of its own, also after one that was cut.
        file.writelines(f"\n{json.dumps(pair)}" for pair in erased)


def noted() -> set[Erased]:
    """All that stand in it; a line that was cut in the middle is passed over."""
    path = Path(settings.ERASED_LEDGER)
    if not path.exists():
        return set()
    return {pair for line in path.read_text(encoding="utf-8").splitlines() if (pair := _pair(line))}


def _pair(line: str) -> Erased | None:
    try:
        key_id, hashed = json.loads(line)
    except (ValueError, TypeError):
        return None
    return str(key_id)[:16], str(hashed)[:32]
