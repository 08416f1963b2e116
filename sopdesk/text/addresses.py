"""Which addresses a text may link to or show."""

import html
import re
from urllib.parse import unquote

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*):")
_OWN_IMAGE = re.compile(r"^(?:/(?:media|attachments|pictures)/)?[\w][\w./ -]*$")
_PICTURE = re.compile(r"^/pictures/([0-9a-f]{64})\.(?:png|jpg|gif|webp)$")


def readable(address: str) -> str:
    """An address as a browser reads it: entities decoded, white space and invisible characters dropped at the
    ends.
    """
    return html.unescape(address).strip().strip("\u200b\ufeff")


def is_safe_link(address: str) -> bool:
    """http, https, mailto, tel, a path of this site, a fragment. A colon hidden by spaces or escapes is not
    let by.
    """
    bare = _IGNORED.sub("", address)
    scheme = _SCHEME.match(bare)
    if scheme is not None:
        return scheme[1].lower() in SCHEMES
    before_path = re.split(r"[/?#]", unquote(bare), maxsplit=1)[0]
    return ":" not in before_path


def is_external(address: str) -> bool:
    """Whether a link leaves this site (`//host` and `/\\host` do)."""
    return re.match(r"(?i)^(?:https?:|[/\\]{2})", _IGNORED.sub("", address)) is not None


def is_own_image(address: str) -> bool:
    """A file under /pictures/, /media/ or /attachments/, or beside the page; never another host, which would
    learn who reads.
    """
    return _OWN_IMAGE.match(address) is not None and ".." not in address and "//" not in address


def picture_at(address: str) -> str:
    """The hash of the uploaded picture that an address shows; "" for any other address."""
    found = _PICTURE.match(address)
    return found[1] if found else ""
