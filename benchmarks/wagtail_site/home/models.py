"""A page with a stream of rich text, as Wagtail's own tutorial builds one."""

from wagtail.blocks import RichTextBlock
from wagtail.fields import StreamField
from wagtail.models import Page


class RulePage(Page):
    body = StreamField([("text", RichTextBlock())])
