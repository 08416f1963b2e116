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
from sopdesk.documents.models import Picture

FOREVER = "private, max-age=31536000, immutable"
"""An address names its content, so it never changes; `private`, because not everybody may see it."""
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
    picture = get_object_or_404(Picture.objects.visible_to(request.user), hash=mark)
    if pictures.ENDINGS[picture.content_type] != ending:
        raise Http404
    try:
        response = FileResponse(picture.file.open("rb"), content_type=picture.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="{mark[:12]}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = FOREVER
    return response
