"""Public holidays of a country or a part of it: "IE", "DE-BY".

The library is slow to import for all its calendars of the moon, and most processes never ask for a holiday.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib import import_module


def named(place: str, years: Iterable[int]) -> dict[date, str]:
    """The holidays of these years, each with what it is called there; none for no place. Raises NotImplementedError for
    a place that `is_known` does not know."""
    if not place:
        return {}
    country, _dash, part = place.partition("-")
    found = import_module("holidays").country_holidays(country, subdiv=part or None, years=years)
    return {day: str(name) for day, name in found.items()}


def is_known(place: str) -> bool:
    """Whether anything is known of that place."""
    country, _dash, part = place.partition("-")
    known: dict[str, list[str]] = import_module("holidays").list_supported_countries()
    return country in known and (not part or part in known[country])
