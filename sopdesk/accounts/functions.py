"""The functions of the company that a reviewer may speak for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewFunction(models.TextChoices):
    """What an approval is given for. Who holds which is set on the people's page."""

    PRODUCT = "product", _("Product")
    OPERATIONS = "operations", _("Operations")
    LEGAL = "legal", _("Legal")
    COMPLIANCE = "compliance", _("Compliance")
