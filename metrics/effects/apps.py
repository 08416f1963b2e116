"""The cards that say whether a change worked."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EffectsConfig(AppConfig):
    name = "metrics.effects"
    label = "metrics_effects"
    verbose_name = _("Effects of changes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("metrics.effects.files")  # names the rows of a card
        import_module("metrics.effects.panels")
