"""Addresses of changes, and of every kind of document (an app places its kinds with `kind_urls`)."""

from __future__ import annotations

from django.urls import URLPattern, include, path, register_converter
from django.urls.converters import StringConverter

from sopdesk.documents.review_urls import outsiders, reviews
from sopdesk.documents.views import (
    ageing,
    changes,
    editor,
    handing_over,
    pictures,
    reading,
    rebasing,
    releasing,
    stewardship,
    writing,
)


class KeyConverter(StringConverter):
    """A document's key. No key holds a NUL, and Postgres cannot even be asked for one."""

    regex = "[^/\\x00]+"


class PictureConverter(StringConverter):
    """A picture's name: the hash of its content and its ending."""

    regex = "[0-9a-f]{64}\\.(?:png|jpg|gif|webp)"


register_converter(KeyConverter, "key")
register_converter(PictureConverter, "picture")


def kind_urls(kind: str, base: str, *, prefix: str = "", read_at: str = "") -> list[URLPattern]:
    """The pages of one kind under `base`, named with `prefix`; `read_at` puts its reading page elsewhere."""
    own = {"kind": kind}
    one = f"{base}/<key:key>"
    return [
        path(base, reading.document_list, own, name=f"{prefix}list"),
        path(f"{base}/new", writing.document_new, own, name=f"{prefix}new"),
        path(f"{read_at or base}/<key:key>", reading.document_read, own, name=f"{prefix}read"),
        path(f"{one}/edit", writing.document_edit, own, name=f"{prefix}edit"),
        path(f"{one}/verify", stewardship.document_verify, own, name=f"{prefix}verify"),
        path(f"{one}/verify/take-back", stewardship.document_unverify, own, name=f"{prefix}unverify"),
        path(f"{one}/stewardship", stewardship.document_stewardship, own, name=f"{prefix}stewardship"),
        path(f"{one}/retire", releasing.document_retire, own, name=f"{prefix}retire"),
        path(f"{one}/history", reading.document_history, own, name=f"{prefix}history"),
        path(f"{one}/versions/<int:number>", reading.version_read, own, name=f"{prefix}version"),
        path(f"{one}/versions/<int:number>/restore", writing.version_restore, own, name=f"{prefix}restore"),
        path(f"{one}/compare/<int:old>/<int:new>", reading.version_compare, own, name=f"{prefix}compare"),
    ]


_changes = [
    path("changes/<int:pk>", changes.change_read, name="read"),
    path("changes/<int:pk>/describe", changes.change_describe, name="describe"),
    path("changes/<int:pk>/propose", changes.change_propose, name="propose"),
    path("changes/<int:pk>/request-changes", changes.change_request_changes, name="request_changes"),
    path("changes/<int:pk>/withdraw", changes.change_withdraw, name="withdraw"),
    path("changes/<int:pk>/publish", changes.change_publish, name="publish"),
    path("changes/<int:pk>/schedule", changes.change_schedule, name="schedule"),
    path("changes/<int:pk>/unschedule", changes.change_unschedule, name="unschedule"),
    path("changes/<int:pk>/publish-urgently", releasing.change_publish_urgently, name="publish_urgently"),
    path("changes/<int:pk>/confirm", releasing.change_confirm, name="confirm"),
    path("changes/<int:pk>/undo", releasing.change_undo, name="undo"),
    path("changes/<int:pk>/add", changes.change_add, name="add"),
    path("changes/<int:change_id>/items/<int:pk>", writing.item_edit, name="item_edit"),
    path("changes/<int:change_id>/items/<int:pk>/preview", editor.item_preview, name="item_preview"),
    path("changes/<int:change_id>/items/<int:pk>/save", editor.item_save, name="item_save"),
    path("changes/<int:change_id>/items/<int:pk>/presence", editor.item_presence, name="item_presence"),
    path("changes/<int:change_id>/items/<int:pk>/suggest", editor.item_suggest, name="item_suggest"),
    path("changes/<int:pk>/presence", editor.change_presence, name="presence"),
    path("changes/paste", editor.paste, name="paste"),
    path("changes/<int:change_id>/items/<int:pk>/remove", changes.item_remove, name="item_remove"),
    path("changes/<int:change_id>/items/<int:pk>/rebase", rebasing.item_rebase, name="item_rebase"),
    path("changes/<int:change_id>/items/<int:pk>/retire", releasing.item_retire, name="item_retire"),
]

_pictures = [
    path("pictures", pictures.picture_add, name="add"),
    path("pictures/<picture:name>", pictures.picture_read, name="read"),
]

_upkeep = [
    path("sops/ageing", ageing.report, name="ageing"),
    path("sops/ageing.csv", ageing.report_csv, name="ageing_csv"),
    path("sops/ageing/verify", ageing.verify_several, name="verify_several"),
    path("people/<int:person_id>/hand-over", handing_over.hand_over, name="hand_over"),
    path("hand-overs/<int:pk>/hand-back", handing_over.hand_back, name="hand_back"),
]

urlpatterns = [
    path("", include(([*reviews, *_changes], "changes"))),
    path("", include((_upkeep, "upkeep"))),
    path("", include((_pictures, "pictures"))),
    path("", include((outsiders, "outside"))),
]
