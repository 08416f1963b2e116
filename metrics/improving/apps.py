"""The improving app: where to work next, and initiatives with a baseline."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImprovingConfig(AppConfig):
    name = "metrics.improving"
    label = "metrics_improving"
    verbose_name = _("Improving")
    default_auto_field = "django.db.models.BigAutoField"
