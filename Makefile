# `make demo` tries the software, `make test` checks it. See `make help`.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint programs fuzz bench wheel assets translations extract texts \
  clean

help:  ## Show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: setup.cfg constraints.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.tests-installed: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test]'
	@touch $@

lending/static/vendor/manifest.json: package-lock.json tools/assets.py tools/node.py | $(VENV)/.installed
	$(BIN)/python -m tools.assets

node_modules/.with-tests: package-lock.json tools/assets.py tools/node.py | $(VENV)/.installed
	$(BIN)/python -m tools.assets --with-tests
	@touch $@

CATALOGUES := $(wildcard lending/translations/*/LC_MESSAGES/messages.po)

%.mo: %.po | $(VENV)/.installed
	$(BIN)/pybabel -q compile -f -l $(notdir $(patsubst %/LC_MESSAGES/messages.po,%,$<)) -i $< -o $@

translations: $(CATALOGUES:.po=.mo)  ## Compile the translations

POT ?= build/messages.pot
extract:
	@mkdir -p $(dir $(POT))
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k N_ -k lazy_gettext -k NP_:1,2 \
	  --no-location --sort-output --project=treteau -o $(POT) .

texts: $(VENV)/.installed extract  ## Bring the catalogues up to date with the sources
	for file in $(CATALOGUES); do $(BIN)/pybabel -q update -N --no-wrap --omit-header \
	  --ignore-obsolete -i $(POT) -o $$file -l $$(basename $${file%/LC_MESSAGES/*}); done

assets: lending/static/vendor/manifest.json  ## Install the front-end libraries

setup: $(VENV)/.installed assets translations  ## Install everything that running needs

demo: setup  ## Load a fictional agglomeration and serve it on PORT (5000)
	@TRETEAU_DEMO=yes TRETEAU_INSTANCE=$(CURDIR)/instance/demo PORT=$(PORT) \
	  exec $(BIN)/treteau demo

lint: $(VENV)/.tests-installed  ## Style, types, directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint  ## The same: what has to be green before a commit

programs:
	@$(SHELL) tools/programs.sh

test: $(VENV)/.tests-installed assets node_modules/.with-tests translations programs lint  ## Check everything, as continuous integration does
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

RUNS ?= 100000
fuzz: $(VENV)/.tests-installed  ## Feed the reader of calendars RUNS damaged files of each kind
	FUZZ_RUNS=$(RUNS) $(BIN)/python -m pytest tests/calendars/test_reading_fuzz.py -q

$(VENV)/.bench-installed: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test,bench]'
	@touch $@

bench: $(VENV)/.bench-installed  ## Measure, as ratios within one run
	$(BIN)/python -m benchmarks

wheel: $(VENV)/.tests-installed assets translations  ## Build the wheel, through the sdist
	rm -rf build dist
	$(BIN)/python -m build --quiet

clean:  ## Remove what can be made again, but no data
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis node_modules lending/static/vendor
