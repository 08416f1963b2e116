"""Template tags of the desk; built in (settings), so no template loads them.

{% when moment %}, {% when day "date" %}   1 Oct 2026, 09:00 (Dublin), with the relative time as title
{% icon "search" %}                        an icon of assets/icons.txt, hidden from screen readers
{% state_badge change.state %}             word, tone and icon of a state (sopdesk/text/states.py)
{% field form.title %}                     label, control, help and errors of one form field
{{ seconds|duration }} {{ share|percent }} {{ n|number }} {{ delta|signed }} {{ share_delta|points }}
{% querystring page=2 %} is Django's own.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    ModelChoiceField,
    RadioSelect,
    Select,
)
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sopdesk.listing import Listing
from sopdesk.text import badges, figures, icons
from sopdesk.text.diff import SectionDiff
from sopdesk.text.escaping import filled
from sopdesk.web import comparing
from sopdesk.web.widgets import control

register = template.Library()
register.simple_tag(badges.when)
register.simple_tag(badges.state_badge)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon that decorates a word. One that points somewhere turns round in right-to-left."""
    return icons.icon(str(name), str(extra))


@register.simple_tag
def user_chip(person: Any) -> SafeString:
    """A person's initials and name; a name alone will do, for people who are only remembered."""
    name = str(getattr(person, "name", person) or "")
    words = name.split()
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    return filled(
        '<span class="chip"><span class="initials" aria-hidden="true">{}</span><span dir="auto">{}</span></span>',
        initials, name,
    )  # fmt: skip


_FILTER_FIELD: Final = '<div>\n  <label class="form-label" for="{}">{}</label>\n  {}\n</div>\n'
_CONTROL_CLASSES: tuple[tuple[type, str], ...] = (
    (CheckboxSelectMultiple, ""),
    (RadioSelect, ""),
    (CheckboxInput, "form-check-input"),
    (Select, "form-select"),
    (FileInput, "form-control"),
)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One form field with its label, help and errors; Django links them by aria-describedby."""
    widget = bound.field.widget
    css = next((css for kind, css in _CONTROL_CLASSES if isinstance(widget, kind)), "form-control")
    own = widget.attrs.get("class", "")
    invalid = " is-invalid" if bound.errors else ""
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    attrs: dict[str, str | bool] = {} if grouped else {"class": f"{css} {own}{invalid}".strip()}
    named = isinstance(bound.field, ModelChoiceField)
    if named and not grouped:
        attrs["dir"] = "auto"
    elif not isinstance(widget, FileInput | CheckboxInput | Select | RadioSelect):
        attrs["dir"] = widget.attrs.get("dir", "auto")
    return {
        "bound": bound,
        "control": control(bound, attrs),
        "grouped": grouped,
        "named": named,
        "ticked": isinstance(widget, CheckboxInput) and not grouped,
    }


@register.simple_tag
def filter_field(bound: BoundField) -> SafeString:
    """One field of a filter bar: label above, control below, no help."""
    css = "form-select" if isinstance(bound.field.widget, Select) else "form-control"
    attrs: dict[str, str | bool] = {"class": css}
    if isinstance(bound.field, ModelChoiceField) or css == "form-control":
        attrs["dir"] = "auto"
    return filled(_FILTER_FIELD, bound.id_for_label, bound.label, control(bound, attrs))


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(
    context: template.Context, listing: Listing[Any], name: str, label: str, numeric: bool = False
) -> dict[str, Any]:
    """The head of a column that can be sorted."""
    return {"request": context["request"], "head": listing.head(name), "label": label, "numeric": numeric}


@register.inclusion_tag("components/diff.html", takes_context=True)
def diff(
    context: Context,
    sections: Iterable[SectionDiff],
    mode: str = "inline",
    only_changes: bool = True,
    label_old: str = "",
    label_new: str = "",
    slot: str = "",
    prefix: str | int = "",
) -> dict[str, Any]:
    """Two texts compared (sopdesk.text.diff.documents), `mode` "inline" or "side".

    `slot` is a template that stands under each section, with `row` in its context beside the page's own. `prefix`
    keeps the ids of several differences on one page apart: "#diff-verify", with a prefix "#diff-12-verify".
    """
    return {
        **context.flatten(),  # type: ignore[dict-item]  # its keys are names
        "slot": slot,
        "prefix": prefix,
        "parts": comparing.folded(comparing.rows(sections, only_changes=only_changes)),
        "side": mode == "side",
        "label_old": label_old or _("Before"),
        "label_new": label_new or _("After"),
    }


@register.filter
def day(value: date | datetime | None) -> str:
    """1 Oct 2026"""
    return figures.NOTHING if value is None else figures.in_words(value, date_only=True)


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds as 6:40, 1:02:05 or 3 d 4 h."""
    return figures.clock(value)


@register.filter
def percent(value: float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 as 84.2 %."""
    return figures.share(value, decimals)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A number with thousands grouped."""
    return figures.grouped(value, decimals)


@register.filter
def signed(value: float | None, decimals: int = 1) -> str:
    """A difference with its sign."""
    return figures.signed(value, decimals)


@register.filter
def points(value: float | None, decimals: int = 1) -> str:
    """A difference of shares in percentage points."""
    return figures.points(value, decimals)
