"""Keys by which people were hashed and that the desk does not know now: no import would know those people again."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from metrics import held, requesters
from metrics.models import Suppression


def lost() -> list[str]:
    """The fingerprints of keys that somebody on the list of the erased, or a person of a hold, is known by alone. Two
    queries. Of those in REQUESTER_KEYS_LOST it was said that nobody has them any more."""
    known = {requesters.fingerprint(key) for key in requesters.known_keys()} | {*settings.REQUESTER_KEYS_LOST}
    listed = {*Suppression.objects.order_by().values_list("key_id", flat=True).distinct()}
    of_holds = [{key for key, _hashed in names} for names in held.people()]
    return sorted((listed - known).union(*(keys for keys in of_holds if not keys & {*known, ""})))


def warning(fingerprints: list[str]) -> str:
    """What is wrong with that, and what can be done; "" where nothing is."""
    if not fingerprints:
        return ""
    said = _(
        "People who were erased, or whom a legal hold names, were hashed by a key that the desk does not know now"
        " (%(keys)s): an import would bring them in as strangers, so that none is begun. Put the earlier REQUESTER_KEY,"
        " or the earlier SECRET_KEY where that was not set, into REQUESTER_KEY_FALLBACKS. Files that were not begun"
        " wait; an import that had begun waits too, and goes on by itself where it stood."
    )
    return said % {"keys": ", ".join(fingerprints)}
