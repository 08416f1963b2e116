"""Every address of the desk, by app."""

from django.urls import include, path

from sopdesk.accounts.views import closed
from sopdesk.web import errors

urlpatterns = [
    path("accounts/email/", closed, name="account_email"),  # An administrator keeps addresses: /people.
    path("accounts/", include("allauth.urls")),
    path("", include("sopdesk.accounts.urls")),
    path("", include("sopdesk.jobs.urls")),
    path("", include("compliance.urls")),
    path("", include("metrics.urls")),
    path("", include("metrics.promises.urls")),
    path("", include("metrics.quality.urls")),
    path("", include("metrics.privacy.urls")),
    path("", include("metrics.effects.urls")),
    path("", include("metrics.improving.urls")),
    path("", include("metrics.watching.urls")),
    path("", include("sopdesk.web.urls")),
    path("", include("sopdesk.documents.urls")),
    path("", include("sopdesk.discussion.urls")),
    path("", include("sopdesk.readership.urls")),
    path("", include("sopdesk.exchange.urls")),
    path("", include("sopdesk.search.urls")),
    path("", include("sops.urls")),
    path("", include("macros.urls")),
    path("", include("knowledgebase.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
handler429 = errors.too_many_requests
