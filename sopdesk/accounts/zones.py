"""Time zones by their IANA names, as people and sites carry them."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone this machine knows, such as "Europe/Dublin"."""
    return frozenset(available_timezones())


def validate_time_zone(value: str) -> None:
    """Refuse a name that is no IANA zone, since every later conversion would fail on it."""
    if value not in zone_names():
        raise ValidationError(
            _("“%(zone)s” is not a time zone. Use a name such as Europe/Dublin."), params={"zone": value}
        )
