# Two commands: `make demo` to try the house, `make test` to test it. Each does its own set-up.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
DEMO := .venv-demo/bin
# Node comes locked with the Python tools, so that every machine builds the page with the same one.
export PATH := $(CURDIR)/$(BIN):$(PATH)
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile -q --universal \
  --python-version 3.11 --generate-hashes --no-emit-index-url --exclude-newer "1 week" --only-binary :all:
PIP_INSTALL := pip install -q --disable-pip-version-check --no-input

# The project itself needs nothing beyond the locks and no network.
define environment
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(1)
	$(1)/bin/$(PIP_INSTALL) --require-hashes --only-binary :all: $(2)
	$(1)/bin/$(PIP_INSTALL) --no-index --no-deps --no-build-isolation -e .
	touch $(1)/ready
endef

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

# --- try it -----------------------------------------------------------------

demo: .venv-demo/ready  ## the whole house on loopback, with a dozen reports; Ctrl-C stops it
	@$(DEMO)/debunker demo --directory .demo

demo-clean:  ## forget what the demo made
	rm -rf .demo

.venv-demo/ready: requirements/intake.txt requirements/console.txt requirements/tools.txt
	$(call environment,.venv-demo,-r requirements/intake.txt -r requirements/console.txt -r requirements/tools.txt)

# --- test it ----------------------------------------------------------------

test: .venv/ready browser/node_modules/ready system-programs  ## every test
	npm --prefix browser test
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report
	$(BIN)/coverage report --include='crypto/*,protocol/*' --fail-under=100

FUZZ_SECONDS := 60
fuzz: .venv/ready  ## look for bytes that break a promise, FUZZ_SECONDS=60 for each reader
	$(BIN)/python -m tests.fuzz.run --seconds $(FUZZ_SECONDS)

lighthouse: .venv/ready tests/lighthouse/node_modules/ready system-programs  ## Lighthouse on every page of the reporter's site
	$(BIN)/python -m tests.lighthouse

tests/lighthouse/node_modules/ready: tests/lighthouse/package-lock.json | .venv/ready
	npm --prefix tests/lighthouse ci --no-audit --no-fund --loglevel=error
	touch $@

check: .venv/ready browser/node_modules/ready  ## style, types, walls, and the committed bundle
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix browser run check
	! grep -nE '://|--index-url|--find-links' requirements/*.txt
	! grep -n '"resolved"' browser/package-lock.json tests/lighthouse/package-lock.json
	$(MAKE) -s messages-check

system-programs:
	@sh tests/system_programs.sh

.venv/ready: requirements/dev.txt
	$(call environment,.venv,-r requirements/dev.txt)

browser/node_modules/ready: browser/package-lock.json | .venv/ready
	npm --prefix browser ci --no-audit --no-fund --loglevel=error
	touch $@

format: .venv/ready  ## put the code in its house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bundle: browser/node_modules/ready  ## build the page's scripts into intake/static
	npm --prefix browser run build

EXTRACT := $(BIN)/pybabel -q extract -k N_ --no-location --sort-output --omit-header -w 100
APPS := intake review_console

messages: .venv/ready  ## collect the texts of both apps for translation
	for app in $(APPS); do \
	  $(EXTRACT) -F $$app/babel.cfg -o $$app/translations/messages.pot $$app && \
	  for language in kk ru; do \
	    $(BIN)/pybabel -q update -N --ignore-pot-creation-date -w 100 -l $$language \
	      -i $$app/translations/messages.pot \
	      -o $$app/translations/$$language/LC_MESSAGES/messages.po || exit 1; \
	  done || exit 1; \
	done

messages-check: .venv/ready
	mkdir -p build
	for app in $(APPS); do \
	  $(EXTRACT) -F $$app/babel.cfg -o build/$$app.pot $$app && \
	  diff -u $$app/translations/messages.pot build/$$app.pot || exit 1; \
	done

lock: .venv/ready  ## choose the newest versions that are a week old, with hashes
	$(LOCK) --upgrade requirements/dev.in -o requirements/dev.txt
	$(LOCK) requirements/intake.in -c requirements/dev.txt -o requirements/intake.txt
	$(LOCK) requirements/console.in -c requirements/dev.txt -o requirements/console.txt
	$(LOCK) requirements/tools.in -c requirements/dev.txt -o requirements/tools.txt

pictures: .venv/ready system-programs  ## every page in three languages into build/pictures, README's into docs
	$(BIN)/python -m deploy.pictures docs/pictures

# --- release it -------------------------------------------------------------

ORGANISATION ?= organisation.json
DIRECTORY ?= directory.json
RELEASE ?= release.json

release: .venv/ready  ## release.json of a site: ORGANISATION=… DIRECTORY=… (docs/auditing.md)
	$(BIN)/debunker release --organisation $(ORGANISATION) --directory $(DIRECTORY) \
	  $(if $(OFFLINE_PAGES),--offline-pages $(OFFLINE_PAGES)) --out $(RELEASE)

# --- measure it -------------------------------------------------------------

bench-seal: .venv/ready system-programs  ## 1 GB sealed and opened beside the age command
	$(BIN)/python -m bench.seal

bench-page: .venv/ready browser/node_modules/ready system-programs  ## sealing, memory and upload in Chromium and Firefox
	$(BIN)/python -m bench.page

bench-intake: .venv/ready  ## reports and megabytes a second, one worker
	$(BIN)/python -m bench.intake

bench-intake-minute: .venv/ready  ## 32 reporters for a minute: none turned away, none lost
	$(BIN)/python -m bench.intake_endurance

.PHONY: help demo demo-clean test fuzz lighthouse check system-programs format bundle messages messages-check lock \
  pictures release bench-seal bench-page bench-intake bench-intake-minute
