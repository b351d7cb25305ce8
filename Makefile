# Every path is relative to this folder, so its own name may hold spaces.
PYTHON ?= python3
PORT ?= 8000
# What `check --deploy` is run under; none of it is used to serve anything.
PRODUCTION = SECRET_KEY=$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	DEBUG=off ALLOWED_HOSTS=handoff.example EMAIL_URL=dummymail://

# Where it is set, each of the processes below would compile all code anew: two seconds every time.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run test lint bench chromium

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */make \1\t/'

run: .venv/run-ready  ## set up and start everything at http://127.0.0.1:8000 (PORT=8001 for another port)
	@.venv/bin/python manage.py up --port $(PORT)

test: .venv/dev-ready chromium  ## set up and run every test
	@.venv/bin/python -m pytest -n 2 --dist worksteal

lint: .venv/dev-ready  ## style, types, import layers, templates, migrations, production settings
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/djlint templates --check --quiet
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) .venv/bin/python manage.py check --deploy --fail-level WARNING

bench: .venv/dev-ready  ## measure, print a table and write var/bench.json (SCALE=full for a million contacts)
	@.venv/bin/python -m tests.bench

# A stamp is newer than the requirements it stands for, so that a second run installs nothing.
.venv/run-ready: requirements.txt | .venv/bin/pip
	@echo "Installing what the project needs."
	@.venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev-ready: requirements-dev.txt | .venv/bin/pip
	@echo "Installing what tests and checks need."
	@.venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run-ready

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Handoff needs Python 3.11 or newer. $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; exit 1; }

# The browser tests drive the system's own Chromium and are skipped without one, save in CI.
chromium:
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
		echo "No Chromium here: the browser tests are skipped. Install Chromium to run them."; \
	fi
