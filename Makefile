# make run: the dashboard. make test: everything that is checked. See README.md.
PORT ?= 8501
STORE ?= data/cx.duckdb
PYTHON ?= python3
SINCE ?= main

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
SAIL := .spark-sail
JAVA_SPARK := .spark-java
# With a Spark of one's own only what speaks to it.
SPARK_FOUND = $(if $(SPARK_HOME),$(SAIL),$(JAVA_SPARK))
CUSTOMERS ?= tenth
OLD_VERSION := 1.5.5
OLD_DUCKDB := .duckdb-$(OLD_VERSION)
# Tests write and throw away thousands of stores, in memory where there is room to do so.
PYTEST := $(shell sh tests/in_memory.sh) $(BIN)/python -m pytest
SPARK_PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade
SPARK_SPEAKS := grpcio grpcio-status googleapis-common-protos zstandard py4j
WITH_EXAMPLES := cxdata pages/components pages/parts pages/server

# Where Python keeps nothing that it compiled, each of the hundreds of processes that tests start
# compiles the house and its libraries anew: three quarters of what starting one takes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-spark test-spark-java lint form types tests chosen old_duckdb in_browser lock format browser clean

help:
	@echo "make run    start the dashboard (PORT=8501 STORE=data/cx.duckdb)"
	@echo "make test   check everything"
	@echo "make test-fast  form, types and the tests nearest to what differs from main (SINCE=main)"
	@echo "make test-spark       count a lake on Sail and compare with the store (CUSTOMERS=all)"
	@echo "make test-spark-java  the same on Spark in Java, from SPARK_HOME or fetched"
	@echo "make format put the code in its form"
	@echo "make lock   pin the dependencies again from pyproject.toml"

run: $(RUN_READY)
	@$(BIN)/python -m cxdata --store "$(STORE)" sample
	@$(BIN)/python -m cxdata --store "$(STORE)" serve --port "$(PORT)"

# What the last two stages need is fetched while the first one computes.
test: form
	@$(MAKE) --no-print-directory -j 4 types tests browser $(OLD_DUCKDB)/.ready
	@$(MAKE) --no-print-directory old_duckdb
	@$(MAKE) --no-print-directory in_browser

# On the oldest DuckDB that is supported: only what uses it, with few examples.
old_duckdb: $(OLD_DUCKDB)/.ready
	PYTHONPATH="$(CURDIR)/$(OLD_DUCKDB)" CXDATA_TESTED_DUCKDB=$(OLD_VERSION) $(PYTEST) -n auto --dist worksteal -m "not without_store and not on_one_duckdb and not slow" --hypothesis-profile=few tests/unit tests/reference

# A lake counted on engines that pip brings, each in a folder of its own to be found before the
# environment's; Spark itself is half a gigabyte and wants Java 17.
test-spark: $(SAIL)/.ready
	PYTHONPATH="$(CURDIR)/$(SAIL)" CXDATA_TESTED_ENGINE=sail CXDATA_TESTED_CUSTOMERS=$(CUSTOMERS) $(PYTEST) tests/spark

test-spark-java: $(SPARK_FOUND)/.ready
	PYTHONPATH="$(CURDIR)/$(SPARK_FOUND)" CXDATA_TESTED_ENGINE=spark CXDATA_TESTED_CUSTOMERS=$(CUSTOMERS) $(PYTEST) tests/spark

$(SAIL)/.ready: Makefile | $(TEST_READY)
	$(SPARK_PIP) --target $(SAIL) "pyspark-client>=4,<5" "pysail>=0.7" $(SPARK_SPEAKS)
	@touch $@

$(JAVA_SPARK)/.ready: Makefile | $(TEST_READY)
	$(SPARK_PIP) --target $(JAVA_SPARK) "pyspark>=4,<5" $(SPARK_SPEAKS)
	@touch $@

in_browser: $(TEST_READY) browser
	$(PYTEST) -n 2 --dist loadgroup --no-loadscope-reorder tests/e2e

tests: $(TEST_READY)
	$(PYTEST) -n auto --dist worksteal tests/unit tests/reference tests/app tests/package $(WITH_EXAMPLES)

# What a change in one room needs: see tests/of_rooms.py. Types are checked beside the tests.
test-fast: form
	@$(MAKE) --no-print-directory -j 2 types chosen

chosen: $(TEST_READY)
	$(PYTEST) -n auto --dist worksteal --hypothesis-profile=few $$($(BIN)/python -m tests.of_rooms --since $(SINCE))

lint: form types

form: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(TEST_READY)
	$(BIN)/mypy

format: $(TEST_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# Both lists name every package that there shall be, so pip needn't work out what each of them needs.
$(TEST_READY): requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r requirements-dev.txt
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
	rm -rf $(VENV) $(SAIL) $(JAVA_SPARK) $(OLD_DUCKDB) .pytest_cache .mypy_cache .ruff_cache
