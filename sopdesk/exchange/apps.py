"""The exchange app: documents come in from files and go out to files."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "sopdesk.exchange"
    verbose_name = _("Exchange")
