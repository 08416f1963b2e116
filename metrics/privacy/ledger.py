"""Who was erased, once more, in a file apart from the database: a restored backup knows nothing of later erasures.

A line is a hash and which key made it, and, where the erasure was lifted, "lifted" and when; nothing else. The last
line of a person holds. ERASED_LEDGER says where; keep it off the disk of backups.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

Erased = tuple[str, str]
LIFTED: Final = "lifted"


def append(erased: Iterable[Erased]) -> None:
    _write([list(pair) for pair in erased])


def append_lifted(erased: Iterable[Erased]) -> None:
    """Note that these are no longer erased."""
    _write([[*pair, LIFTED, timezone.now().isoformat()] for pair in erased])


def _write(lines: Iterable[list[str]]) -> None:
    path = Path(settings.ERASED_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        # Each on a line of its own, also after one that was cut.
        file.writelines(f"\n{json.dumps(line)}" for line in lines)


def noted() -> set[Erased]:
    """All that stand in it as erased; a line that was cut in the middle is passed over."""
    return {pair for pair, lifted_at in _last_words().items() if lifted_at is None}


def lifted() -> dict[Erased, datetime]:
    """Those whose erasure was lifted, and when."""
    return {pair: at for pair, at in _last_words().items() if at is not None}


def _last_words() -> dict[Erased, datetime | None]:
    path = Path(settings.ERASED_LEDGER)
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(found for line in lines if (found := _read(line)))


def _read(line: str) -> tuple[Erased, datetime | None] | None:
    """Who it is of, and when it was lifted, or None where it was not."""
    try:
        key_id, hashed, *more = json.loads(line)
        at = datetime.fromisoformat(more[1]) if more else None
    except (ValueError, TypeError, IndexError):
        return None
    return (str(key_id)[:16], str(hashed)[:32]), at
