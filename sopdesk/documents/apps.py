"""The documents app: review and publication of anything written."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "sopdesk.documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        """Import every app's modules of these names, which register themselves, as Django's admin does it."""
        autodiscover_modules("kinds", "publish_checks", "panels", "impacts", "handovers")
        autodiscover_modules("release_checks", "release_panels", "review_panels", "reading_ahead")
