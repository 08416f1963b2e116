"""What a reviewer from outside says and reads of a discussion: their own threads with the answers, no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sopdesk.discussion import commenting
from sopdesk.discussion.locating import Quote
from sopdesk.discussion.models import QUOTE_MAX, WORDS_MAX, Comment, Thread
from sopdesk.discussion.placing import cut
from sopdesk.discussion.pointing import About
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import OutsideReviewer
from sopdesk.text.presenting import present_all

BETWEEN = ":"


@dataclass(frozen=True)
class Answered:
    """One of their threads, with what was said in it as the public would read it."""

    thread: Thread
    said: Sequence[tuple[Comment, SafeString]]


class OutsideCommentForm(forms.Form):
    """A comment on the change, a document or a section; or, with `thread`, one more word in a thread of theirs."""

    thread = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = forms.ChoiceField(label=_("About"), required=False)
    quote = forms.CharField(
        label=_("About these words"),
        required=False,
        max_length=QUOTE_MAX,
        help_text=_("As they stand in the text."),
    )
    body = forms.CharField(label=_("Comment"), max_length=WORDS_MAX, widget=forms.Textarea(attrs={"rows": 4}))
    must_resolve = forms.BooleanField(label=_("Must be resolved before approval"), required=False)

    def __init__(self, *args: Any, outsider: OutsideReviewer, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "outside_%s", **kwargs})
        self.outsider = outsider
        self.items = list(outsider.change.items.select_related("document"))
        self.fields["place"].choices = [("", _("The whole change")), *self._places()]  # type: ignore[attr-defined]

    def _places(self) -> list[tuple[str, str]]:
        return [
            (
                f"{item.document_id}{BETWEEN}{anchor}",
                f"{item.title} · {part.title}" if part.title else item.title,
            )
            for item in self.items
            for anchor, part in cut(item.body).parts.items()
        ]

    def post(self) -> Thread:
        """Say it. Raises ChangeRefused."""
        data = self.cleaned_data
        own = Thread.objects.filter(outside=self.outsider, pk=data["thread"]).select_related("change").first()
        if own is not None:
            return commenting.reply(own, author=self.outsider, body=data["body"]).thread
        number, _between, anchor = data["place"].partition(BETWEEN)
        if data["quote"] and not number:
            if len(self.items) > 1:
                raise ChangeRefused([str(_("Choose the text that these words stand in."))])
            number = str(self.items[0].document_id)
        documents = {str(item.document_id): item.document for item in self.items}
        about = About(documents.get(number), anchor, Quote(data["quote"]))
        return commenting.open_thread(
            self.outsider.change,
            author=self.outsider,
            body=data["body"],
            about=about,
            must_resolve=data["must_resolve"],
        )


def own_threads(outsider: OutsideReviewer) -> list[Answered]:
    """The threads that they opened, each with its answers."""
    threads = list(
        Thread.objects.filter(outside=outsider).prefetch_related("comments__author", "comments__outside")
    )
    comments = [comment for thread in threads for comment in thread.comments.all()]
    shown = present_all([comment.html for comment in comments], viewer=AnonymousUser(), at=timezone.now())
    html = {comment.pk: text for comment, text in zip(comments, shown, strict=True)}
    return [
        Answered(thread, [(comment, html[comment.pk]) for comment in thread.comments.all()])
        for thread in threads
    ]
