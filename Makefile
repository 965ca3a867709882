# Everything from a fresh clone. Needs Python 3.11 and make; the rest is installed here (install.sh says how).
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
TYPING := build/typing/paihao
ROOMS := core queue booking display cases admin api samples

.PHONY: run test check bench format lock translations clean

run: .venv/runtime
	@$(BIN)/paihao demo samples/longquanyi --url http://$(HOST):$(PORT)
	@exec $(BIN)/paihao serve --host $(HOST) --port $(PORT)

test: .venv/dev .venv/browser
	$(BIN)/python -m pytest $(ARGS)

check: .venv/dev $(TYPING)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPYPATH=build/typing $(BIN)/mypy $(addprefix -p paihao.,$(ROOMS))
	PYTHONPATH=build/typing $(BIN)/lint-imports
	$(BIN)/python tests/catalogues.py
	$(BIN)/python -m pytest -q tests/integration/test_schema.py

bench: .venv/dev
	$(BIN)/python bench/run.py $(ARGS)

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

translations: .venv/dev
	$(BIN)/python tests/catalogues.py --update

# Pinned with hashes and without any index's address. Needs uv (pip install uv).
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate
lock:
	$(LOCK) --extra build pyproject.toml -o requirements.lock
	$(LOCK) --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/runtime: requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) sh install.sh runtime
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml
	@PYTHON=$(PYTHON) sh install.sh dev
	@touch $@

.venv/browser: .venv/dev
	@sh install.sh browser
	@touch $@

# A folder that is really called paihao, for the tools that need one (a link to the root would contain itself).
$(TYPING): Makefile
	@mkdir -p $@
	@for room in $(ROOMS); do ln -sfn ../../../$$room $@/$$room; done
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
