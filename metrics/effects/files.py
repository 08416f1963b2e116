"""A card as files: what stood before and after, and each of its weekly series. The numbers that the card keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from metrics.effects import showing
from metrics.effects.models import Card
from metrics.effects.showing import Shown
from metrics.tiles import File, number, register

if TYPE_CHECKING:
    from django.http import QueryDict

    from sopdesk.accounts.models import User

SIDE: Final = ("value", "n", "low", "high")
ESTIMATE: Final = ("value", "low", "high")


@register("effect")
def effect(viewer: User, params: QueryDict) -> File | None:
    """Each measure of a card before and after. Of shares a change is a difference, of others a ratio."""
    card = _card(viewer, params)
    return File(_named(card), [*_measures(showing.readings(card))]) if card else None


@register("effect-weeks")
def weeks(viewer: User, params: QueryDict) -> File | None:
    """One measure of a card week by week."""
    card = _card(viewer, params)
    found = (
        [each for each in showing.readings(card) if each.metric.key == params.get("metric")] if card else []
    )
    if card is None or not found or found[0].lines is None:
        return None
    return File(f"{_named(card)}-{found[0].metric.key}", [*_weeks(found[0])])


def _card(viewer: User, params: QueryDict) -> Card | None:
    asked = params.get("card", "")
    visible = Card.objects.visible_to(viewer).select_related("version__document")
    return visible.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 10 else None


def _named(card: Card) -> str:
    return f"{card.version.document.key}-v{card.version.number}-{card.look}-weeks"


def _measures(readings: list[Shown]) -> Iterator[list[str]]:
    yield [
        "metric", "unit", "verdict", *_heads("before", SIDE), *_heads("after", SIDE), *_heads("change", ESTIMATE),
        *_heads("others_before", SIDE), *_heads("others_after", SIDE), *_heads("effect", ESTIMATE), "p", "p_adjusted",
        "confidence", "note", "scale",
    ]  # fmt: skip
    for each in readings:
        ours, others = each.data["ours"] or {}, each.data["others"] or {}
        yield [
            each.metric.family, each.unit, each.data["verdict"],
            *_of(ours.get("before"), SIDE), *_of(ours.get("after"), SIDE), *_of(ours.get("change"), ESTIMATE),
            *_of(others.get("before"), SIDE), *_of(others.get("after"), SIDE), *_of(each.data["effect"], ESTIMATE),
            *(number(each.data[name]) if each.is_measured else "" for name in ("p", "q")),
            number(each.data.get("confidence")), "" if each.is_measured else "not measured",
            each.metric.scale,
        ]  # fmt: skip


def _weeks(shown: Shown) -> Iterator[list[str]]:
    yield [
        "metric",
        "unit",
        "week",
        "from",
        "left_out",
        *_heads("ours", SIDE),
        *_heads("others", SIDE),
        "scale",
    ]
    for week in shown.lines.rows if shown.lines else ():
        named = [shown.metric.family, shown.unit, week.name, "" if shown.is_by_team else week.day.isoformat()]
        sides = [*_of(week.ours, SIDE), *_of(week.others, SIDE)]
        yield [*named, "yes" if week.is_between else "no", *sides, shown.metric.scale]


def _heads(of: str, names: tuple[str, ...]) -> list[str]:
    return [f"{of}_{name}" for name in names]


def _of(found: dict[str, Any] | None, names: tuple[str, ...]) -> list[str]:
    return [number((found or {}).get(name)) for name in names]
