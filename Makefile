# make demo · make test · make check: each sets up all it needs from a bare Python, pip and a package index.
# The locks hold every package with its hash; only wheels are installed, so nothing is compiled here.

PYTHON ?= python3
SIZE   ?= full
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
WHEELS := $(PIP) install --quiet --require-hashes --only-binary :all:
ITSELF := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: demo test check quick lock licences clean
.DELETE_ON_ERROR:

demo: .venv/for-use
	$(BIN)/euthymia demo $(if $(filter small,$(SIZE)),--people 12)

test: check
	$(BIN)/pytest -n 2 --dist loadfile

quick: .venv/for-tests
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

check: .venv/for-tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright --project pyproject.toml
	$(BIN)/lint-imports
	$(BIN)/euthymia check

# Developers only: resolve again with uv, then export the two lists that plain pip reads.
lock:
	uv lock
	uv export --quiet --no-default-groups --group build --no-emit-project --output-file requirements.lock
	uv export --quiet --all-groups --no-emit-project --output-file requirements-dev.lock

licences: .venv/for-tests
	$(BIN)/python scripts/licences.py > THIRD_PARTY.md.part
	mv THIRD_PARTY.md.part THIRD_PARTY.md

clean:
	rm -rf .venv runs .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "euthymia needs Python 3.11 or later; \
	set PYTHON=python3.x")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/for-use: .venv/python requirements.lock pyproject.toml
	$(WHEELS) --requirement requirements.lock
	$(ITSELF)
	@touch $@

.venv/for-tests: .venv/python requirements-dev.lock pyproject.toml
	$(WHEELS) --requirement requirements-dev.lock
	$(ITSELF)
	@touch $@ .venv/for-use
