# Two commands do all the set-up: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
EXTRAS_VENV := .venv-extras
# The CPU build of torch where one is to be had; any torch that satisfies the extra will do.
TORCH ?= torch>=2.6

.PHONY: demo test check schemas search test-extras format clean

demo: $(VENV)/.installed
	$(BIN)/cliplib demo --samples samples --folder demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m cliplib.contracts check

schemas: $(VENV)/.installed
	$(BIN)/python -m cliplib.contracts write

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Property tests on twenty times as many examples, new ones in every run.
search: $(VENV)/.installed-dev
	CLIPLIB_EXAMPLES=20 $(BIN)/python -m pytest -n auto $(ARGS)

# The tests that need the extras `local` (torch, transformers, sentence-transformers) and `handover` (opentimelineio,
# pyJianYingDraft), in an environment of their own.
test-extras: $(EXTRAS_VENV)/.installed
	$(EXTRAS_VENV)/bin/python -m pytest -m "local or handover" $(ARGS)

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cliplib needs Python 3.11 or newer; name one with PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1"
	$(PIP) install --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) install --group dev
	touch $@

$(EXTRAS_VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(EXTRAS_VENV)
	$(EXTRAS_VENV)/bin/python -m pip --quiet install --upgrade "pip>=25.1"
	$(EXTRAS_VENV)/bin/python -m pip --quiet install "$(TORCH)"
	$(EXTRAS_VENV)/bin/python -m pip --quiet install --editable ".[local,handover]" --group dev --group readers
	touch $@

clean:
	rm -rf $(VENV) $(EXTRAS_VENV) demo dist build .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
