# make run: the dashboard. make test: everything that is checked. See README.md.
PORT ?= 8501
STORE ?= data/cx.duckdb
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
OLD_VERSION := 1.5.5
OLD_DUCKDB := .duckdb-$(OLD_VERSION)
# Tests write and throw away thousands of stores, in memory where there is room to do so.
PYTEST := $(shell sh tests/in_memory.sh) $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint lock format browser clean

help:
	@echo "make run    start the dashboard (PORT=8501 STORE=data/cx.duckdb)"
	@echo "make test   check everything (test-fast: no browser, one DuckDB, no package)"
	@echo "make format put the code in its form"
	@echo "make lock   pin the dependencies again from pyproject.toml"

run: $(RUN_READY)
	@$(BIN)/python -m cxdata --store "$(STORE)" sample
	@$(BIN)/python -m cxdata --store "$(STORE)" serve --port "$(PORT)"

# The second run is on the oldest DuckDB that is supported: only what uses it, with few examples.
test: lint $(OLD_DUCKDB)/.ready browser
	$(PYTEST) -n auto --dist worksteal tests/unit tests/reference tests/app tests/package cxdata pages/components pages/parts pages/server
	PYTHONPATH="$(CURDIR)/$(OLD_DUCKDB)" CXDATA_TESTED_DUCKDB=$(OLD_VERSION) $(PYTEST) -n auto --dist worksteal -m "not without_store and not on_one_duckdb and not slow" --hypothesis-profile=few tests/unit tests/reference
	$(PYTEST) -n 2 --dist loadfile tests/e2e

test-fast: lint
	$(PYTEST) -n auto --dist worksteal -m "not slow" --hypothesis-profile=few tests/unit tests/reference cxdata pages/components pages/parts pages/server

lint: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(TEST_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TEST_READY): requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@touch $@ $(RUN_READY)

# Nothing but that DuckDB, to be found before the one of the environment.
$(OLD_DUCKDB)/.ready: Makefile | $(TEST_READY)
	rm -rf $(OLD_DUCKDB)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(OLD_DUCKDB) "duckdb==$(OLD_VERSION)"
	@touch $@

browser:
	@sh tests/e2e/ensure_chromium.sh

lock: $(TEST_READY)
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) $(OLD_DUCKDB) .pytest_cache .mypy_cache .ruff_cache
