"""The dashboards: tabs of figures, comparison, saved views, views by mail."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "metrics.dashboards"
    label = "metrics_dashboards"
    verbose_name = _("Dashboards")
    default_auto_field = "django.db.models.BigAutoField"
