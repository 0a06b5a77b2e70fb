# Yizheng: `make run` starts everything, `make test` proves it. Each target sets up what it needs.
PYTHON ?= python3
PY := .venv/bin/python
WORKERS ?= 2

.PHONY: run demo setup test test-slow check format bench bench-quick verify

run: setup ## the whole system on this machine, with the demo city on first start
	@$(PY) manage.py up

setup: ## packages, browser assets, PDF font, Chinese texts, static files
	@$(PYTHON) scripts/setup.py

demo: setup ## fill an empty database with the demo city
	@$(PY) manage.py hosted demo

verify: setup ## recompute the whole ledger and name every fault
	@$(PY) manage.py hosted verify_ledger

test: ## all tests but the slow ones, on a PostgreSQL of their own
	@$(PYTHON) scripts/setup.py --browser
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup --maxfail=25 -m "not slow"

test-slow: ## the long ones: races, kills, big amounts
	@$(PYTHON) scripts/setup.py --browser
	@$(PY) -m pytest --timeout 3600 -m slow

check: setup ## format, lint, types, imports, migrations, texts, templates, production settings
	@$(PY) scripts/check.py

format: setup ## put code and templates into the form that check asks for
	@.venv/bin/ruff format --quiet . && .venv/bin/ruff check --quiet --fix . && \
	 find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} + >/dev/null 2>&1 || true

bench: setup ## ratios inside one run, as a table and bench/results.json
	@$(PY) -m bench

bench-quick: setup ## the same in a minute
	@$(PY) -m bench --quick
