PYTHON ?= python3
BIN := .venv/bin
OUT ?= out
SECONDS ?= 60

.PHONY: study test quick lint check hooks fuzz versions clean

# The worked study, from its (synthetic) REDCap export to the package; findings are no failure here.
study: $(BIN)/cdisckit
	$(BIN)/cdisckit build studies/nct03171194 --out $(OUT) || [ $$? -eq 1 ]

test: $(BIN)/pytest
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# For the loop of a contributor: the tests of less than a minute in all.
quick: $(BIN)/pytest
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slow"

lint: $(BIN)/pytest
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

# Lint before every commit in this clone.
hooks: $(BIN)/pytest
	git config core.hooksPath .ci/hooks

# The worked study with the lowest and the newest versions of what is needed, on every Python.
versions:
	$(PYTHON) benchmarks/versions.py

# Every reader with changed inputs, SECONDS each; needs atheris (Linux, macOS).
fuzz: $(BIN)/pytest
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,fuzz]'
	$(BIN)/python tests/fuzz/run.py $(SECONDS)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "cdisckit needs Python 3.11 or later; set PYTHON=python3.11 or the like"; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/cdisckit: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(BIN)/pytest: $(BIN)/cdisckit
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf out .venv
