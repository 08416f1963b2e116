# SOPDesk from a fresh machine: Python 3.11 or later, make, a C compiler. No Postgres, no Redis, no Docker, no Node.
#   make run    the desk, with demo data, at http://localhost:8000
#   make test   every check and every test

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Where a machine asks that no compiled code be kept, each of the many programs here would compile the whole desk anew.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
# Postgres and Redis end with the last one that uses them.
STOP := $(PY) -m sopdesk.embedded stop >/dev/null || true

.PHONY: help run up test check bench assets demo backup restore screenshots install install-dev stop

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

run: $(RUN_STAMP)  ## start the desk: servers, migrations, demo data once, then web, worker and beat
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_frameworks
	@$(PY) manage.py demo --once
	@exec $(PY) manage.py up

# The checks run beside the tests and are told of at the end. Both run to their end, and both count. Three processes for
# two cores, since tests with real processes wait more than they work.
test: $(DEV_STAMP)  ## every check beside every test, browser journeys included; both run to their end
	@checked=$$(mktemp); bash scripts/check.sh >"$$checked" 2>&1 & checking=$$!; \
	trap 'kill $$checking 2>/dev/null || true' INT TERM; \
	status=0; $(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS) || status=1; \
	wait $$checking || status=1; cat "$$checked"; rm -f "$$checked"; $(STOP); exit $$status

check: $(DEV_STAMP)  ## lint, types, layers, templates, migrations, deployment settings
	@bash scripts/check.sh

bench: $(DEV_STAMP) | benchmarks/run.py  ## measure against peers and limits
	@$(PY) benchmarks/run.py

assets: | package.json  ## build static/vendor from package.json (needs Node; the result is committed)
	@npm ci --no-audit --no-fund && npm run build

demo: $(RUN_STAMP)  ## load the demo data (again with: make demo ARGS=--fresh)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo $(ARGS)

backup: $(RUN_STAMP)  ## save database and media to one file: make backup FILE=sopdesk.backup
	@$(PY) manage.py backup $(FILE)

restore: $(RUN_STAMP)  ## read such a file into an empty database: make restore FILE=sopdesk.backup
	@test -n "$(FILE)" || { echo 'Name the file: make restore FILE=sopdesk.backup' >&2; exit 2; }
	@$(PY) manage.py restore $(FILE) $(ARGS)
	@$(PY) manage.py reapply_erasures

screenshots: $(DEV_STAMP) | scripts/screenshots.py  ## take the README's pictures
	@$(PY) scripts/screenshots.py

stop: $(RUN_STAMP)  ## stop the embedded servers, unless something uses them
	@$(PY) -m sopdesk.embedded stop

benchmarks/run.py package.json scripts/screenshots.py:
	@echo 'Not built yet: $@ does not exist.' >&2; exit 1

# ---- The environment: exactly what the lock files name, installed anew only when they change.
install: $(RUN_STAMP)
install-dev: $(DEV_STAMP)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'SOPDesk needs Python 3.11 or later; none was found (name one: make run PYTHON=...).' >&2; exit 1; }
	@echo 'Making $(VENV) with $(PYTHON).'
	@$(PYTHON) -m venv $(VENV)

# The development lock is a superset, so installing it satisfies both stamps.
$(RUN_STAMP): requirements.lock | $(VENV)/bin/python
	@echo 'Installing what requirements.lock names.'
	@$(PY) -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock | $(VENV)/bin/python
	@echo 'Installing what requirements-dev.lock names.'
	@$(PY) -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(RUN_STAMP)
