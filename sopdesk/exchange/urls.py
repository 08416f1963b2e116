"""Addresses of what comes in and what goes out. A document's key is `<key:…>` (sopdesk/documents/urls.py)."""

from __future__ import annotations

from django.urls import path

from sopdesk.documents import urls as documents_urls
from sopdesk.exchange.views import exports, imports

app_name = "exchange"
KEY = documents_urls.KeyConverter.regex  # importing it registers the converter that the addresses below use
urlpatterns = [
    path("imports/documents", imports.import_list, name="import_list"),
    path("imports/documents/new", imports.import_new, name="import_new"),
    path("imports/documents/<int:pk>", imports.import_read, name="import_read"),
    path("imports/documents/<int:pk>/start", imports.import_start, name="import_start"),
    path("imports/documents/<int:pk>/discard", imports.import_discard, name="import_discard"),
    path("imports/documents/<int:pk>/report.csv", imports.import_report, name="import_report"),
    path("imports/documents/<int:pk>/files/<int:number>", imports.import_file, name="import_file"),
    path("exports", exports.export_list, name="export_list"),
    path("exports/<int:pk>", exports.export_read, name="export_read"),
    path("exports/<int:pk>/file", exports.export_file, name="export_file"),
    path("exports/all/<slug:kind>", exports.list_export, name="list_export"),
    path("exports/<slug:kind>/<key:key>/<slug:form>", exports.document_export, name="document_export"),
    path(
        "exports/<slug:kind>/<key:key>/v<int:number>/<slug:form>",
        exports.version_export,
        name="version_export",
    ),
]
