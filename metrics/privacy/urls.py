"""Addresses of the privacy app."""

from django.urls import path

from metrics.privacy.views import holds, persons, retention, tickets

app_name = "privacy"
urlpatterns = [
    path("metrics/privacy", retention.retention, name="retention"),
    path("metrics/privacy/sources/<int:source_id>", retention.source_edit, name="source"),
    path("metrics/privacy/sources/<int:source_id>/purge", retention.purge, name="purge"),
    path("metrics/privacy/holds", holds.hold_list, name="holds"),
    path("metrics/privacy/holds/add", holds.hold_add, name="hold_add"),
    path("metrics/privacy/holds/<int:hold_id>/end", holds.hold_end, name="hold_end"),
    path("metrics/privacy/persons", persons.find, name="persons"),
    path("metrics/privacy/persons/export", persons.export, name="export"),
    path("metrics/privacy/persons/erase", persons.erase, name="erase"),
    path("metrics/privacy/persons/lift", persons.lift, name="lift"),
    path("metrics/privacy/exports/<int:export_id>", persons.download, name="download"),
    path("metrics/privacy/views", tickets.text_views, name="text_views"),
    path("metrics/tickets/<int:ticket_id>", tickets.ticket_read, name="ticket"),
    path("metrics/tickets/<int:ticket_id>/text", tickets.text_show, name="text_show"),
]
