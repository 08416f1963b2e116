import django_filters
import pytest
from django.http import QueryDict
from django_filters import FilterSet

from sopdesk.accounts.models import Site
from sopdesk.listing import Listing
from tests import factories


class SiteFilter(FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains", label="Name")
    id = django_filters.NumberFilter(label="Number")

    class Meta:
        model = Site
        fields = ("name",)


@pytest.fixture
def sites(db: None) -> list[Site]:
    return [factories.site(f"Site {number:02}") for number in range(12)]


def listed(query: str = "", per_page: int = 5) -> Listing[Site]:
    sorts = {"name": ("name",), "kind": ("kind",)}
    return Listing(
        QueryDict(query), Site.objects.all(), SiteFilter, sorts=sorts, sort="name", per_page=per_page
    )


def names(listing: Listing[Site]) -> list[str]:
    return [site.name for site in listing.rows]


def test_a_page_of_rows_in_the_usual_order(sites: list[Site]) -> None:
    listing = listed()
    assert names(listing) == [f"Site {number:02}" for number in range(5)]
    assert (listing.total, list(listing.pages), listing.problems) == (12, [1, 2, 3], [])
    assert not listing.is_filtered


def test_sorting_turns_round_on_the_second_click(sites: list[Site]) -> None:
    assert listed().head("name").direction == "ascending"
    assert listed().head("name").next_sort == "-name"
    descending = listed("sort=-name")
    assert names(descending)[0] == "Site 11"
    assert descending.head("name").direction == "descending"
    assert descending.head("kind").direction == "none"


def test_the_filter_of_the_address_holds(sites: list[Site]) -> None:
    listing = listed("name=05")
    assert names(listing) == ["Site 05"]
    assert listing.is_filtered


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=99", "page=x", "page=-1", "page=١", "page=99999999999999999999", "page=1e3",
     "sort=password", "sort=--name", "sort=name,pk", "sort=%00", "id=abc", "id=1e999", "name=%00", "page=%F0"],
)  # fmt: skip
def test_nonsense_in_the_address_is_named_and_left_out(sites: list[Site], query: str) -> None:
    listing = listed(query)
    assert len(listing.problems) == 1
    assert listing.rows


def test_rows_that_tie_stand_on_one_page_only(sites: list[Site]) -> None:
    seen = [name for page in (1, 2, 3) for name in names(listed(f"sort=-kind&page={page}"))]
    assert sorted(seen) == [f"Site {number:02}" for number in range(12)]


def test_a_list_costs_two_queries_however_long(sites: list[Site], django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        assert len(listed(per_page=2).rows) == 2
    with django_assert_num_queries(2):
        assert len(listed(per_page=50).rows) == 12


def test_an_empty_list_is_one_page_without_rows(db: None) -> None:
    listing = listed()
    assert (listing.rows, listing.total, list(listing.pages)) == ([], 0, [1])
