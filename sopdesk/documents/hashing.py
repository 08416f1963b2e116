"""What exactly was approved: SHA-256 over a canonical form of the content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from sopdesk.documents.models import Change, ChangeItem, Content

Saying = Callable[[Change], Any]
_also: dict[str, Saying] = {}


def also_hashed(name: str) -> Callable[[Saying], Saying]:
    """Approve what a layer above keeps of a change, too. The function returns plain values, or nothing (empty) for a
    change of which it keeps none: the hash of such a change is the same as without it."""

    def keep(saying: Saying) -> Saying:
        _also[name] = saying
        return saying

    return keep


def _sha256(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def content_hash(content: Content) -> str:
    """The hash (hex) of a draft's or version's own content: the same text has the same hash wherever it stands."""
    return _sha256(
        [content.title, content.body, content.audience, sorted(content.audience_teams), content.data]
    )


def change_hash(change: Change, items: Iterable[ChangeItem]) -> str:
    """The hash (hex) that an approval is bound to: every draft, what it is based on, and what the change says."""
    drafts = sorted(
        [item.document_id, item.base_version_id or 0, content_hash(item), *_parting(item)] for item in items
    )
    said = [change.pk, change.title, change.why, change.material, drafts]
    also = {name: found for name, saying in _also.items() if (found := saying(change))}
    return _sha256([*said, also] if also else said)


def _parting(item: ChangeItem) -> list[Any]:
    """What a draft that retires its document says; nothing for any other, whose hashes are as they were."""
    return [["retires", item.superseded_by_id or 0, item.parting_note]] if item.retires else []
