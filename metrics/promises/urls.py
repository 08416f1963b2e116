"""Addresses of service levels."""

from django.urls import path

from metrics.promises import recompute_views, views

app_name = "promises"
urlpatterns = [
    path("metrics/service-levels", views.overview, name="list"),
    path("metrics/service-levels/calendars/new", views.calendar_edit, name="calendar_new"),
    path("metrics/service-levels/calendars/<int:pk>", views.calendar_read, name="calendar"),
    path("metrics/service-levels/calendars/<int:pk>/edit", views.calendar_edit, name="calendar_edit"),
    path("metrics/service-levels/policies/new", views.policy_edit, name="policy_new"),
    path("metrics/service-levels/policies/<int:pk>", views.policy_read, name="policy"),
    path("metrics/service-levels/policies/<int:pk>/edit", views.policy_edit, name="policy_edit"),
    path("metrics/service-levels/recompute", recompute_views.recompute_new, name="recompute_new"),
    path("metrics/service-levels/recompute/<int:pk>", recompute_views.recompute_read, name="recompute"),
    path(
        "metrics/service-levels/recompute/<int:pk>/apply",
        recompute_views.recompute_apply,
        name="recompute_apply",
    ),
]
