"""The quality app: scorecards, reviews of sampled tickets, how far reviewers agree."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "metrics.quality"
    label = "metrics_quality"
    verbose_name = _("Quality")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.quality.forgetting")  # goes with what privacy deletes and erases
        import_module("metrics.quality.taking")  # registers the job that brings results in
        import_module("metrics.quality.behind")  # adds the lists of tickets behind IQS
        import_module("metrics.quality.tab")  # fills the dashboard's tab
        import_module("metrics.quality.tile_files")  # names the rows of what stands there
        import_module("metrics.quality.reporting")  # answers for IQS
