"""What else a demo ticket's file tells: who wrote when, with which macros, how many teams it passed, who came back.

Drawn by a generator of its own, so that what was drawn before stays as it was but for some of the customers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from sopdesk.demo import content
from sopdesk.demo.tickets import REASONS, Drawn, Ints

Texts = npt.NDArray[np.str_]
# Median wait of a next reply in seconds, and the shares of tickets.
NEXT_REPLY: Final = {"email": 3 * 3600, "chat": 150, "phone": 90, "in_app": 2 * 3600}
ONE_REPLY: Final = 0.45  # of those that need nothing from the customer: solved by the first reply
EASY: Final = {"login-code": 0.88, "subscription-cancel": 0.85}  # what a machine might answer as well
TRANSFERRED: Final = 0.09
STATIONS_KNOWN: Final = 0.97
WITH_MACRO: Final = 0.7
COMES_BACK: Final = 0.2  # a contact about the same, three hours to ten days after another one


def columns(drawn: Drawn, end: int, rng: np.random.Generator) -> dict[str, Texts]:
    """`conversation`, `reply_count`, `group_stations` and `macro_keys` of each ticket, as far as it has happened."""
    said = _said(drawn, rng)
    texts, replies = [], []
    for moments in zip(*(_written(who, values, end) for who, values in said), strict=True):
        happened = sorted(one for one in moments if one is not None)
        texts.append(";".join(f"{who}@{at}Z" for at, who in happened))
        replies.append(str(sum(who == "agent" for _at, who in happened)))
    return {
        "conversation": np.array(texts),
        "reply_count": np.array(replies),
        "group_stations": _stations(drawn, rng),
        "macro_keys": _macros(drawn, end, rng),
    }


def come_back(drawn: Drawn, requester: Texts, rng: np.random.Generator) -> Texts:
    """Who wrote, with some of the tickets given to a customer who had written about the same some days before."""
    found = requester.copy()
    for index in range(len(REASONS)):
        mine = np.flatnonzero(drawn.reason == index)
        after = mine[rng.random(len(mine)) < COMES_BACK]
        since = drawn.created[after] - rng.integers(3 * 3600, 10 * 86_400, len(after))
        before = np.searchsorted(drawn.created[mine], since)
        found[after] = np.where(before > 0, requester[mine[np.maximum(before - 1, 0)]], requester[after])
    return found


def _said(drawn: Drawn, rng: np.random.Generator) -> list[tuple[str, Ints]]:
    """Every message as who and when; -1 where it was not written."""
    times, count = drawn.times, len(drawn.created)
    wait = np.array([NEXT_REPLY[channel] for channel in drawn.channel]) * np.exp(rng.normal(0, 0.9, count))
    waited, back = times.pending_from >= 0, times.reopened >= 0
    once = np.array([EASY.get(reason.label, ONE_REPLY) for reason in REASONS])[drawn.reason]
    alone = ~waited & (rng.random(count) < once)
    machine = np.isin(drawn.channel, ["email", "in_app"])
    answered = np.minimum(times.pending_to + wait.astype(np.int64), times.first_solved)
    again = np.minimum(times.reopened + wait.astype(np.int64), times.solved)
    return [
        ("customer", drawn.created),
        ("auto", np.where(machine, drawn.created + 20, -1)),
        ("agent", times.replied),
        ("agent", np.where(waited & (times.pending_from > times.replied), times.pending_from, -1)),
        ("customer", np.where(waited, times.pending_to, -1)),
        ("agent", np.where(waited, answered, -1)),
        ("agent", np.where(alone | (waited & (answered == times.first_solved)), -1, times.first_solved)),
        ("customer", times.reopened),
        ("agent", np.where(back, again, -1)),
    ]


def _written(who: str, moments: Ints, end: int) -> list[tuple[str, str] | None]:
    """When, as text that sorts as time does, and by whom; None where it has not happened."""
    texts = np.datetime_as_string(np.maximum(moments, 0).astype("datetime64[s]")).tolist()
    happened = ((moments >= 0) & (moments <= end)).tolist()
    return [(text, who) if did else None for text, did in zip(texts, happened, strict=True)]


def _stations(drawn: Drawn, rng: np.random.Generator) -> Texts:
    passed = 1 + (rng.random(len(drawn.created)) < TRANSFERRED)
    return np.where(rng.random(len(drawn.created)) < STATIONS_KNOWN, passed.astype(str), "")


def macros_of_labels() -> dict[str, list[str]]:
    """The macros for each label of a contact reason: those that serve an SOP which governs it."""
    found: dict[str, list[str]] = {reason.label: [] for reason in REASONS}
    documents = content.load()
    governs = {sop.key: {*sop.data.get("labels", [])} for sop in documents.of_kind("sop")}
    for macro in documents.of_kind("macro"):
        labels = {*macro.data.get("labels", [])} | governs.get(str(macro.data.get("sop")), set())
        for label in labels & found.keys():
            found[label].append(macro.key)
    return found


def _macros(drawn: Drawn, end: int, rng: np.random.Generator) -> Texts:
    """One macro in most tickets that were answered."""
    used = (rng.random(len(drawn.created)) < WITH_MACRO) & (drawn.times.replied <= end)
    which, by_label = rng.random(len(drawn.created)), macros_of_labels()
    choices = [by_label[reason.label] for reason in REASONS]
    return np.array(
        [
            choices[reason][int(place * len(choices[reason]))] if use and choices[reason] else ""
            for reason, place, use in zip(drawn.reason.tolist(), which.tolist(), used.tolist(), strict=True)
        ]
    )
