#!/usr/bin/env bash
# make check: everything that can be known without running the tests. All of it runs, then the failures are named.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=()

gate() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf 'ok      %s\n' "$name"
  else
    printf 'FAILED  %s\n%s\n' "$name" "$output"
    failed+=("$name")
  fi
}

deployment() {
  SECRET_KEY=$($bin/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
    DATABASE_URL=postgresql://nobody@localhost/nowhere REDIS_URL=redis://localhost/0 \
    REQUESTER_KEY=$($bin/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
    ALLOWED_HOSTS=desk.example.com EMAIL_HOST=smtp.example.com DEFAULT_FROM_EMAIL=desk@example.com \
    DJANGO_SETTINGS_MODULE=sopdesk.settings.production \
    $bin/python manage.py check --deploy --fail-level WARNING
}

gate 'ruff: lint' $bin/ruff check .
gate 'ruff: format' $bin/ruff format --check .
gate 'mypy: strict' $bin/mypy
gate 'import-linter: layers' $bin/lint-imports
gate 'djlint: templates' $bin/djlint --lint --quiet templates
gate 'migrations in step' env DJANGO_SETTINGS_MODULE=sopdesk.settings.test $bin/python manage.py makemigrations --check --dry-run
gate 'deployment settings' deployment

if [ ${#failed[@]} -gt 0 ]; then
  printf '\n%d of the checks failed: %s\n' "${#failed[@]}" "$(IFS=,; echo "${failed[*]}")" >&2
  exit 1
fi
