"""Addresses of SOPs."""

from sopdesk.documents.urls import kind_urls

app_name = "sops"
urlpatterns = kind_urls("sop", "sops")
