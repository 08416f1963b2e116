"""What is particular to an SOP as a document."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sopdesk.documents import kinds
from sopdesk.documents.keys import numbered
from sops.forms import SOPForm
from sops.models import SOP

kinds.register(
    kinds.Kind(
        name="sop",
        label=_("SOP"),
        plural=_("SOPs"),
        model=SOP,
        new_key=numbered("sop", "SOP"),
        urls="sops:",
        icon="list-check",
        purpose=_(
            "An SOP is a rule that agents follow step by step. Start with the case agents ask about most."
        ),
        data_form=SOPForm,
        aside="sops/sop_aside.html",
    )
)
