"""Watching the figures for spikes."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    name = "metrics.watching"
    label = "metrics_watching"
    verbose_name = _("Spikes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.watching.files")  # names the rows of its list
