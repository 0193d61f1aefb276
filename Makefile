# A fresh clone needs Python 3.11 or newer, make and, once, the network:
#
#     make search Q="database failover"
#     make test
#
# Everything is installed into .venv here; nothing else on the machine is changed.
# Written for GNU make 3.81 and newer, which is what macOS has.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help search serve setup test test-opensearch lint bench bench-web screenshots clean FORCE

SHELL := /bin/sh
PYTHON ?=
COUNT ?= 10000
PORT ?= 8000
OPENSEARCH_OPTIONS ?=
OPENSEARCH_OPTIONS_OLD ?=

VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/.installed
TEST := $(VENV)/.installed-test
BENCH := $(VENV)/.installed-bench

# What is searched for reaches the shell through the environment, as it was typed: neither make
# nor the shell gets to read quotes, dollar signs or backquotes in it.
unexport Q
search: export SEARCH_TEXT = $(value Q)
export CHOSEN_PYTHON = $(value PYTHON)

help:
	@echo 'make search Q="database failover"   search the entries (prepares .venv the first time)'
	@echo 'make serve                          the web pages on http://127.0.0.1:8000/; PORT=9000'
	@echo 'make test                           lint, types and tests, as CI runs them'
	@echo 'make test-opensearch                the tests on real OpenSearch servers (Java, Maven)'
	@echo 'make lint                           ruff and mypy alone'
	@echo 'make bench                          the benchmarks; COUNT=1000 for a quick look'
	@echo 'make bench-web                      the web pages under load, beside Datasette'
	@echo 'make screenshots                    pictures of the pages, into build/screenshots'
	@echo 'make setup                          only prepare .venv'
	@echo 'make clean                          remove .venv, caches and built files'
	@echo
	@echo 'PYTHON=/path/to/python3.11 chooses the Python that .venv is made with.'

# `kb search` ends with 1 where nothing was found: an answer, not a failure of make.
search: $(RUN)
	@if [ -z "$$SEARCH_TEXT" ]; then \
	  echo 'Say what to search for: make search Q="database failover"' >&2; exit 2; fi
	@"$(VENV)/bin/kb" search -- "$$SEARCH_TEXT" || [ $$? -eq 1 ]

serve: $(RUN)
	@"$(VENV)/bin/kb" serve --port "$(PORT)"

setup: $(RUN)

lint: $(TEST)
	"$(PY)" -m ruff check .
	"$(PY)" -m ruff format --check .
	"$(PY)" -m mypy

test: lint
	"$(PY)" -m pytest

# On a server of their own: the newest version with all tests, then the oldest that is tried.
# Where none can be started, each is skipped with the reason; KB_TESTS_OPENSEARCH=required fails.
test-opensearch: $(TEST)
	"$(PY)" -m pytest tests/opensearch $(OPENSEARCH_OPTIONS)
	KB_TESTS_OPENSEARCH_VERSION=2.19.1.0 "$(PY)" -m pytest $(OPENSEARCH_OPTIONS_OLD) \
	  tests/opensearch/test_contract.py tests/opensearch/test_agreement.py \
	  tests/opensearch/test_opensearch_engine.py

bench: $(BENCH)
	"$(PY)" tests/benchmarks/run.py --count "$(COUNT)"

bench-web: $(BENCH)
	"$(PY)" tests/benchmarks/web.py --count "$(COUNT)"

screenshots: $(TEST)
	"$(PY)" tests/browser/screenshots.py

clean:
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist ./*.egg-info
	find kb web tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- .venv ---------------------------------------------------------------------------------
# One stamp a set of packages, renewed when pyproject.toml changes. The first one holds the folder
# it was made in: a .venv that was copied or moved still points to the old place.

ifneq ($(shell "$(PY)" -c '' 2>/dev/null && cat $(RUN) 2>/dev/null),$(CURDIR))
$(RUN): FORCE
endif

$(RUN): pyproject.toml
	@$(find_python); $(make_venv)
	@$(call install,.)
	@pwd -P >$@

$(TEST): $(RUN)
	@$(call install,.[test])
	@touch $@

$(BENCH): $(RUN)
	@$(call install,.[bench])
	@touch $@

# Candidates are run, not only found: a name on the PATH may be a shim that leads nowhere.
define find_python
if [ -n "$$CHOSEN_PYTHON" ]; then set -- "$$CHOSEN_PYTHON"; \
else set -- python3.14 python3.13 python3.12 python3.11 python3 python; fi; \
found=; old=; bare=; \
for name; do \
  version=$$("$$name" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) \
    || continue; \
  if ! "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
    old="$${old:+$$old, }$$name is $$version"; \
  elif ! "$$name" -c 'import ensurepip, venv' 2>/dev/null; then \
    bare="$${bare:-$$name, version $$version}"; \
  else found=$$name; break; fi; \
done; \
if [ -z "$$found" ] && [ -n "$$bare" ]; then \
  echo "$$bare, cannot make a virtual environment: ensurepip or venv is missing." >&2; \
  echo "Debian, Ubuntu: apt-get install python3-venv  (for a version beside the" >&2; \
  echo "system's own: the package of that version, such as python3.12-venv)" >&2; \
  exit 1; \
elif [ -z "$$found" ]; then \
  echo "Python 3.11 or newer is needed; found: $${old:-none$${CHOSEN_PYTHON:+ at $$CHOSEN_PYTHON}}." >&2; \
  echo "Debian 12, Ubuntu 24.04 and newer: apt-get install python3 python3-venv" >&2; \
  echo "macOS: brew install python" >&2; \
  echo "If it is installed under another name: make PYTHON=/path/to/python3.11 ..." >&2; \
  exit 1; \
fi
endef

define make_venv
if [ "$$(cat $(RUN) 2>/dev/null || pwd -P)" != "$$(pwd -P)" ] \
    || ! "$(PY)" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  echo "Making $(VENV) with $$found, Python $$version" >&2; \
  "$$found" -m venv --clear "$(VENV)" || { \
    echo "Could not make $(VENV) with $$found: the reason stands above." >&2; exit 1; }; \
fi
endef

define install
echo "Installing $(1) and what it needs into $(VENV)" >&2; \
"$(PY)" -m pip install --quiet --disable-pip-version-check --no-input --editable "$(1)" || { \
  echo "pip could not install the packages; its reason stands above. This needs the network" >&2; \
  echo "once. Behind a proxy set HTTPS_PROXY; with a package index of your own PIP_INDEX_URL;" >&2; \
  echo "then run the same command again." >&2; \
  exit 1; }
endef
