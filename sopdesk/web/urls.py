"""Addresses of the desk that belong to no app."""

from django.conf import settings
from django.urls import include, path

from sopdesk.web import health, record, styleguide, views

urlpatterns = [
    path("", views.home, name="desk"),
    path("", include(([path("audit", record.entry_list, name="list")], "audit"))),
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
