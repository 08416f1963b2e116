"""The web application for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

from sopdesk.celery import be_brief

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings.production")

application = get_asgi_application()
be_brief()
