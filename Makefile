# Eventwire. `make help` lists what there is; every target sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
AIRFLOW_HOME ?= $(CURDIR)/var/airflow
EVENTWIRE_NEWSROOM_PORT ?= 8765

# Airflow's processes import some three thousand modules each: compiled once here, not anew in every process.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(BIN):$(PATH)
export AIRFLOW_HOME
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export PYTHONPATH := $(CURDIR)
include deploy/airflow.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' deploy/airflow.env)

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-thorough up bench lint format types docs lock gate evaluate calibrate image clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Eventwire needs Python 3.11 to 3.13; set PYTHON, for example: make run PYTHON=python3.12"; exit 2; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/uv.lock
	@touch $@

$(VENV)/.run: requirements.lock pyproject.toml $(VENV)/.uv
	@echo "Installing the locked packages (about 1 GB, once) ..."
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## Run collect, code and release on the bundled outlets and print what came out
	@$(BIN)/python -m deploy.run_bundled

test: $(VENV)/.dev ## Run all checks and tests
	@$(BIN)/python -m deploy.check

test-thorough: $(VENV)/.dev ## Run the long tests that `make test` only samples
	@$(BIN)/python -m deploy.check thorough

test-fast: $(VENV)/.dev ## Run the tests that need no processes of Airflow
	@$(BIN)/python -m pytest -q -n 2 -m "not slow and not airflow and not thorough"

up: $(VENV)/.run ## Open Airflow with the DAGs scheduled on the bundled outlets (http://127.0.0.1:8080)
	@$(BIN)/python -m deploy.up

bench: $(VENV)/.dev ## Measure ratios side by side, one run
	@$(BIN)/python -m bench

lint: $(VENV)/.dev ## Check style, types and the order of the rooms
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff check -q --fix . && $(BIN)/ruff format -q .

docs: $(VENV)/.run ## Write the generated pages of docs/ anew
	@$(BIN)/python -m deploy.write_docs

evaluate: $(VENV)/.run ## Score the coder on the bundled gold
	@$(BIN)/eventwire evaluate

calibrate: $(VENV)/.run ## Fit the confidence of mentions on the gold's train part
	@$(BIN)/python -m etl.evaluate.calibrate

image: ## Build the container image (needs docker or podman)
	@deploy/build_image.sh

lock: $(VENV)/.uv ## Resolve the dependencies anew and lock them by hash
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	@echo uv | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 - -o deploy/uv.lock

clean: ## Remove the environment and everything that runs wrote
	@rm -rf $(VENV) var
