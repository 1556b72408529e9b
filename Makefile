# Needs Python 3.11 or later and, to build the page, Node: everything else is installed into .venv and frontend/node_modules
# the first time it is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
TIDY := $(wildcard src tests bench hatch_build.py)
PAGE := src/copark/web/dist/index.html
# Folders are named too: a file that is deleted changes its folder.
PAGE_SOURCES := $(shell find frontend/src frontend/public 2>/dev/null) $(wildcard frontend/*.json frontend/*.js frontend/*.mjs frontend/*.ts frontend/*.html) \
  src/copark/texts/page.yaml src/copark/browser/land.json CHANGELOG.md docs/model/MODEL.md docs/validity.md docs/validity.zh.md docs/meeting.md docs/meeting.zh.md docs/model/card.md docs/model/card.zh.md docs/glossary.md

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where Python is told to keep nothing compiled, as in many containers, a process that reads the server takes 2.6 s of CPU instead of 2.0.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run web page kernel docs release-results test test-long test-page test-kernel check check-page docs-numbers stub golden format coverage bench bench-page soak clean

help: ## show these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.ready ## run the Great Stone study and write its report (ARGS="--lang zh --runs 10000")
	@$(BIN)/copark run great-stone $(ARGS)

web: $(VENV)/.ready $(PAGE) ## build the page and serve it on this machine (ARGS="--port 9000 --lang zh")
	@$(BIN)/copark serve $(ARGS)

page: $(PAGE) ## build the page; needs Node

# Nothing is done where the module is of these sources: Python knows which they are.
kernel: $(VENV)/.ready-dev ## make the kernel for the browser (WebAssembly)
	@$(BIN)/python -m copark.browser.module_build

docs: $(VENV)/.ready-docs ## build the documentation in both languages, for `copark docs` and `copark serve` (ARGS=--no-notebooks)
	@echo "Building the documentation (three to seven minutes; a minute or two with ARGS=--no-notebooks) ..." >&2
	@$(BIN)/python docs/build_site.py --install $(ARGS)

# What shares something dear stays together, in the order of tests/conftest.py: it is made once.
SPREAD := --numprocesses=auto --no-loadscope-reorder --dist=loadscope
test: $(VENV)/.ready-dev ## the fast tests, on all cores
	@$(MAKE) --no-print-directory --jobs=2 test-page test-kernel
	@$(BIN)/python -m pytest $(SPREAD) --quiet $(ARGS)

# 5 says that there was no test, as in a folder that has none of a kind.
test-long: $(VENV)/.ready-dev ## the long tests: servers, browsers, PostgreSQL, clusters, kills, thousands of mutated inputs
	@$(BIN)/python -m pytest -m "long and not alone" $(SPREAD) --quiet $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/python -m pytest -m "long and alone" --quiet $(ARGS) || [ $$? -eq 5 ]

test-page: ## build the page and test its logic; where Node is missing, say so
	@if frontend/check-node; then \
	  $(MAKE) --no-print-directory --silent $(PAGE) && cd frontend && { said=$$(npm test 2>&1) || { echo "$$said"; exit 1; }; }; \
	else echo "Tests of the page are left out." >&2; fi

# A kernel that does not compile is for the tests to tell.
test-kernel: $(VENV)/.ready-dev ## compile the model once, not in every process of the tests; also for the browser
	@$(BIN)/python -c 'from tests.baseline.numbers import numbers; numbers()' >/dev/null 2>&1 || true
	@$(BIN)/python -m copark.browser.module_build >/dev/null 2>&1 || true

check: $(VENV)/.ready-dev ## lint, format, types, import rules, documents and texts
	@$(BIN)/ruff check $(TIDY)
	@$(BIN)/ruff format --check --quiet $(TIDY) || { echo "Run: make format" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -m "documents and not long" --quiet

check-page: frontend/node_modules/.ready ## types and markup of the page
	@cd frontend && npm run --silent check

docs-numbers: $(VENV)/.ready-dev ## write the numbers of shipped results into README, findings, validity, reliability, model card and TRACE
	@$(BIN)/python docs/build_numbers.py

# Each step makes only what is out of date, so that one that was stopped goes on where it was.
release-results: $(VENV)/.ready-dev ## once a release: make the posteriors and results that ship and are out of date, then docs-numbers; hours, can be resumed
	@$(BIN)/python docs/build_posteriors.py
	@$(BIN)/copark results --make src/copark
	@$(MAKE) --no-print-directory docs-numbers

stub: $(VENV)/.ready-dev ## write the stub of the Python interface, src/copark/__init__.pyi, of the registry
	@$(BIN)/python -m copark.python_api.stub

golden: $(VENV)/.ready-dev ## make the golden runs and write their fingerprints; refused where numbers moved without a version (ARGS="levers")
	@$(BIN)/python -m tests.golden $(ARGS)

format: $(VENV)/.ready-dev ## put the code into its usual form
	@$(BIN)/ruff check --fix-only --quiet $(TIDY)
	@$(BIN)/ruff format --quiet $(TIDY)

# Tests of ensembles are skipped by tests/conftest.py: uncompiled, a run takes a second instead of a fifth of a millisecond.
COVERED := tests/equations tests/cases tests/unit/test_rng.py tests/unit/test_fast_math.py
coverage: $(VENV)/.ready-dev ## which lines the tests of equations and cases reach, with compilation off; some four minutes
	@NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest --quiet $(COVERED) $(ARGS)
	@$(BIN)/coverage report

# Each bench has a smallest form, of seconds, that writes nothing: ARGS=--smoke. The long tests run them all.
bench: $(VENV)/.ready-bench ## measure against Mesa, NumPy over agents and C; writes bench/RESULTS.md
	@$(BIN)/python -m bench --write $(ARGS)

soak: $(VENV)/.ready-dev ## thirty kills, each gone on with; a hunt of 20,000; then mixed work, memory and handles watched (ARGS="--minutes 30")
	@$(BIN)/python -m bench.kills $(filter --smoke,$(ARGS))
	@$(BIN)/python -m tests.hostile $(filter --smoke,$(ARGS))
	@$(BIN)/python -m bench.soak $(ARGS)

bench-page: $(VENV)/.ready-dev $(PAGE) ## measure the page in Chromium; writes bench/PAGE.md
	@$(BIN)/python -m bench.page --write $(ARGS)

clean: ## delete what was installed and made, except results in out/
	@rm -rf frontend/node_modules src/copark/web/dist src/copark/browser/dist src/copark/web/site .venv .venv-* build dist .coverage* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests $(wildcard bench) -name __pycache__ -type d -prune -exec rm -rf {} +

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json frontend/.npmrc
	@frontend/check-node
	@echo "Installing what the page is built with into frontend/node_modules (once) ..." >&2
	@cd frontend && npm ci --loglevel=error >/dev/null
	@touch $@

$(PAGE): frontend/node_modules/.ready $(PAGE_SOURCES)
	@echo "Building the page ..." >&2
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "copark needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name another one: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu it needs the package python3-venv." >&2; exit 1; }

$(VENV)/.ready: $(PINS) | $(BIN)/python
	@echo "Installing copark into $(VENV) (once; it takes a minute or two) ..." >&2
	@$(PIP) '.[reports,server]'
	@touch $@

$(VENV)/.ready-dev: $(PINS) | $(BIN)/python
	@echo "Installing copark and its tools into $(VENV) (once; it takes a minute or two) ..." >&2
	@$(PIP) '.[dev,wasm]'
	@touch $@ $(VENV)/.ready

$(VENV)/.ready-docs: $(PINS) | $(BIN)/python
	@echo "Installing copark and what its documentation is built with into $(VENV) (once; it takes a minute or two) ..." >&2
	@$(PIP) '.[dev,docs,wasm]'
	@touch $@ $(VENV)/.ready $(VENV)/.ready-dev

# What checks files from outside: test-long leaves out what needs it where it is not here.
.venv-checkers/.ready: tests/packaging/checkers.txt
	@echo "Installing public checkers of files into .venv-checkers (once; it takes a minute or two) ..." >&2
	@$(PYTHON) -m venv .venv-checkers
	@.venv-checkers/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(VENV)/.ready-bench: $(PINS) | $(BIN)/python
	@echo "Installing copark and its peers into $(VENV) (once; it takes a minute or two) ..." >&2
	@$(PIP) '.[bench]'
	@touch $@ $(VENV)/.ready
