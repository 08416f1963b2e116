"""Pictures in texts: adding one, and showing one to whoever may read a text that uses it."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sopdesk.accounts.access import permission_required, signed_in
from sopdesk.accounts.permissions import Permission
from sopdesk.documents import pictures
from sopdesk.documents.models import ChangeItem, Picture
from sopdesk.documents.views.outside import confirmed_in

FOREVER = "private, max-age=31536000, immutable"
"""An address names its content, so it never changes; `private`, because not everybody may see it."""
NEVER = "private, no-store"
TO_MEND = 422


@require_POST
@permission_required(Permission.CHANGE_EDIT)
def picture_add(request: HttpRequest) -> HttpResponse:
    """Keep an uploaded picture and say where it is."""
    upload = request.FILES.get("picture")
    if upload is None:
        return JsonResponse({"reasons": [_("Choose a picture.")]}, status=TO_MEND)
    try:
        content = upload.read() if (upload.size or 0) <= pictures.MAX_BYTES else bytes(pictures.MAX_BYTES + 1)
        picture = pictures.keep(content, actor=signed_in(request))
    except pictures.PictureRefused as refusal:
        return JsonResponse({"reasons": refusal.reasons}, status=TO_MEND)
    return JsonResponse({"address": pictures.address(picture)})


@require_safe
def picture_read(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture as it is kept. Hidden is 404, as if it were not there."""
    mark, _dot, ending = name.partition(".")
    picture, kept = _found(request, mark)
    if pictures.ENDINGS[picture.content_type] != ending:
        raise Http404
    try:
        response = FileResponse(picture.file.open("rb"), content_type=picture.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="{mark[:12]}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = kept
    return response


def _found(request: HttpRequest, mark: str) -> tuple[Picture, str]:
    """The picture and how long a browser may keep it: for somebody from outside not at all, like all they are shown.
    Raises Http404."""
    picture = Picture.objects.visible_to(request.user).filter(hash=mark).first()
    if picture is not None:
        return picture, FOREVER
    reviewed = [outsider.change_id for outsider in confirmed_in(request)]
    drafts = ChangeItem.objects.filter(change__in=reviewed)
    return get_object_or_404(Picture.objects.shown_in(drafts), hash=mark), NEVER
