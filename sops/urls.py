"""Addresses of SOPs."""

from django.urls import path

from sopdesk.documents.urls import kind_urls
from sops import views

app_name = "sops"
urlpatterns = [
    *kind_urls("sop", "sops"),
    path("sops/<key:key>/flow", views.flow, name="flow"),
    path("sops/drafts/<int:change_id>/<int:pk>", views.flow_draft, name="flow_draft"),
]
