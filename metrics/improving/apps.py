"""The improving app: where to work next, and initiatives with a baseline."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImprovingConfig(AppConfig):
    name = "metrics.improving"
    label = "metrics_improving"
    verbose_name = _("Improving")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.improving.files")  # names the rows of its pages
