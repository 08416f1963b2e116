"""Calendars and policies in the browser, and measuring the past again."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "metrics.promises"
    label = "metrics_promises"
    verbose_name = _("Service levels")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.promises.recomputing")  # registers its jobs
