"""Addresses of the help center (for everybody) and of articles as staff work on them."""

from django.urls import path

from knowledgebase import views
from sopdesk.documents.urls import kind_urls

app_name = "knowledgebase"
urlpatterns = [
    path("help", views.home, name="home"),
    *kind_urls("article", "knowledge", read_at="help"),
]
