# make run: the dashboard. make test: everything that is checked. See README.md.
PORT ?= 8501
STORE ?= data/cx.duckdb
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
OLD_VENV := .venv-duckdb-1.5

.DEFAULT_GOAL := help
.PHONY: help run test lock format browser clean

help:
	@echo "make run    start the dashboard (PORT=8501 STORE=data/cx.duckdb)"
	@echo "make test   check everything"
	@echo "make format put the code in its form"
	@echo "make lock   pin the dependencies again from pyproject.toml"

run: $(RUN_READY)
	@$(BIN)/python -m cxdata --store "$(STORE)" sample
	@$(BIN)/python -m cxdata --store "$(STORE)" serve --port "$(PORT)"

test: $(TEST_READY) $(OLD_VENV)/.ready browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist worksteal tests/unit tests/reference tests/app cxdata pages/components
	$(OLD_VENV)/bin/python -m pytest -n auto tests/unit tests/reference
	$(BIN)/python -m pytest tests/e2e

format: $(TEST_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TEST_READY): requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUN_READY)

# The same dependencies with the oldest DuckDB that is supported.
$(OLD_VENV)/.ready: requirements-dev.txt
	$(PYTHON) -m venv $(OLD_VENV)
	grep -v '^duckdb==' requirements-dev.txt > $(OLD_VENV)/requirements.txt
	$(OLD_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $(OLD_VENV)/requirements.txt "duckdb==1.5.5"
	@touch $@

browser:
	@sh tests/e2e/ensure_chromium.sh

lock: $(TEST_READY)
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) $(OLD_VENV) .pytest_cache .mypy_cache .ruff_cache
