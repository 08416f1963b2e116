"""Addresses of the desk that belong to no app."""

from django.conf import settings
from django.urls import path

from sopdesk.web import health, styleguide, views

urlpatterns = [
    path("", views.home, name="desk"),
    path("theme", views.choose_theme, name="choose_theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

if settings.STYLE_GUIDE:
    urlpatterns += [
        path("styleguide", styleguide.components, name="styleguide"),
        path("styleguide/reading", styleguide.reading, name="styleguide_reading"),
        path("styleguide/form", styleguide.form, name="styleguide_form"),
        path("styleguide/public", styleguide.public, name="styleguide_public"),
    ]
