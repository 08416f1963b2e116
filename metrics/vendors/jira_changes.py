"""The changelog of a Jira issue: which statuses it went through, and how many agents and teams it passed.

It comes inside an issue with `expand=changelog` (`histories`) or from a page of its own (`values`), newest or oldest
first. A search gives at most 100 entries of each issue and says in `total` how many there are: then it is cut.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from metrics import histories
from metrics.vendors.cells import at, number, since_1970, text

TEAM: Final = "team"
Change = tuple[str, dict[str, Any]]


def told(issue: dict[str, Any], *, status: str, created: str, team: str) -> dict[str, str]:
    """The cells that the changelog fills; none where the export was made without one.

    `status`, `created`, `team`: as the issue has them now. Of a changelog that is cut only what it is sure of is told.
    """
    entries = _entries(issue)
    if entries is None:
        return {}
    changes, is_cut = _changes(entries), _is_cut(issue.get("changelog"), len(entries))
    moves = [(when, item) for when, item in changes if _field(item) == "status"]
    steps = [(text(item.get("toString")), when) for when, item in moves]
    if not is_cut:
        first = text(moves[0][1].get("fromString")) if moves else status
        steps.insert(0, (first, created))
    cells = {"history": histories.written([step for step in steps if step[0]], is_cut=is_cut)}
    if not is_cut:
        assignee = at(issue, "fields", "assignee") is not None
        cells["assignee_stations"] = str(_stations(changes, "assignee", now=assignee))
        passed = _stations(changes, TEAM, now=bool(team))
        # Where teams are not written down nothing is known of transfers: that is no zero.
        cells["group_stations"] = str(passed) if passed else ""
    return cells


def _entries(issue: dict[str, Any]) -> list[dict[str, Any]] | None:
    log = issue.get("changelog")
    found = log if isinstance(log, list) else (at(log, "histories") or at(log, "values"))
    if found is None and isinstance(log, dict) and log.get("total") == 0:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None


def _is_cut(log: Any, count: int) -> bool:
    total = number(at(log, "total"))
    return (total is not None and total > count) or at(log, "isLast") is False


def _changes(entries: list[dict[str, Any]]) -> list[Change]:
    """Every change of a field, oldest first; those of one entry in their order."""
    found = []
    for place, entry in enumerate(entries):
        when = _stamp(entry.get("created"))
        items = entry.get("items")
        for number_, item in enumerate(items if isinstance(items, list) else []):
            if when and isinstance(item, dict):
                found.append((_order(when), place, number_, when, item))
    newest_first = len(entries) > 1 and _order(_stamp(entries[0].get("created"))) > _order(
        _stamp(entries[-1].get("created"))
    )
    found.sort(key=lambda each: (each[0], -each[1] if newest_first else each[1], each[2]))
    return [(when, item) for _order_, _place, _number, when, item in found]


def _stamp(value: Any) -> str:
    """ISO 8601, also of milliseconds since 1970."""
    return since_1970(value, 1000) if isinstance(value, int | float) else text(value)


def _order(stamp: str) -> float:
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _field(item: dict[str, Any]) -> str:
    """Jira's own name of the field; `field` alone may be in the language of who exported."""
    own = text(item.get("fieldId")).lower()
    return own if own in {"status", "assignee"} else text(item.get("field")).lower()


def _stations(changes: list[Change], field: str, *, now: bool) -> int:
    """How many it passed: whom it was with at first, and everyone it was given to."""
    moves = [item for _when, item in changes if _field(item) == field]
    if not moves:
        return int(now)
    first = bool(moves[0].get("from") or moves[0].get("fromString"))
    return first + sum(bool(item.get("to") or item.get("toString")) for item in moves)
