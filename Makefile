# make demo    set up a virtual environment and diagnose an example incident
# make test    set up and run all tests
# make lint    ruff, the format checks and mypy
# make fuzz    look for inputs that ghrules does not stand, for MINUTES (10)
# make docs    write docs/hypotheses.md and docs/toml.md from the knowledge and the models
# make site    build the documentation as a static site in build/site
# PYTHON names the interpreter (3.11 or later), VENV the folder of the virtual environment.

PYTHON ?= python3
VENV ?= .venv
INCIDENT ?= examples/incidents/pool-exhausted-after-deploy
PYTEST_FLAGS ?= -n auto
MINUTES ?= 10

SHELL := /bin/sh
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint fuzz schema docs site clean

demo: $(VENV)/.ready
	@echo '$$ ghrules infer $(INCIDENT)'
	@$(BIN)/ghrules infer $(INCIDENT)

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ghrules rules fmt --check facts rules examples
	$(BIN)/mypy

fuzz: $(VENV)/.ready-fuzz
	$(BIN)/python fuzz/run.py $(MINUTES)

schema: $(VENV)/.ready-dev
	$(BIN)/python -m ghrules.report.schema > docs/report.schema.json

docs: $(VENV)/.ready-dev
	$(BIN)/python -m ghrules.report.reference docs/hypotheses.md
	$(BIN)/python -m ghrules.authoring.tables docs/toml.md

site: $(VENV)/.ready-docs
	$(BIN)/python -m sphinx -q -W -b html docs build/site
	@echo 'build/site/index.html'

$(VENV)/.ready-fuzz: pyproject.toml | $(BIN)/python
	$(call install,$(comma)fuzz)

$(VENV)/.ready-docs: pyproject.toml | $(BIN)/python
	$(call install,$(comma)docs)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ghrules needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

# $(1) is the list of extras beside `durable`, for instance `,dev`.
define install
	@$(PIP) install --quiet --upgrade pip
	@echo "installing ghrules into $(VENV) ..."
	@$(PIP) install --quiet --editable '.[durable$(1)]' 2> $(VENV)/durable.log || \
	{ echo "durable-rules cannot be installed here (see $(VENV)/durable.log), continuing without it"; \
	  $(PIP) install --quiet --editable '.$(if $(1),[$(1:,%=%)])'; }
	@$(BIN)/python -c 'import durable_rules_engine' 2> /dev/null || \
	echo "inference engine: CLIPS (durable-rules needs CPython before 3.13 and a C compiler)"
	@touch $@
endef

$(VENV)/.ready: pyproject.toml | $(BIN)/python
	$(call install,)

$(VENV)/.ready-dev: pyproject.toml | $(BIN)/python
	$(call install,$(comma)dev)
	@touch $(VENV)/.ready

comma := ,

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist
