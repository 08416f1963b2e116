"""The demo tickets as a neutral CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from sopdesk.demo import ticket_talk
from sopdesk.demo.tickets import LOCALES, REASONS, Drawn, Ints

BLOCK_ROWS: Final = 5000
Texts = npt.NDArray[np.str_]


def blocks(drawn: Drawn, *, end: int, seed: int, talk: bool = True) -> Iterator[bytes]:
    """The file, some thousand rows at a time. What lies after `end` (Unix seconds) is left blank: not happened yet.

    `talk`: with the columns of ticket_talk.py.
    """
    columns = _columns(drawn, end, np.random.default_rng(seed + 1))
    if talk:
        more = np.random.default_rng(seed + 2)
        columns |= ticket_talk.columns(drawn, end, more)
        columns["requester"] = ticket_talk.come_back(drawn, columns["requester"], more)
    yield (",".join(columns) + "\r\n").encode()
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    out = io.StringIO()
    writer = csv.writer(out)
    for count, row in enumerate(rows, start=1):
        writer.writerow(row)
        if count % BLOCK_ROWS == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _columns(drawn: Drawn, end: int, rng: np.random.Generator) -> dict[str, Texts]:
    count, times = len(drawn.created), drawn.times
    replied, solved = _stamp(times.replied, end), _stamp(times.solved, end)
    rated = drawn.rating >= 0
    phone = drawn.channel == "phone"
    spam, by_agent = rng.random(count) < 0.012, rng.random(count) < 0.01
    wrong = rng.random(count) < 0.0004  # a clock that went wrong: replied before it was created
    numbers = np.arange(count)
    columns = {
        "external_id": np.char.add("L", (100_000 + numbers).astype(str)),
        "status": _status(drawn, end),
        "created_at": _stamp(drawn.created, end),
        "updated_at": _stamp(_last(drawn, end), end),
        "channel": drawn.channel,
        "priority": drawn.priority,
        "requester": np.char.add(rng.integers(0, 31_000, count).astype(str), "@customers.example"),
        "assignee": np.char.add(np.char.add(drawn.team, "-"), rng.integers(1, 9, count).astype(str)),
        "team": drawn.team,
        "market": drawn.market,
        "locale": np.array([LOCALES[market] for market in drawn.market]),
        "labels": _labels(drawn, rng),
        "first_public_reply_at": np.where(wrong, _stamp(drawn.created - 3600, end), replied),
        "first_solved_at": _stamp(times.first_solved, end),
        "last_solved_at": solved,
        "reopened_at": _stamp(times.reopened, end),
        "closed_at": _stamp(times.closed, end),
        "reopen_count": (times.reopened >= 0).astype(np.int64).astype(str),
        "is_spam": _truth(spam),
        "is_agent_initiated": _truth(by_agent),
        "merged_into": np.where(
            rng.random(count) < 0.008, np.char.add("L", (99_000 + numbers).astype(str)), ""
        ),
        "pending_spans": _spans(drawn, end),
        "rating": np.where(rated, np.where(drawn.rating == 1, "good", "bad"), ""),
        "rating_scale": np.where(drawn.offered, "good_bad", ""),
        "rating_offered_at": np.where(drawn.offered, solved, ""),
        "rated_at": np.where(rated, _stamp(times.rated, end), ""),
    }
    return {**columns, **_handling(drawn, phone, np.where(solved != "", solved, replied))}


def _handling(drawn: Drawn, phone: npt.NDArray[np.bool_], when: Texts) -> dict[str, Texts]:
    """Calls have talk, hold and wrap-up; everything else has active time. The parts add up to the whole."""
    known = drawn.handle >= 0
    wrap, hold = drawn.handle * 18 // 100, drawn.handle * 9 // 100
    call = known & phone
    return {
        "talk_s": _number(drawn.handle - wrap - hold, call),
        "hold_s": _number(hold, call),
        "wrap_s": _number(wrap, call),
        "active_s": _number(drawn.handle, known & ~phone),
        "handled_at": np.where(known, when, ""),
    }


def _stamp(moment: Ints, end: int) -> Texts:
    text = np.datetime_as_string(np.maximum(moment, 0).astype("datetime64[s]"), unit="s", timezone="UTC")
    return np.where((moment >= 0) & (moment <= end), text, "")


def _number(values: Ints, shown: npt.NDArray[np.bool_]) -> Texts:
    return np.where(shown, values.astype(str), "")


def _truth(values: npt.NDArray[np.bool_]) -> Texts:
    return np.where(values, "true", "false")


def _status(drawn: Drawn, end: int) -> Texts:
    times = drawn.times
    waiting = (times.pending_from >= 0) & (times.pending_from <= end) & (times.pending_to > end)
    open_again = (times.reopened >= 0) & (times.solved > end)
    return np.select(
        [times.closed <= end, times.solved <= end, open_again, waiting, times.replied <= end],
        ["closed", "solved", "open", "pending", "open"],
        "new",
    )


def _last(drawn: Drawn, end: int) -> Ints:
    """The last thing that has happened so far."""
    times = drawn.times
    known = [drawn.created, times.replied, times.first_solved, times.reopened, times.solved, times.closed]
    latest: Ints = np.max([np.where(moment <= end, moment, 0) for moment in known], axis=0)
    return latest


def _spans(drawn: Drawn, end: int) -> Texts:
    begun = (drawn.times.pending_from >= 0) & (drawn.times.pending_from <= end)
    begins, ends = _stamp(drawn.times.pending_from, end), _stamp(drawn.times.pending_to, end)
    return np.where(begun, np.char.add(np.char.add(begins, "/"), ends), "")


OWN_TAG: Final = "season-pass"
"""A tag that agents made up: no SOP, article or macro knows it."""


def _labels(drawn: Drawn, rng: np.random.Generator) -> Texts:
    """The contact reason, and now and then what came of it."""
    reason = np.array([why.label for why in REASONS])[drawn.reason]
    outcome = np.select(
        [reason == "refund-request", reason == "account-recovery", reason == "content-appeal"],
        [
            rng.choice(
                np.array(["|refund-approved", "|refund-declined", ""]), len(reason), p=[0.45, 0.3, 0.25]
            ),
            rng.choice(
                np.array(["|account-restored", "|identity-not-confirmed", ""]), len(reason), p=[0.5, 0.2, 0.3]
            ),
            rng.choice(
                np.array(["|content-restored", "|decision-upheld", ""]), len(reason), p=[0.3, 0.5, 0.2]
            ),
        ],
        "",
    )
    # Two in five, without drawing: what was drawn for all else stays as it was.
    tagged = (reason == "coins-missing") & (np.arange(len(reason)) % 5 < 2)
    return np.char.add(np.char.add(reason, outcome), np.where(tagged, f"|{OWN_TAG}", ""))
