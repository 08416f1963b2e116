"""Addresses of spikes."""

from django.urls import path

from metrics.watching import views

app_name = "watching"
urlpatterns = [
    path("metrics/spikes", views.alert_list, name="list"),
    path("metrics/spikes/<int:pk>", views.alert_read, name="read"),
    path("metrics/spikes/<int:pk>/acknowledge", views.alert_acknowledge, name="acknowledge"),
    path("metrics/spikes/<int:pk>/close", views.alert_close, name="close"),
    path("metrics/spikes/<int:pk>/reopen", views.alert_reopen, name="reopen"),
]
