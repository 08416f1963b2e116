"""The privacy app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "metrics.privacy"
    label = "metrics_privacy"
    verbose_name = _("Privacy")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.privacy.checks")
        import_module("metrics.privacy.holding")  # says what undoing and importing leave as it is
        import_module("metrics.privacy.purging")  # registers the purge's job
