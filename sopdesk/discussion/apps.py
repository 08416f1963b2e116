"""The discussion app: comments and suggested edits on changes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionConfig(AppConfig):
    name = "sopdesk.discussion"
    verbose_name = _("Discussion")
