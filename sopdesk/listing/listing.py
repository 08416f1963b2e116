"""One list: the address's parameters in, the rows of one page and all the controls' states out.

    listing = Listing(request.GET, SOP.objects.visible_to(user), SopFilter, sorts={"title": ("title",)}, sort="title")
    render(request, "sops/sop_list.html", {"listing": listing})

A parameter that makes no sense is left out and named in `problems`; it never fails the page. A person's words never
reach order_by: they only choose a name out of `sorts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db.models import F, Model, OrderBy, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django_filters import FilterSet

PER_PAGE = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Head:
    """A column's head: how it is sorted now ("ascending", "descending", "none") and what a click asks for."""

    name: str
    direction: str
    next_sort: str


class Listing(Generic[Row]):
    """Rows of one page of a queryset, filtered and sorted as the address says. Costs two queries: count and rows.

    params: the request's GET. sorts: name -> fields it orders by. sort: the order without a wish ("-opened").
    request: for filters whose choices depend on who asks.
    """

    def __init__(
        self,
        params: QueryDict,
        queryset: QuerySet[Row],
        filterset_class: type[FilterSet] | None = None,
        *,
        sorts: Mapping[str, tuple[str, ...]],
        sort: str = "",
        per_page: int = PER_PAGE,
        request: HttpRequest | None = None,
    ) -> None:
        self.params = params
        self.sorts = sorts
        self.default_sort = sort
        self.problems: list[str] = []
        self.filters = (
            filterset_class(params, queryset=queryset, request=request) if filterset_class else None
        )
        filtered = self.filters.qs if self.filters else queryset
        self.problems += self._filter_problems()
        self.sort = self._sort()
        self._paginator: Paginator[Row] = Paginator(self._ordered(filtered), per_page)
        self.page = self._page()

    @property
    def rows(self) -> list[Row]:
        """The rows of this page."""
        return list(self.page.object_list)

    @property
    def everything(self) -> QuerySet[Row]:
        """The rows of all pages, in their order: for a file."""
        return cast("QuerySet[Row]", self._paginator.object_list)

    @property
    def total(self) -> int:
        """How many rows there are on all pages."""
        return self._paginator.count

    @cached_property
    def is_filtered(self) -> bool:
        """Whether any filter says something: an empty list then means "nothing matches", not "nothing yet"."""
        return self.filters is not None and bool(self.filters.form.changed_data)

    @property
    def pages(self) -> Iterator[int | str]:
        """Page numbers around this one, with an ellipsis for those left out."""
        numbers = self._paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        return (number if isinstance(number, int) else "…" for number in numbers)

    def head(self, name: str) -> Head:
        """The state of one column's head. Raises KeyError for a name that is not in `sorts`."""
        self.sorts[name]
        if self.sort == name:
            return Head(name, "ascending", f"-{name}")
        return Head(name, "descending" if self.sort == f"-{name}" else "none", name)

    def _filter_problems(self) -> list[str]:
        if self.filters is None:
            return []
        form = self.filters.form
        return [
            _("The filter “%(name)s” was left out: %(reason)s") % {"name": form[name].label, "reason": error}
            for name, errors in form.errors.items()
            for error in errors
            if name in form.fields
        ]

    def _sort(self) -> str:
        wish = self.params.get("sort", "")
        if not wish:
            return self.default_sort
        if wish.removeprefix("-") in self.sorts and not wish.startswith("--"):
            return wish
        self.problems.append(
            _("This list cannot be sorted as the address asks; it stands in its usual order.")
        )
        return self.default_sort

    def _ordered(self, queryset: QuerySet[Row]) -> QuerySet[Row]:
        fields = self.sorts.get(self.sort.removeprefix("-"), ())
        descending = self.sort.startswith("-")
        order = [_order(queryset, field, descending=descending) for field in fields]
        # The key settles ties, or a row could stand on two pages and another on none.
        return queryset.order_by(*order, "-pk" if descending else "pk")

    def _page(self) -> Page[Row]:
        wish = self.params.get("page", "1")
        number = int(wish) if wish.isascii() and wish.isdecimal() and len(wish) < 9 else 0
        last = max(1, self._paginator.num_pages)
        if 1 <= number <= last:
            return self._paginator.page(number)
        self.problems.append(_("There is no page “%(page)s”; this is the nearest one.") % {"page": wish[:20]})
        return self._paginator.page(min(max(1, number), last))


def _order(queryset: QuerySet[Any], field: str, *, descending: bool) -> OrderBy:
    """By one column, rows without a value last. Where each has one it is not said, for no index has that order."""
    names = {one.name for one in queryset.model._meta.concrete_fields if not one.null}
    last = None if field in names and field not in queryset.query.annotations else True
    return F(field).desc(nulls_last=last) if descending else F(field).asc(nulls_last=last)
