"""The metrics app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "metrics"
    label = "metrics"
    verbose_name = _("Metrics")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.importing")  # registers the import's job
        import_module("metrics.undoing")  # and that of taking it back
        import_module("metrics.rebuilding")  # and that of adding all days up anew
        import_module("metrics.late_teams")  # and that of teams that came after their tickets
        import_module("metrics.rating_days")  # and that of ratings whose source says another day
        import_module("metrics.renaming")  # and that of days whose labels got other names
