"""The tabs above the pages of readership."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sopdesk.accounts.permissions import Permission, allows


def tabs_for(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """One's own pages, and readiness for those who may read it."""
    shown = [
        ("own", _("To read"), "checklist"),
        ("changed", _("Changed since you read"), "file-diff"),
        ("watches", _("Watching"), "eye"),
    ]
    if allows(request.user, Permission.READERSHIP_READ):
        shown.append(("report", _("Readiness"), "chart-bar"))
        shown.append(("groups", _("By team"), "users"))
        shown.append(("people", _("By person"), "user"))
    return [
        {"label": label, "url": reverse(f"readership:{name}"), "icon": icon, "current": name == current}
        for name, label, icon in shown
    ]
