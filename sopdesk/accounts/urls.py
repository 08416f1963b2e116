"""Addresses of the accounts app. allauth's own stand under accounts/ (sopdesk/urls.py)."""

from django.urls import path

from sopdesk.accounts import views

app_name = "accounts"
urlpatterns = [
    path("people", views.people, name="people"),
    path("people/teams", views.teams, name="teams"),
    path("people/teams/add", views.team_add, name="team_add"),
    path("people/add", views.person_add, name="person_add"),
    path("people/<int:person_id>", views.person_edit, name="person_edit"),
    path("people/<int:person_id>/end-sign-in", views.person_end, name="person_end"),
    path("people/<int:person_id>/restore-sign-in", views.person_restore, name="person_restore"),
    path("people/<int:person_id>/send-link", views.person_send_link, name="person_send_link"),
    path("people/<int:person_id>/remove-factor", views.person_remove_factor, name="person_remove_factor"),
    path("profile", views.profile, name="profile"),
]
