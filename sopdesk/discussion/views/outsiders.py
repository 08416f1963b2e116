"""A comment by a reviewer from outside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sopdesk.discussion.outsiders import OutsideCommentForm
from sopdesk.discussion.views.pages import REFUSED, TO_MEND
from sopdesk.documents.errors import ChangeRefused
from sopdesk.documents.models import OutsideReviewer
from sopdesk.documents.views.outside import by_link, is_confirmed


@require_POST
@by_link
def outside_comment(request: HttpRequest, outsider: OutsideReviewer, token: str) -> HttpResponse:
    """Take a comment of somebody whose code was confirmed; what was typed is kept otherwise."""
    if not is_confirmed(request, outsider):
        kept = {"token": token, "typed": request.POST.get("body", "")}
        return render(request, "discussion/outside_comment.html", kept, status=TO_MEND)
    form = OutsideCommentForm(request.POST, outsider=outsider)
    status = TO_MEND
    if form.is_valid():
        try:
            form.post()
            messages.success(request, _("Your comment stands. The authors are told."))
            return redirect("outside:read", token)
        except ChangeRefused as refusal:
            form.add_error(None, list(refusal.reasons))
            status = REFUSED
    context = {"token": token, "form": form}
    return render(request, "discussion/outside_comment.html", context, status=status)
