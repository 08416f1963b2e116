"""Addresses of macros and labels."""

from sopdesk.documents.urls import kind_urls

app_name = "macros"
urlpatterns = [*kind_urls("macro", "macros"), *kind_urls("label", "labels", prefix="label_")]
