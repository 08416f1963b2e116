"""Addresses of the compliance app."""

from django.urls import path

from compliance import views

app_name = "compliance"
urlpatterns = [
    path("compliance", views.frameworks, name="frameworks"),
    path("compliance/<slug:key>", views.framework, name="framework"),
    path("compliance/duties/<slug:key>", views.duty, name="duty"),
]
