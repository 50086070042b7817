PYTHON ?= python3
BIN := .venv/bin
# Test processes at a time, up to 4 GB of memory each; one more than cores, for many wait.
WORKERS ?= 3
BROWSERS ?= 2
SHARED_OUT := --dist loadfile --no-loadscope-reorder

.PHONY: run test lint bench clean

run: .venv/.ready
	@$(BIN)/python -m ganlib dashboard

test: .venv/.ready-to-test
	$(MAKE) lint
	$(BIN)/python -m pytest -m "not browser" --numprocesses $(WORKERS) $(SHARED_OUT)
	$(BIN)/python -m pytest -m browser --numprocesses $(BROWSERS) $(SHARED_OUT)

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
