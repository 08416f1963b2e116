"""Addresses of the dashboards; included among those of metrics (metrics/urls.py)."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from metrics.dashboards import views
from metrics.dashboards.tabs import TABS


class TabConverter(StringConverter):
    """The key of a tab."""

    regex = "|".join(key for key in TABS if key)


register_converter(TabConverter, "tab")

urlpatterns = [
    path("metrics", views.tab, name="dashboard"),
    path("metrics/<tab:key>", views.tab, name="tab"),
    path("metrics/figures.csv", views.figures_csv, name="figures_csv"),
]
