"""Addresses of the jobs app."""

from django.urls import path

from sopdesk.jobs import views

app_name = "jobs"
urlpatterns = [path("jobs/<int:job_id>/progress", views.progress, name="progress")]
