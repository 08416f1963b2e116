"""Addresses of search."""

from django.urls import path

from sopdesk.search import views

app_name = "search"
urlpatterns = [
    path("search", views.page, name="page"),
    path("search/suggest", views.suggest, name="suggest"),
    path("search/opened", views.opened, name="opened"),
]
