"""Addresses of the dashboards; included among those of metrics (metrics/urls.py)."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from metrics.dashboards import mailing_views, saved_views, views
from metrics.dashboards.tabs import TABS


class TabConverter(StringConverter):
    """The key of a tab."""

    regex = "|".join(key for key in TABS if key)


register_converter(TabConverter, "tab")

urlpatterns = [
    path("metrics", views.tab, name="dashboard"),
    path("metrics/<tab:key>", views.tab, name="tab"),
    path("metrics/tickets", views.ticket_list, name="tickets"),
    path("metrics/tickets.csv", views.tickets_csv, name="tickets_csv"),
    path("metrics/figures.csv", views.figures_csv, name="figures_csv"),
    path("metrics/choices/<slug:name>", views.choices, name="choices"),
    path("metrics/parts/<slug:name>", views.part, name="part"),
    path("metrics/views", saved_views.view_list, name="view_list"),
    path("metrics/views/new", saved_views.view_new, name="view_new"),
    path("metrics/views/overview-first", saved_views.view_first_clear, name="view_first_clear"),
    path("metrics/views/<int:pk>", saved_views.view_open, name="view_open"),
    path("metrics/views/<int:pk>/change", saved_views.view_change, name="view_change"),
    path("metrics/views/<int:pk>/delete", saved_views.view_delete, name="view_delete"),
    path("metrics/views/<int:pk>/first", saved_views.view_first, name="view_first"),
    path("metrics/views/<int:pk>/mail", mailing_views.mailing_new, name="mailing_new"),
    path("metrics/mailings", mailing_views.mailings, name="mailings"),
    path("metrics/mailings/<int:pk>/stop", mailing_views.mailing_stop, name="mailing_stop"),
    path("metrics/mailings/<int:pk>/<slug:verb>", mailing_views.mailing_press, name="mailing_press"),
]
