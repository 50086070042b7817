PYTHON ?= python3
BIN := .venv/bin
# Test processes at a time, up to 4 GB of memory each. One more than there are cores, as many tests
# wait for servers and processes of their own.
WORKERS ?= 3
BROWSERS ?= 2
# A worker that has finished takes tests from the one with most left. Neighbours stay together until
# then, so that the tests of a module share its server.
PYTEST := $(BIN)/python -m pytest --dist worksteal
# Each set is run in two parts: as many browsers as processors, and everything else.
WITHOUT_BROWSER := tests --ignore tests/browser --numprocesses $(WORKERS)
IN_BROWSER := tests/browser --numprocesses $(BROWSERS)

.PHONY: run test test-slow test-all lint bench clean

run: .venv/.ready
	@$(BIN)/python -m ganlib dashboard

# Lint, and every feature once: before every push.
test: .venv/.ready-to-test lint
	$(PYTEST) -m "not slow" $(WITHOUT_BROWSER)
	$(PYTEST) -m "not slow" $(IN_BROWSER)

# What `make test` leaves out: the same features with all recipes, long simulations, kills.
test-slow: .venv/.ready-to-test
	$(PYTEST) -m slow $(WITHOUT_BROWSER)
	$(PYTEST) -m slow $(IN_BROWSER)

# Everything. `make test test-all` runs no test twice, as make builds each target once.
test-all: test test-slow

lint: .venv/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.ready-to-test
	$(BIN)/python -m ganlib bench

clean:
	rm -rf .venv

.venv/.ready: requirements.txt
	@echo "Setting up in .venv/, once: about 2 GB, two minutes or more."
	@echo "1. Creating a virtual environment with `$(PYTHON) --version`"
	@$(PYTHON) -m venv .venv
	@echo "2. Installing TensorFlow, Streamlit and the rest of requirements.txt"
	@$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	@touch $@
	@echo "Ready."

.venv/.ready-to-test: .venv/.ready tests/requirements.txt tests/browser/install.sh
	@echo "Installing what the tests need, once"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	sh tests/browser/install.sh
	touch $@
