# A fresh machine with Python >= 3.11 and make needs no other step than one of these targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
PYTEST_ARGS ?= -n auto

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench corpus accuracy reliability transcript lock clean

help:
	@echo "make demo      the 2025-26 season through the real program, about a minute, no account, no network"
	@echo "make test      the tests"
	@echo "make check     format, lint, types, import rules, links in the documentation"
	@echo "make bench     measured times and memory of this machine"
	@echo "make corpus    captured projects through parser, store and diff (IPO_MONITOR_CORPUS names the folder)"
	@echo "make accuracy  grades and figures against the answers known (IPO_MONITOR_CORPUS)"
	@echo "make reliability  kills, power cuts, bad networks and bad answers against the real program"
	@echo "make transcript   a conversation with the bot, as an investor reads it"
	@echo "make format    rewrite the sources in the house format"
	@echo "make lock      write both lock files anew"
	@echo "make clean     remove $(VENV), caches and builds"

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ipo-monitor needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another one: make PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@touch $@

# Both lock files agree on every version, so the second only adds to the first.
$(VENV)/run: requirements.lock pyproject.toml $(VENV)/made
	@echo "installing the program from requirements.lock"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	@echo "installing the tools of the tests from requirements-dev.lock"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/run
	@$(BIN)/ipo-monitor demo $(ARGS)

test: $(VENV)/dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/python tools/check_links.py

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev
	@$(BIN)/python -m monitor.bench $(ARGS)
	@$(BIN)/python -m monitor.bench_documents
	@$(BIN)/python -m tests.bot.bench
	@$(BIN)/python -m alerts.pictures.bench

corpus: $(VENV)/dev
	@$(BIN)/python -m monitor.corpus $(ARGS)

accuracy: $(VENV)/dev
	@$(BIN)/python -m monitor.accuracy $(ARGS)
	@$(BIN)/python -m monitor.accuracy_figures $(ARGS)

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --build-deps-for wheel

lock: $(VENV)/dev
	@test -x $(BIN)/pip-compile || $(PIP) pip-tools
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

reliability: $(VENV)/dev
	@$(BIN)/python -m tests.reliability $(or $(ARGS),--short)

transcript: $(VENV)/dev
	@$(BIN)/python -m tests.bot.transcript $(ARGS)
