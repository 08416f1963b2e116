# One image for web, worker, beat and the one-off migration: docker-compose.yml says what each runs.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/sopdesk/app
RUN python -m venv /srv/sopdesk/venv
COPY requirements.lock ./
RUN /srv/sopdesk/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /srv/sopdesk sopdesk \
    && install -d -o sopdesk -g sopdesk /srv/sopdesk/media /srv/sopdesk/ledger /srv/sopdesk/static /srv/sopdesk/beat /srv/sopdesk/backups /srv/sopdesk/imports
COPY --from=build /srv/sopdesk/venv /srv/sopdesk/venv
WORKDIR /srv/sopdesk/app
COPY . .
ENV PATH=/srv/sopdesk/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=sopdesk.settings.production
# Collecting needs no secret that is kept: these values never reach a running container.
RUN SECRET_KEY=build DATABASE_URL=postgresql:// REDIS_URL=redis:// ALLOWED_HOSTS=build EMAIL_HOST=build \
    DEFAULT_FROM_EMAIL=build@example.com python manage.py collectstatic --no-input \
    && chown -R sopdesk:sopdesk /srv/sopdesk/static
USER sopdesk
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "sopdesk.wsgi:application"]
