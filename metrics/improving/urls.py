"""Addresses of improving."""

from django.urls import path

from metrics.improving.views import initiatives, work

app_name = "improving"
urlpatterns = [
    path("metrics/improving", work.work, name="work"),
    path("metrics/initiatives", initiatives.initiative_list, name="initiatives"),
    path("metrics/initiatives/new", initiatives.initiative_new, name="initiative_new"),
    path("metrics/initiatives/<int:initiative_id>", initiatives.initiative, name="initiative"),
    path("metrics/initiatives/<int:initiative_id>/edit", initiatives.initiative_edit, name="initiative_edit"),
    path("metrics/initiatives/<int:initiative_id>/move", initiatives.initiative_move, name="initiative_move"),
    path("metrics/initiatives/<int:initiative_id>/link", initiatives.initiative_link, name="initiative_link"),
    path(
        "metrics/initiatives/<int:initiative_id>/unlink/<int:change_id>",
        initiatives.initiative_unlink,
        name="initiative_unlink",
    ),
]
