"""The dashboards: tabs of figures, comparison, saved views, views by mail."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "metrics.dashboards"
    label = "metrics_dashboards"
    verbose_name = _("Dashboards")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.dashboards.parts")  # fills its places in the tabs
        import_module("metrics.dashboards.standing_now")  # answers for promises at risk and overdue
        import_module("metrics.dashboards.time_to_solve")  # answers for the median of its curve
        import_module("metrics.dashboards.part_files")  # names the rows of what stands there
