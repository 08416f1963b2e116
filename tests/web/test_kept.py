"""A session that is over costs nobody what they typed."""

from django.test import Client

from sopdesk.web.kept import Kept

WORDS = "Refund within 30 days,\nnot 14 <b>days</b>."


def test_a_form_without_its_token_gives_the_words_back(alone: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/body", {"body": WORDS, "csrfmiddlewaretoken": "stale", "password": "s3cret"})
    html = response.content.decode()
    assert response.status_code == 403
    assert "Refund within 30 days,\nnot 14 &lt;b&gt;days&lt;/b&gt;." in html
    assert "s3cret" not in html
    assert "stale" not in html


def test_a_form_sent_after_the_session_gives_the_words_back(alone: None, db: None) -> None:
    referer = {"HTTP_REFERER": "http://testserver/changes/7/items/9", "HTTP_HOST": "testserver"}
    response = Client().post("/guarded", {"body": WORDS}, **referer)
    html = response.content.decode()
    assert response.status_code == 403
    assert "not 14 &lt;b&gt;days&lt;/b&gt;." in html
    assert "/accounts/login/?next=%2Fchanges%2F7%2Fitems%2F9" in html


def test_a_page_asked_for_after_the_session_leads_to_the_log_in(alone: None, db: None) -> None:
    response = Client().get("/guarded")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/guarded"


def test_an_address_on_another_site_is_not_come_back_to(alone: None, db: None) -> None:
    html = Client().post("/guarded", {"body": WORDS}, HTTP_REFERER="https://evil.example/x").content.decode()
    assert "evil" not in html


def test_a_long_text_is_shown_tall_but_not_endless() -> None:
    assert Kept("body", "one line").lines == 1
    assert Kept("body", "a\n" * 400).lines == 20
