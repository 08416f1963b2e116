"""The rows of a table by team, label and so on as HTML: up to fifty, which took a template a fifth of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from metrics.dashboards import markup, wording
from metrics.dashboards.breaking_down import Line
from metrics.dashboards.naming import Name
from metrics.definitions import Metric
from metrics.reporting import Figure
from sopdesk.text.escaping import filled, joined, own_words
from sopdesk.text.figures import NOTHING, grouped

Addressed = Callable[[Name], str]
"""The address for what a line is of."""

_ROW: Final = '<tr><th scope="row" dir="auto">{}</th><td class="num" data-label="{}">{}</td>{}{}{}</tr>'
_MEASURED: Final = '<td class="num" data-label="n">{}</td><td class="num soft" data-label="{}">{}</td>'
_CHANGE: Final = '<td class="num" data-label="{}">{}{} {}</td>'
_AS_IT_WAS: Final = '<span class="soft" title="{0}">*<span class="visually-hidden"> {0}</span></span>'
_LINK: Final = '<a href="{}">{}</a>'
_SOFT: Final = '<span class="soft">{}</span>'


@dataclass(frozen=True)
class Rows:
    """How a table is shown: which columns it has, and where its links lead. A line that could not be compared at the
    same mix is marked."""

    metric: Metric
    has_changes: bool
    has_sparks: bool
    narrowed: Addressed
    tickets: Callable[[Name, Metric], str]

    def of(self, lines: Iterable[Line]) -> str:
        """A row for each line."""
        interval, change, measured = own_words("95 %% interval"), _("Change"), str(self.metric.head)
        return joined(
            "\n",
            _ROW,
            (
                (
                    self._name(line),
                    measured,
                    self._value(line),
                    self._measured(line.figure, interval) if self.metric.denominator else "",
                    self._change(line, change) if self.has_changes else "",
                    filled("<td>{}</td>", markup.spark(line.spark)) if self.has_sparks else "",
                )
                for line in lines
            ),
        )

    def _name(self, line: Line) -> str:
        name = line.name
        text = filled(_LINK, self.narrowed(name), name.text) if name.param else name.text
        return filled("{} " + _SOFT, text, name.note) if name.note else text

    def _value(self, line: Line) -> str:
        said, name = markup.value_or_why(line.figure), line.name
        if line.figure.value is None or not (name.param and self.metric.shown):
            return said
        url = self.tickets(name, line.figure.metric)
        return filled('<a href="{}" title="{}">{}</a>', url, _("The tickets behind it"), said)

    def _measured(self, figure: Figure, label: str) -> str:
        return filled(_MEASURED, grouped(figure.n), label, wording.interval(figure))

    def _change(self, line: Line, label: str) -> str:
        if line.change is None:
            return filled(_CHANGE, label, filled(_SOFT, NOTHING), "", "")
        kept = line.mix.text if line.mix and not line.mix.by else ""
        moved, reach = markup.change(line.change, self.metric), markup.reach(line.change, self.metric)
        return filled(_CHANGE, label, moved, filled(_AS_IT_WAS, kept) if kept else "", reach)
