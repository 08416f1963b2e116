"""The macros app. Its kinds of document stand in kinds.py, which the documents app finds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MacrosConfig(AppConfig):
    name = "macros"
    verbose_name = _("Macros and labels")
