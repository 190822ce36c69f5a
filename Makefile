# `make demo` shows the mall; `make test` and `make check` are what a change must pass.
.DEFAULT_GOAL := help
.PHONY: help install demo up test crash proofs coverage docs bench bench-pipeline bench-ranking bench-answers bench-demand bench-serving bench-screens check check-types check-rest format lock build clean

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
# One thread per numeric library: on two shared cores, two are slower (boosting: 9 s against 17 s).
export OMP_NUM_THREADS ?= 1
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := yes

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make .venv from the hashed lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Pointmart needs Python 3.11, 3.12 or 3.13; name one with make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "This Python has no venv module; on Debian install python3-venv."; exit 1; }
	$(PYTHON) -m venv .venv
	@# The lock is complete, so nothing needs resolving; hashes are checked.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install ## Load a real year, run the pipeline, start everything (Ctrl-C stops it)
	@$(BIN)/pointmart demo $(ARGS)

up: install ## Run the services and the screens (Ctrl-C stops them)
	@$(BIN)/pointmart up $(ARGS)

test: install ## Run all tests
	@# Two workers, whole files each: a third less time on two cores.
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

crash: install ## Kill servers and PostgreSQL under load, ROUNDS times (default 50)
	POINTMART_CRASH_ROUNDS=$(or $(ROUNDS),50) $(BIN)/python -m pytest tests/transactional/test_crash.py $(ARGS)

proofs: install ## Compare the engine with its slow model on TIMES (default 20) times the sequences of `make test`
	POINTMART_PROOF_EXAMPLES=$(or $(TIMES),20) $(BIN)/python -m pytest tests/transactional/test_mall_machine.py $(ARGS)

coverage: install ## Run all tests and list the lines and branches they never reach
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term-missing:skip-covered $(ARGS)

bench: install ## Measure the redemption engine beside pgbench (nine minutes; ARGS="--members 100000" is quicker)
	@$(BIN)/pointmart bench redemption $(ARGS)

bench-pipeline: install ## Measure landing, building and publishing as history grows (half an hour; ARGS="--entries 1000000 …" is quicker)
	@$(BIN)/pointmart bench pipeline $(ARGS)

bench-ranking: install ## Measure learning and writing the lists of a million members (ARGS="--members 50000 …" is quicker)
	@$(BIN)/pointmart bench ranking $(ARGS)

bench-answers: install ## Measure the computing of one answer and the opening of a release (ARGS="--members 1000000 …")
	@$(BIN)/pointmart bench answers $(ARGS)

bench-demand: install ## Measure the forecast of 20,000 series over 900 days (ARGS="--series 2000" is quicker)
	@$(BIN)/pointmart bench demand $(ARGS)

bench-serving: install ## Measure recommendations and KPIs over HTTP with live state on (ARGS="--members 5000 --seconds 5" is quicker)
	@$(BIN)/pointmart bench serving $(ARGS)

bench-screens: install ## Measure how long each page takes to open, with ten million events (ARGS="--data-dir data --tenant … --promised-seconds 1.5")
	@$(BIN)/pointmart bench screens $(ARGS)

docs: install ## Write the warehouse's documentation and lineage to build/docs/index.html
	@$(BIN)/pointmart docs $(ARGS)

check: install ## Format, lint, types, import contracts, SQL format, dbt parse
	@# Types take as long as all else: beside each other, both told of whole.
	@$(MAKE) --no-print-directory --jobs 2 --output-sync --keep-going check-types check-rest

check-types: install
	$(BIN)/mypy

check-rest: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/sqlfmt --check dbt_project
	cd dbt_project && ../$(BIN)/dbt parse --quiet --profiles-dir . --target-path ../build/dbt --log-path ../build/dbt

format: install ## Format code and SQL
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	$(BIN)/sqlfmt dbt_project

lock: ## Compile requirements.in into the hashed lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --override requirements.override \
		--no-emit-index-url --quiet --output-file requirements.lock requirements.in

build: install ## Build the wheel
	$(BIN)/hatchling build --target wheel

clean: ## Remove what was built; data/ and .venv stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
