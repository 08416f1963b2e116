"""Addresses of readership."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "readership"
urlpatterns: list[URLPattern] = []
