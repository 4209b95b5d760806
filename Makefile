# Carnet: the few words of every day. `make` alone tells them.
#   make run PORT=8081      make test PYTHON=python3.12 VENV=.venv-3.12      make test TESTS=tests/soap

# The newest interpreter that really runs and is new enough; any Python from 3.11 on will do.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8080
DATA ?= carnet-data
TESTS ?=
PYTEST_ARGS ?= -n auto
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all test-long check format bench docs mutants lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r word text; do \
		printf '  make %-10s %s\n' "$$word" "$$text"; done

run: $(VENV)/.ready ## start the registry and the repository here, with nothing to configure
	@exec $(BIN)/carnet serve --port $(PORT) --data $(DATA)

demo: $(VENV)/.ready ## every main transaction on a real document, shown step by step
	@$(BIN)/carnet demo

test: $(VENV)/.ready-dev ## the tests, without the slow ones
	$(BIN)/python -m pytest -m "not slow and not long" $(PYTEST_ARGS) $(TESTS)

test-all: $(VENV)/.ready-dev ## the tests, the slow ones too
	$(BIN)/python -m pytest -m "not long" $(PYTEST_ARGS) $(TESTS)

test-long: $(VENV)/.ready-dev ## what takes many minutes: every case against every unusual server
	$(BIN)/python -m pytest -m long $(PYTEST_ARGS) $(TESTS)

check: $(VENV)/.ready-dev ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.ready-dev ## let the formatter decide
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev ## the benchmarks: a table, and bench.json
	$(BIN)/python -m benchmarks

docs: $(VENV)/.ready-dev ## write the generated pages again: command, configuration, rules, queries
	$(BIN)/python -m carnet.documentation docs

mutants: $(VENV)/.ready-dev ## find the conformance cases that no mutant proves, and write the page of mutants again
	$(BIN)/python -m tests.conformance.mutants.matrix

lock: $(VENV)/.ready-dev ## resolve the dependencies again, for every supported Python
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --group dev -o requirements-dev.lock

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade

clean: ## remove what make made, the data stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Carnet needs Python 3.11 or newer: name one with make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Carnet needs Python 3.11 or newer; $(PYTHON) is older"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV)

# Each is made once, and again when what it was made from changes.
$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing, with the tools of development …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps -e .
	@touch $@ $(VENV)/.ready
