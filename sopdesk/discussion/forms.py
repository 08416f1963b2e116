"""What people type in a discussion."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from sopdesk.discussion.locating import CONTEXT, Quote
from sopdesk.discussion.models import QUOTE_MAX, REPLACEMENT_MAX, WORDS_MAX, Thread
from sopdesk.discussion.pointing import About
from sopdesk.documents.models import Change, Document

PAGE_CONTEXT = 4 * CONTEXT
"""What a page may send of the words round a selection."""


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(
        attrs={
            "rows": rows,
            "data-mentions": reverse_lazy("discussion:people"),
            "data-send": "",
            "maxlength": WORDS_MAX,
        }
    )


class CommentForm(forms.Form):
    """A comment by itself: an answer, or one's own mended."""

    body = forms.CharField(label=_("Comment"), max_length=WORDS_MAX, widget=_words(3))

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"thread_{thread.pk}_%s", **kwargs})


class RejectForm(forms.Form):
    why = forms.CharField(label=_("Why not"), max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, thread: Thread, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"thread_{thread.pk}_%s", **kwargs})


class ThreadForm(forms.Form):
    """A new thread. What it points at comes from the page; without a page's help the words are typed by hand."""

    document = forms.IntegerField(required=False, widget=forms.HiddenInput)
    anchor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    side = forms.ChoiceField(
        choices=Thread.Side.choices, required=False, initial=Thread.Side.NEW, widget=forms.HiddenInput
    )
    before = forms.CharField(required=False, strip=False, max_length=PAGE_CONTEXT, widget=forms.HiddenInput)
    after = forms.CharField(required=False, strip=False, max_length=PAGE_CONTEXT, widget=forms.HiddenInput)
    quote = forms.CharField(
        label=_("About these words"),
        required=False,
        strip=False,
        max_length=QUOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As they stand in the text. Leave it empty for the section as a whole."),
    )
    body = forms.CharField(
        label=_("Comment"),
        max_length=WORDS_MAX,
        widget=_words(4),
        error_messages={"required": _("Write something first.")},
        help_text=_("@ names somebody. Markdown and [[references]] work."),
    )
    suggest = forms.BooleanField(label=_("Suggest other words"), required=False)
    replacement = forms.CharField(
        label=_("Write instead"),
        required=False,
        strip=False,
        max_length=REPLACEMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
        help_text=_(
            "Empty takes the words out. Whose words are accepted becomes an author and does not approve."
        ),
    )
    must_resolve = forms.BooleanField(label=_("Must be resolved before approval"), required=False)

    def __init__(self, *args: Any, change: Change, place: str = "", **kwargs: Any) -> None:
        number = crc32(place.encode())
        super().__init__(*args, **{"auto_id": f"talk_{number}_%s", **kwargs})
        self.change = change
        # Suggested words say enough by themselves.
        self.fields["body"].required = not (self.is_bound and self.data.get("suggest"))

    def clean(self) -> dict[str, Any]:
        """The document has to be one of the change's; a comment, or a suggestion with or without one."""
        cleaned = super().clean() or {}
        number = cleaned.get("document")
        found = Document.objects.filter(drafts__change=self.change, pk=number).first() if number else None
        if number and found is None:
            self.add_error(
                None, _("This document is not part of the change any more. What you typed is still here.")
            )
        cleaned["document"] = found
        if cleaned.get("suggest") and not cleaned.get("quote", "").strip() and "quote" not in self.errors:
            self.add_error("quote", _("Say which words you would replace."))
        return cleaned

    def asked(self) -> dict[str, Any]:
        """As `commenting.open_thread` takes it."""
        data = self.cleaned_data
        quote = Quote(data["quote"].replace("\r\n", "\n").strip("\n"), data["before"], data["after"])
        return {
            "about": About(data["document"], data["anchor"], quote, data["side"] or Thread.Side.NEW),
            "body": data["body"],
            "replacement": data["replacement"] if data["suggest"] else None,
            "must_resolve": data["must_resolve"],
        }
