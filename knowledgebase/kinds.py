"""What is particular to a help article as a document."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from knowledgebase.forms import ArticleForm
from knowledgebase.models import Article
from sopdesk.accounts.audience import Audience
from sopdesk.documents import kinds
from sopdesk.documents.keys import from_title

kinds.register(
    kinds.Kind(
        name="article",
        label=_("Article"),
        plural=_("Articles"),
        model=Article,
        new_key=from_title("article"),
        urls="knowledgebase:",
        icon="book-2",
        purpose=_("An article explains a rule to customers in plain words."),
        data_form=ArticleForm,
        default_audience=Audience.PUBLIC,
        is_public=True,
        weight=0.9,
        aside="knowledgebase/article_aside.html",
    )
)
