"""Tags said faster say what Django's own say, in every language and for every address."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Engine
from django.template.engine import Engine as AnyEngine
from django.test import RequestFactory
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import translation

from sopdesk.text.reversing import address
from sopdesk.web.templatetags import quick_i18n

OURS = Engine(
    builtins=["sopdesk.web.templatetags.quick"],
    libraries={"i18n": "sopdesk.web.templatetags.quick_i18n"},
)
THEIRS = Engine(libraries={"i18n": "django.templatetags.i18n"})


def said(engine: AnyEngine, template: str, **values: Any) -> str:
    return engine.from_string(template).render(Context(values))


@pytest.mark.parametrize(
    "template",
    [
        '{% load i18n %}{% translate "Save" %}',
        "{% load i18n %}{% trans 'Save' %}",
        '{% load i18n %}{% translate "100 % of <b> & \\"x\\"" %}',
        '{% load i18n %}{% translate "This field is required." %}',
        '{% load i18n %}{% translate "Save" as word %}[{{ word }}]',
        '{% load i18n %}{% translate "May" context "month name" %}',
        '{% load i18n %}{% translate "Save" noop %}',
        '{% load i18n %}{% translate "Save"|upper %}',
        "{% load i18n %}{% translate word %}",
        '{% load i18n %}{% autoescape off %}{% translate "A & B" %}{% endautoescape %}',
        "{% load i18n %}{% blocktranslate with a=word %}It is {{ a }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=word b=key %}100 % {{ a }}, {{ b }}, {{ a }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=word|safe %}It is {{ a }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=nobody %}It is {{ a }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=number %}It is {{ a }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=word %}It is {{ a }} of {{ key }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with a=word asvar b %}It is {{ a }}{% endblocktranslate %}[{{ b }}{{ a }}]",
        "{% load i18n %}{% blocktranslate trimmed with a=word %}\n It\n is {{ a }}\n{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate %}Save{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate context 'month name' %}May{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with name=word %}{{ name }} as CSV{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate count n=word|length %}{{ n }} d{% plural %}{{ n }} ds{% endblocktranslate %}",
        "{% load i18n %}{% autoescape off %}{% blocktrans with a=word %}{{ a }}{% endblocktrans %}{% endautoescape %}",
        "{% url 'desk' %}",
        "{% url 'sops:read' key %}",
        "{% url 'sops:version' key 3 %}",
        "{% url 'sops:read' key as there %}[{{ there }}]",
        "{% url 'nowhere' as there %}[{{ there }}]",
        "{% url name %}",
        "{% autoescape off %}{% url 'sops:read' key %}{% endautoescape %}",
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_tag_says_what_djangos_says(template: str, language: str) -> None:
    values = {"word": "<May & June>", "key": "SOP-1", "name": "audit:list", "number": 1234.5}
    with translation.override(language):
        assert said(OURS, template, **values) == said(THEIRS, template, **values)


def test_a_sentence_whose_translation_has_other_names_is_said_as_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As Django does it, where a translator has mistyped a name."""
    template = "{% load i18n %}{% blocktranslate with a=word %}It is {{ a }}{% endblocktranslate %}"
    monkeypatch.setattr(
        translation,
        "gettext",
        lambda words: words.replace("(a)", "(b)") if translation.get_language() else words,
    )
    monkeypatch.setattr(quick_i18n, "gettext", translation.gettext)
    assert said(OURS, template, word="June") == said(THEIRS, template, word="June") == "It is June"


def test_an_address_that_is_not_there_is_an_error() -> None:
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            said(OURS, "{% url 'nowhere' %}")
        with pytest.raises(NoReverseMatch):
            address("sops:read", "a/b")


def test_an_address_is_of_its_urls_and_its_prefix(settings: Any) -> None:
    assert address("desk") == reverse("desk") == address("desk")
    assert address("sops:version", "SOP-1", 1) != address("sops:version", "SOP-1", 2)
    with pytest.raises(NoReverseMatch):
        address("sops:version", "SOP-1", True)  # equal to 1, and another address
    settings.ROOT_URLCONF = "tests.web.other_urls"
    assert address("desk") == "/elsewhere"


def test_within_a_namespace_it_is_of_that() -> None:
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/metrics")
    values = {"request": request}
    assert said(OURS, "{% url 'metrics:definitions' %}", **values) == reverse("metrics:definitions")
