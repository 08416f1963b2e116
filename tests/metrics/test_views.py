"""The pages: what each person sees, and that nothing anybody sends breaks them."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from metrics import importing
from metrics.filters import FigureFilter
from metrics.models import Import, Mapping, Ticket
from sopdesk.accounts.models import Team, User
from sopdesk.jobs import running
from sopdesk.jobs.models import Job
from tests.metrics.bringing import SHIPPED, bring, draft, finish

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,status,created_at,last_solved_at,team,labels,rating,rating_scale,rated_at,active_s,"
    "first_public_reply_at\n"
)


def rows(count: int, team: str, start: int = 0) -> str:
    days = [(n, f"2026-05-{1 + n % 28:02}") for n in range(start, start + count)]
    return "".join(
        f"{team}{n},solved,{day}T10:00Z,{day}T12:00Z,{team},refund,{'good' if n % 4 else 'bad'},good_bad,"
        f"{day}T13:00Z,{200 + n},{day}T10:05Z\n"
        for n, day in days
    )


@pytest.fixture
def figures(payments: Team, harbor_payments: Team) -> Import:
    return bring(HEAD + rows(40, payments.slug) + rows(30, harbor_payments.slug) + rows(2, "strangers"))


def shown(browser: Client, name: str, **params: str) -> str:
    response = browser.get(reverse(f"metrics:{name}"), params)
    assert response.status_code == 200
    return response.content.decode()


def test_an_import_that_stopped_says_what_was_read_and_offers_the_undo(gia: User, as_person: Any) -> None:
    started = importing.start(
        draft("external_id,status,created_at\nA1,new,2026-05-04\nA2,new,2026-05-04\n"),
        SHIPPED["sopdesk"],
        actor=gia,
    )
    assert started.job_id is not None
    running.run(started.job_id)
    cursor = {"phase": "read", "offset": 0, "line": 1, "delimiter": ",", "size": 9}
    Job.objects.filter(pk=started.job_id).update(cursor=cursor)
    Import.objects.filter(pk=started.pk).update(rows_read=2)
    importing.stored_path(Import.objects.get(pk=started.pk)).unlink()
    finish(started)
    page = as_person(gia).get(reverse("metrics:import_read", args=[started.pk])).content.decode()
    assert "2 rows were read before it stopped" in page
    undo = reverse("metrics:import_undo", args=[started.pk])
    assert undo in page
    as_person(gia).post(undo)
    assert Import.objects.get(pk=started.pk).undo_job is not None


MAY = {"until": "2026-05-31", "period": "91"}


def test_a_vendors_lead_lists_tickets_of_the_vendor_only(figures: Import, finn: User, as_person: Any) -> None:
    listed = shown(as_person(finn), "tickets", **MAY)
    assert "harbor-payments3" in listed
    assert ">payments3" not in listed
    assert "strangers" not in listed
    others = shown(as_person(finn), "tickets", team="payments", **MAY)
    assert "No such tickets" in others
    assert "“payments” as Team" in others


def test_an_agent_is_told_of_nothing(figures: Import, eve: User, as_person: Any) -> None:
    for name in ("dashboard", "tickets", "definitions", "import_list", "import_new"):
        assert as_person(eve).get(reverse(f"metrics:{name}")).status_code == 404


def test_a_lead_imports_nothing(figures: Import, finn: User, as_person: Any) -> None:
    for path in ("/imports", "/imports/new", f"/imports/{figures.pk}", f"/imports/{figures.pk}/rejected"):
        assert as_person(finn).get(path).status_code == 404


NO_SENSE = (
    "period=x", "until=yesterday", "team=nobody", "label=%00", "metric=zzz", "page=-1", "sort=__class__",
    "site='--", "source=9e9",
)  # fmt: skip


def test_an_address_that_makes_no_sense_still_answers(figures: Import, gia: User, as_person: Any) -> None:
    for query in NO_SENSE:
        for name in ("dashboard", "tickets"):
            answer = as_person(gia).get(f"{reverse(f'metrics:{name}')}?{query}")
            assert answer.status_code == 200, (name, query)


def test_without_tickets_the_pages_say_so(gia: User, as_person: Any) -> None:
    page = shown(as_person(gia), "dashboard")
    assert "not measured" in page
    assert "No tickets in this period" in page


SHOW = ("all", "rated", "rated_bad", "late_reply", "overdue_resolution", "handled", "reopened", "solved")


def test_the_tickets_behind_each_figure_are_listed(figures: Import, gia: User, as_person: Any) -> None:
    for show in SHOW:
        shown(as_person(gia), "tickets", show=show, **MAY)


def test_rated_bad_lists_those_rated_bad(figures: Import, gia: User, as_person: Any) -> None:
    response = as_person(gia).get(reverse("metrics:tickets"), {"show": "rated_bad", "label": "refund", **MAY})
    assert response.context["listing"].total == 19


@pytest.mark.parametrize("name", ["dashboard", "tickets", "import_list"])
def test_more_rows_take_no_more_queries(
    name: str,
    payments: Team,
    gia: User,
    as_person: Any,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = as_person(gia)
    one = bring(HEAD + rows(1, payments.slug))
    browser.get(reverse(f"metrics:{name}"), MAY)
    with django_assert_max_num_queries(99) as few:
        browser.get(reverse(f"metrics:{name}"), MAY)
    bring(HEAD + "".join(rows(1, f"team-{number}", start=1) for number in range(50)))
    Import.objects.bulk_create(
        Import(
            source=one.source,
            file_name=f"{n}.csv",
            stored="",
            size=1,
            sha256=str(n),
            time_zone="UTC",
            created_by=gia,
        )
        for n in range(48)
    )
    with django_assert_max_num_queries(len(few)):
        browser.get(reverse(f"metrics:{name}"), MAY)


def upload(browser: Client, content: bytes, name: str = "tickets.csv") -> Any:
    return browser.post("/imports/new", {"file": SimpleUploadedFile(name, content), "source": "Desk"})


def test_the_way_from_a_file_to_its_report(gia: User, payments: Team, as_person: Any) -> None:
    browser = as_person(gia)
    text = HEAD + rows(30, payments.slug) + "bad,nonsense,2026-05-01,,,,,,,,\n"
    mapping_page = upload(browser, gzip.compress(text.encode()), "t.csv.gz")
    draft = Import.objects.get()
    assert mapping_page["Location"] == f"/imports/{draft.pk}/mapping"
    page = browser.get(mapping_page["Location"])
    assert "sopdesk" in page.content.decode()
    assert "payments0" in page.content.decode()
    form = {field.html_name: field.initial or "" for field in page.context["form"]}
    assert (
        browser.post(mapping_page["Location"], {**form, "save_as": "our desk"})["Location"]
        == f"/imports/{draft.pk}/check"
    )
    assert "nonsense" in browser.get(f"/imports/{draft.pk}/check").content.decode()
    assert not Ticket.objects.exists()
    assert browser.post(f"/imports/{draft.pk}/start")["Location"] == f"/imports/{draft.pk}"
    assert 'hx-get="' in browser.get(f"/imports/{draft.pk}").content.decode()
    finish(Import.objects.get())
    report = browser.get(f"/imports/{draft.pk}", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-get="' not in report
    assert "<html" not in report
    assert "This is no status we know" in report
    download = b"".join(browser.get(f"/imports/{draft.pk}/rejected").streaming_content).decode()
    assert "nonsense" in download
    assert Mapping.objects.get().name == "our desk"


def test_the_same_file_again_leads_to_the_first_import(gia: User, payments: Team, as_person: Any) -> None:
    browser, text = as_person(gia), (HEAD + rows(3, payments.slug)).encode()
    for _ in range(2):
        upload(browser, text)
        draft = Import.objects.latest("pk")
        page = browser.get(f"/imports/{draft.pk}/mapping")
        form = {field.html_name: field.initial or "" for field in page.context["form"]}
        browser.post(f"/imports/{draft.pk}/mapping", form)
        last = browser.post(f"/imports/{draft.pk}/start")
    assert Import.objects.count() == 1
    assert last["Location"] == f"/imports/{Import.objects.get().pk}"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no bytes"), (b"PK\x03\x04oops", "damaged"), (b"%PDF-1.7", "PDF"), (b"\n\n", "blank lines")],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(
    content: bytes, words: str, gia: User, as_person: Any
) -> None:
    answer = upload(as_person(gia), content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Desk"' in answer.content.decode()
    assert not Import.objects.exists()


def test_a_file_of_unknown_columns_is_mapped_by_hand(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    upload(browser, b"Ticket ID,State,Opened,Thing\n1,new,2026-05-04,x\n")
    draft = Import.objects.get()
    page = browser.get(f"/imports/{draft.pk}/mapping")
    guessed = page.context["form"].initial | {
        f.html_name: f.initial for f in page.context["form"] if f.initial
    }
    assert (guessed["column_external_id"], guessed["column_status"], guessed["column_created_at"]) == (
        "Ticket ID",
        "State",
        "Opened",
    )
    refused = browser.post(
        f"/imports/{draft.pk}/mapping", {"time_zone": "Mars/Base", "column_status": "Nowhere"}
    )
    assert refused.status_code == 422
    assert "is not a time zone" in refused.content.decode()


def test_a_draft_can_be_thrown_away(gia: User, as_person: Any) -> None:
    browser = as_person(gia)
    upload(browser, (HEAD + rows(1, "x")).encode())
    assert browser.post(f"/imports/{Import.objects.get().pk}/discard").status_code == 302
    assert not Import.objects.exists()


def test_ratings_after_the_last_new_ticket_are_in_the_usual_period(gia: User, payments: Team) -> None:
    rated_later = rows(1, payments.slug).replace("2026-05-01T13:00Z", "2026-05-03T13:00Z")
    bring(HEAD + "".join(rated_later.replace("payments0,", f"payments{n},") for n in range(30)))
    form = FigureFilter(QueryDict(), user=gia)
    assert form.last_day() == date(2026, 5, 3)
