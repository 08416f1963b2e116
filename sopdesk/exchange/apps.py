"""The exchange app: documents come in from files and go out to files."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "sopdesk.exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        """Register the jobs."""
        import_module("sopdesk.exchange.reading")
        import_module("sopdesk.exchange.importing")
        import_module("sopdesk.exchange.exporting")
