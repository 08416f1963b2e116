"""Addresses of the audit app."""

from django.urls import path

from sopdesk.audit import views

app_name = "audit"
urlpatterns = [path("audit", views.entry_list, name="list")]
