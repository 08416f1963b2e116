"""The readership app: who has to read what, who has, and who watches what."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadershipConfig(AppConfig):
    name = "sopdesk.readership"
    verbose_name = _("Readership")
