"""Addresses of the effects of changes."""

from django.urls import path

from metrics.effects import views

app_name = "effects"
urlpatterns = [
    path("metrics/effects", views.card_list, name="list"),
    path("metrics/effects/<int:pk>", views.card_read, name="read"),
    path("metrics/effects/<int:pk>/tickets", views.card_tickets, name="tickets"),
    path("metrics/effects/<int:pk>/tickets.csv", views.card_tickets_csv, name="tickets_csv"),
    path("metrics/effects/<int:pk>/dates", views.card_dates, name="dates"),
    path("metrics/effects/<int:pk>/anew", views.card_anew, name="anew"),
]
