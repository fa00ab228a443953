# setup · run · demo · test · fuzz · lint · openapi · wasm · bench · limits · portability · older-engine; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv is fast; where it cannot be had, pip does the same.
INSTALL = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(BIN)/python $(1); else $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); fi

.PHONY: help setup dev run demo test fuzz lint format openapi wasm bench limits portability older-engine lock pr

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(VENV)/.run ## Make .venv with what `run` and `demo` need.

run: setup ## Run the whole system at http://127.0.0.1:3000 until Ctrl-C.
	@$(BIN)/edge-signer run

demo: setup ## Sign a photograph, verify it with c2pa-rs, show where the milliseconds went.
	@$(BIN)/edge-signer demo

test: dev ## Run every test.
	$(BIN)/python -m pytest

fuzz: dev ## Mutate 100,000 real inputs; what comes must be an answer or a refusal with a name.
	$(BIN)/python -m tests.fuzz

lint: dev ## Style and types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m ziglang fmt --check wasm_tbs/src
	$(BIN)/mypy

format: dev ## Format Python and Zig.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m ziglang fmt wasm_tbs/src

openapi: dev ## Write docs/openapi.json and the errors of docs/api.md from the code.
	@$(BIN)/python -m cli.openapi

wasm: dev ## Rebuild wasm_tbs/tbs.wasm and pin its SHA-256.
	$(BIN)/python wasm_tbs/build.py
	@$(BIN)/python -m edge_signer.signing.tbs_module

bench: dev ## Measure builder, store size, request, start and memory, each beside its rival.
	$(BIN)/python -m tests.bench

limits: dev ## Press on the rate limits for 70 s and audit what was admitted.
	@$(BIN)/python -m tests.limits

portability: dev ## Compare the module's bytes under V8 and wasmer with wasmtime's.
	@$(BIN)/python -m tests.portability

older-engine: dev ## Have c2pa-rs 0.82 judge sidecars of ours; needs Node and npm.
	@$(BIN)/python -m tests.older_engine

lock: dev ## Pin all dependencies anew, with hashes and without index addresses.
	$(BIN)/uv pip compile $(COMPILE) --upgrade --all-extras -o requirements/lock.txt pyproject.toml
	$(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt -o requirements/layer.txt pyproject.toml
	$(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt --extra run -o requirements/run.txt pyproject.toml
	echo uv | $(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt -o requirements/setup.txt -
	printf '%s==1.1.0\n' wasmer wasmer-compiler-cranelift | $(BIN)/uv pip compile $(COMPILE) -o requirements/wasmer.txt -

COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

pr: lint demo test older-engine ## All that CI runs.

dev: $(VENV)/.dev

$(VENV)/.python: requirements/setup.txt
	@echo "Making $(VENV), once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt || echo "no uv here; pip does it"
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements/run.txt pyproject.toml wasm_tbs/tbs.wasm
	@$(call INSTALL,--require-hashes -r requirements/run.txt)
	@$(call INSTALL,--no-deps --no-build-isolation -e .)
	@$(BIN)/python -m edge_signer.signing.tbs_module >/dev/null
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/lock.txt
	@$(call INSTALL,--require-hashes -r requirements/lock.txt)
	@touch $@
