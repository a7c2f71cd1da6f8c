# Everything a newcomer types. `make help` lists the targets.
# An installation step runs again only when its list of requirements has changed, so a second run needs no network.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
CHECKS := check-format check-lint check-types check-imports check-content check-scripts check-pages
.PHONY: help run web test check bench faults lock docs clean $(CHECKS)

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input

# The first that really runs (a name on PATH may be a shim of a version manager) and is 3.11 or later. 3.12 and 3.11
# come first: for these the embedded Redis comes as a wheel.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

help: ## list the targets
	@echo "make <target>:"
	@sed -n 's/^\([a-z]*\):.*## /  \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-9s %s\n", $$1, $$2 }'

run: $(VENV)/.package ## install what is missing, start everything, say where to click (PORT=8080)
	@$(PY) -m console.build || true
	@exec $(PY) -m bots.cli run $(if $(filter command line,$(origin PORT)),--port $(PORT))

web: $(VENV)/.package ## build the console's screens (make run does it too)
	@$(PY) -m console.build

test: $(VENV)/.dev $(VENV)/.bench $(VENV)/.package ## run every test that this machine can run (CI=true: leave none out; ARGS= for pytest)
	@$(PY) -m console.build || true
	@exec $(PY) -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile $(ARGS)

check: $(VENV)/.dev $(VENV)/.package ## formatting, lint, types, import rules, sample content, generated pages
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format:
	@echo "==> formatting" && $(VENV)/bin/ruff format --check .

check-lint:
	@echo "==> lint" && $(VENV)/bin/ruff check .

check-types:
	@echo "==> types" && $(VENV)/bin/mypy

check-imports:
	@echo "==> import rules" && $(VENV)/bin/lint-imports --no-logo

check-content:
	@echo "==> sample content" && for one in content samples/*; do $(PY) -m bots.cli check $$one || exit 1; done

check-scripts:
	@echo "==> sample dialogues" && for one in content samples/*; do $(PY) -m bots.cli test $$one || exit 1; done

check-pages:
	@echo "==> generated pages" && $(PY) -m bots.docs --check

docs: $(VENV)/.package ## write the generated reference pages anew
	@$(PY) -m bots.docs

bench: $(VENV)/.bench $(VENV)/.package ## measure side by side, print a table, write bench/results/ (ARGS=--evidence: docs/evidence.md, too)
	@exec $(PY) -m bench $(ARGS)

faults: $(VENV)/.dev $(VENV)/.package ## let everything fail that can, check what became of it, write docs/evidence.md (half an hour)
	@exec $(PY) -m bench.faults $(ARGS)

LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet $(LOCKARGS)

lock: ## resolve the requirements anew (needs uv; LOCKARGS=--upgrade takes newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(LOCK) pyproject.toml requirements/build.in -o requirements/base.txt
	$(LOCK) pyproject.toml requirements/build.in --extra dev -c requirements/base.txt -o requirements/dev.txt
	$(LOCK) requirements/node.in -o requirements/node.txt
	$(LOCK) pyproject.toml requirements/build.in --extra bench -c requirements/base.txt -o requirements/bench.txt

clean: ## remove the installation and the caches; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed and was not found." >&2; \
		echo "Debian, Ubuntu: apt install python3 python3-venv; elsewhere: https://www.python.org/downloads/" >&2; \
		echo "Or name one: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is not Python 3.11 or later." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. Debian, Ubuntu:" >&2; \
		$(PYTHON) -c 'import sys; print("  apt install python%d.%d-venv" % sys.version_info[:2])' >&2; exit 1; }
	@echo "==> $$($(PYTHON) --version): making $(VENV)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/pyvenv.cfg requirements/base.txt
	@echo "==> installing what the program needs (a minute or so, once)"
	@$(PIP) install --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.package: $(VENV)/.base pyproject.toml
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.bench: $(VENV)/.base requirements/bench.txt
	@echo "==> installing what the measurements compare with (once)"
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "==> installing what the tests need (once)"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
