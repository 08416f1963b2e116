"""The letters app: mail that leaves after the work it tells of is committed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "sopdesk.letters"
    verbose_name = _("Letters")
