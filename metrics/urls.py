"""Addresses of the metrics app."""

from django.urls import include, path

from metrics import import_views, mapping_views, views

app_name = "metrics"
urlpatterns = [
    path("", include("metrics.dashboards.urls")),
    path("metrics/definitions", views.definitions, name="definitions"),
    path("metrics/tiles/<slug:key>.csv", views.tile_csv, name="tile_csv"),
    path("imports", views.import_list, name="import_list"),
    path("imports/mappings", mapping_views.mapping_list, name="mapping_list"),
    path("imports/mappings/<int:mapping_id>/name", mapping_views.mapping_rename, name="mapping_rename"),
    path("imports/mappings/<int:mapping_id>/remove", mapping_views.mapping_remove, name="mapping_remove"),
    path("imports/new", import_views.import_new, name="import_new"),
    path("imports/<int:import_id>", import_views.import_read, name="import_read"),
    path("imports/<int:import_id>/mapping", mapping_views.import_map, name="import_map"),
    path("imports/<int:import_id>/preview", mapping_views.import_preview, name="import_preview"),
    path("imports/<int:import_id>/check", import_views.import_check, name="import_check"),
    path("imports/<int:import_id>/start", import_views.import_start, name="import_start"),
    path("imports/<int:import_id>/discard", import_views.import_discard, name="import_discard"),
    path("imports/<int:import_id>/undo", import_views.import_undo, name="import_undo"),
    path("imports/<int:import_id>/rejected", import_views.import_rejected, name="import_rejected"),
]
