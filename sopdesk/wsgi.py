"""The web application for a WSGI server: `granian --interface wsgi sopdesk.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from sopdesk.celery import be_brief

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings.production")

application = get_wsgi_application()
be_brief()
