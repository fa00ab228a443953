SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# aws-sam-cli pins older versions than the rest needs; the auditors must not be among what they audit;
# Lambda has its own Python, and MiniStack runs functions under the Python that it runs under itself.
VENV_SAM := .venv-sam
VENV_TOOLS := .venv-tools
VENV_LAMBDA := .venv-lambda
VENV_MINISTACK := .venv-ministack
VENV_DOCS := .venv-docs
NODE_BIN := clients/js/node_modules/.bin
STAGE ?= dev
PROCESSES ?= auto
PARALLEL = -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
# Validation needs a region, no matter which; layers are built with SAM's Python.
SAM = PATH=$(CURDIR)/$(VENV_SAM)/bin:$$PATH SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} sam
# uv is fast; if it is not available, pip does the same.
INSTALL = if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install --quiet --python $(BIN)/python $(1); else $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); fi
# The lists are complete; older versions of pip treat a dependency's extras as not pinned.
PIP := pip install --quiet --disable-pip-version-check --require-hashes --no-deps

.PHONY: help setup dev run demo test fuzz fuzz-verify fuzz-batches fuzz-service fuzz-ingredients fuzz-layouts sparse-movie lint format openapi web wasm bench paired limits load chaos portability engines newer-engines chains public-files survival toolchains wasi-testsuite lock pr
.PHONY: client js-client command release validate build package reproducible build-check cold-start import-times sbom audit cost architecture house walk deploy-local sam-local
.PHONY: docs reference screenshots

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(VENV)/.run ## Create .venv with what `run` and `demo` need.

run: setup ## Run the whole system at http://127.0.0.1:3000 until Ctrl-C.
	@$(BIN)/edge-signer run

demo: setup ## Sign a photograph, verify it with c2pa-rs and show where the time went.
	@$(BIN)/edge-signer demo

test: dev ## Run every test, on all cores (PROCESSES=0: one after another); print the coverage.
	$(BIN)/python -m pytest $(PARALLEL) tests/unit tests/integration --cov
	$(BIN)/python -m pytest $(PARALLEL) tests/conformance tests/e2e tests/built

fuzz: dev ## Mutate 100,000 real inputs, and sign 5,000 random bodies with both engines.
	$(BIN)/python -m measure.fuzz
	$(BIN)/python -m measure.fuzz.agreement

fuzz-verify: dev ## Change one byte of a manifest store, 20,000 times; `verify` must give each a verdict.
	@$(BIN)/python -m measure.fuzz.verdicts

fuzz-batches: dev ## Change 200,000 answers to batches; three languages must refuse them for the same reasons.
	@$(BIN)/python -m measure.fuzz.batches

fuzz-service: dev ## Damage 100,000 files and 100,000 stores for POST /verify; each gets a verdict or a named error.
	@$(BIN)/python -W ignore -m measure.fuzz.service

fuzz-ingredients: dev ## Sign with 100,000 damaged parents of two tenants; each is recorded as it is, or refused.
	@$(BIN)/python -W ignore -m measure.fuzz.ingredients

fuzz-layouts: dev ## Damage 200,000 files of each layout; a store has a sound place, or a refusal a name.
	@$(BIN)/python -m measure.fuzz.layouts

sparse-movie: dev ## Plan and write a sparse movie of 6 GB: time, memory, and every place moved.
	@$(BIN)/python -m measure.sparse_movie

lint: dev ## Check style and types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/python -m ziglang fmt --check wasm_tbs/src wasm_embed/src
	$(BIN)/mypy

format: dev ## Format Python and Zig.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python -m ziglang fmt wasm_tbs/src wasm_embed/src

openapi: dev ## Write docs/openapi.json and the errors of docs/api.md from the code.
	@$(BIN)/python -m cli.openapi

web: clients/js/node_modules/.made ## Compile the JavaScript client and the console from TypeScript.
	$(NODE_BIN)/openapi-typescript docs/openapi.json --output clients/js/src/api.ts
	@rm -rf clients/js/lib
	$(NODE_BIN)/tsc --project clients/js
	@cp wasm_embed/embed.wasm clients/js/lib/
	@if [ -d console ]; then $(NODE_BIN)/tsc --project console; fi

wasm: dev ## Rebuild tbs.wasm and embed.wasm (pins their SHA-256), and examples/hello.wasm.
	$(BIN)/python -m wasm_tbs.build
	$(BIN)/python -m wasm_embed.build
	@cp wasm_embed/embed.wasm clients/js/lib/
	$(BIN)/python -m examples.build
	@$(BIN)/python -m edge_signer.signing.manifest.tbs_module
	@$(BIN)/python -m edge_signer.signing.layout.embed_module

bench: dev ## Measure builder, store size, request, start and memory, each beside an alternative.
	$(BIN)/python -m measure.bench

paired: dev ## Send requests to this checkout and to BEFORE in turn, with services as slow as AWS's (ONLY: sign or jobs).
	@$(BIN)/python -m measure.paired --before $(BEFORE) $(ONLY)

limits: dev ## Send requests beyond the rate limits for two minutes and check what was admitted.
	@$(BIN)/python -m measure.limits
	@$(BIN)/python -m measure.limits.contention

chaos: dev ## Break parts of a system under load and check each run (RUN=A to H; default: all, one hour).
	@$(BIN)/python -m measure.load $(RUN)

load: dev ## Do one run of `chaos` with a tenth of the requests (RUN; default: A).
	@$(BIN)/python -m measure.load $(or $(RUN),A) --share 0.1

portability: dev ## Compare the module's bytes under V8 and wasmer with wasmtime's.
	@$(BIN)/python -m measure.portability

engines: dev ## Validate signed samples with five C2PA engines; three of them need Node and npm.
	@$(BIN)/python -m measure.engines

chains: dev ## Sign 1,000 chains of files (COUNT, SEED), some with a faulty ancestor; engines find what is on record.
	@$(BIN)/python -m measure.chains $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

survival: dev ## Run other programs on signed files; write the table of docs/reference/survival.md.
	@$(BIN)/python -m measure.survival

toolchains: dev ## Run programs of six toolchains as jobs; write the table of docs/concepts/execution.md.
	@$(BIN)/python -m measure.toolchains

wasi-testsuite: dev ## Run the programs of the WASI test suite that need no folder as jobs (SUITE: a clone of it).
	@$(BIN)/python -m measure.wasi_testsuite $(SUITE)

public-files: dev ## Judge public test files (FILES, ANCHORS) with three engines, and sign them as parents; write docs/reference/verdicts.md.
	@$(BIN)/python -m measure.engines.public_files $(FILES) $(if $(ANCHORS),--anchors $(ANCHORS)) --write

newer-engines: dev ## Fail if a newer version of one of those engines exists.
	@$(BIN)/python -m measure.engines.newer

client: setup ## Build the Python client's wheel and sources into dist/, with the same bytes each time.
	@rm -f dist/edge_signer_client-*
	@cd client && SOURCE_DATE_EPOCH=315532800 ../$(BIN)/python -m hatchling build -d ../dist
	@sha256sum dist/edge_signer_client-*

js-client: ## Pack the JavaScript client into dist/, with the same bytes each time; needs npm.
	@rm -f dist/edge-signer-client-*.tgz
	@mkdir -p dist
	@cd clients/js && npm pack --silent --ignore-scripts --pack-destination ../../dist >/dev/null
	@sha256sum dist/edge-signer-client-*.tgz

command: setup ## Build the wheel and the sources of the command into dist/, with the same bytes each time.
	@rm -f dist/edge_signer-*
	@SOURCE_DATE_EPOCH=315532800 $(BIN)/python -m hatchling build -d dist
	@sha256sum dist/edge_signer-*

release: validate client command js-client package dev ## Build all that is released into dist/, install and test it; publishes nothing.
	@$(BIN)/python -m deployment.release .aws-sam/package dist
	RELEASED=$(CURDIR)/dist $(BIN)/python -m pytest tests/built/test_release.py
	@cat dist/SHA256SUMS

validate: $(VENV_SAM)/.made ## Check template.yaml and replica.yaml with SAM and cfn-lint.
	$(SAM) validate --lint
	$(VENV_SAM)/bin/cfn-lint template.yaml replica.yaml

build: $(VENV_SAM)/.made ## Build functions and layers for Lambda; STAGE is a section of samconfig.toml.
	$(SAM) build --config-env $(STAGE)

package: build ## Write the archives to deploy, and print their sizes and hashes.
	@$(VENV_SAM)/bin/python -m deployment.archives .aws-sam/build .aws-sam/package

reproducible: package ## Build a second time and compare the archives byte by byte.
	@$(SAM) build --config-env $(STAGE) --build-dir .aws-sam/again
	@$(VENV_SAM)/bin/python -m deployment.archives .aws-sam/again .aws-sam/package-again >/dev/null
	@for one in .aws-sam/package/*.zip; do cmp $$one .aws-sam/package-again/$${one##*/} || exit 1; done
	@echo "built twice: the same bytes"

build-check: package dev $(VENV_LAMBDA)/.made ## Test the built layers and functions under Lambda's own Python.
	BUILT_ARTEFACTS=.aws-sam LAMBDA_PYTHON=$(VENV_LAMBDA)/bin/python $(BIN)/python -m pytest tests/built

cold-start: package dev $(VENV_LAMBDA)/.made ## Measure how long new workers take to start; print the table of docs/concepts/performance.md.
	@$(BIN)/python -m measure.cold_start .aws-sam $(VENV_LAMBDA)/bin/python

import-times: package dev $(VENV_LAMBDA)/.made ## Print the imports of a new worker that take 10 ms or more (FUNCTION; default: sign).
	@$(BIN)/python -m measure.cold_start.import_times .aws-sam $(VENV_LAMBDA)/bin/python $(or $(FUNCTION),sign)

deploy-local: package dev $(VENV_MINISTACK)/.made ## Deploy with SAM to MiniStack on this machine, sign there, update, delete.
	@$(BIN)/python -m measure.deploy_local $(VENV_MINISTACK)/bin/ministack $(VENV_SAM)/bin/sam

sam-local: build dev ## Send events/ to the built functions in containers; needs Docker. SAM_LOCAL passes options to sam.
	@$(BIN)/python -m measure.sam_local .aws-sam/build $(VENV_SAM)/bin/sam $(SAM_LOCAL)

sbom: build $(VENV_TOOLS)/.made ## Write .aws-sam/sbom/ (CycloneDX) and docs/reference/licences.md from the built layers.
	@$(PYTHON) -m venv --without-pip --clear .aws-sam/empty
	@mkdir -p .aws-sam/sbom
	@for layer in EdgeSignerLayer CentralSignerLayer DerivativesLayer; do \
	  PYTHONPATH=.aws-sam/build/$$layer/python $(VENV_TOOLS)/bin/cyclonedx-py environment \
	    --output-reproducible --of JSON -o .aws-sam/sbom/$$layer.json .aws-sam/empty/bin/python || exit 1; done
	@$(PYTHON) -m deployment.licences docs/reference/licences.md .aws-sam/sbom/EdgeSignerLayer.json .aws-sam/sbom/CentralSignerLayer.json .aws-sam/sbom/DerivativesLayer.json

audit: $(VENV_TOOLS)/.made ## Look up known vulnerabilities of the packages in the layers; fail if one cannot be looked up.
	$(VENV_TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/layer.txt
	$(VENV_TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/central.txt
	$(VENV_TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/derivatives.txt

architecture: dev ## Draw docs/concepts/architecture.md from the template and the imports.
	@$(BIN)/python -m measure.architecture

house: dev ## Print figures about the code: files, lines, rooms, cycles (REV: revisions; default: as it is).
	@$(BIN)/python -m measure.house $(REV)

walk: dev ## Print the files that a signature and a job pass through.
	@$(BIN)/python -m measure.walk

reference: dev ## Write docs/reference/ from the code: commands, routes, errors, policies, parameters, log lines.
	@$(BIN)/python -m cli.reference

screenshots: dev $(VENV_DOCS)/.made ## Write the pictures of docs/images/: console, terminal and manual, from a running system.
	@$(BIN)/python -m measure.screenshots.console
	@$(BIN)/python -m measure.screenshots.terminal
	@$(BIN)/python -m measure.screenshots.manual

# Not --quiet: it hides warnings, and then --strict does not see them.
docs: $(VENV_DOCS)/.made ## Build the manual into site/; a broken link or anchor fails.
	@NO_MKDOCS_2_WARNING=1 $(VENV_DOCS)/bin/mkdocs build --strict
	@echo "the manual: site/index.html, or with a search $(VENV_DOCS)/bin/mkdocs serve"

cost: ## Print the tables of docs/operations/cost.md.
	@$(PYTHON) -m deployment.cost

lock: dev ## Update the pins of all dependencies, with hashes and without index addresses.
	$(BIN)/uv pip compile $(COMPILE) --upgrade --all-extras -o requirements/lock.txt pyproject.toml
	$(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt --group layer -o requirements/layer.txt
	$(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt --extra build -o requirements/run.txt pyproject.toml
	printf '%s\n' c2pa-python toml | $(BIN)/uv pip compile $(COMPILE) --no-deps -c requirements/lock.txt -o requirements/central.txt -
	echo pillow | $(BIN)/uv pip compile $(COMPILE) --no-deps -c requirements/lock.txt -o requirements/derivatives.txt -
	echo uv | $(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt -o requirements/setup.txt -
	echo awslambdaric | $(BIN)/uv pip compile $(COMPILE) -c requirements/lock.txt -o requirements/lambda.txt -
	echo aws-sam-cli | $(BIN)/uv pip compile $(COMPILE) --upgrade -o requirements/sam.txt -
	echo 'ministack[full]' | $(BIN)/uv pip compile $(COMPILE) --upgrade -o requirements/ministack.txt -
	printf '%s\n' cyclonedx-bom pip-audit | $(BIN)/uv pip compile $(COMPILE) --upgrade -o requirements/tools.txt -
	echo mkdocs-material | $(BIN)/uv pip compile $(COMPILE) --upgrade -o requirements/docs.txt -
	printf '%s==1.1.0\n' wasmer wasmer-compiler-cranelift | $(BIN)/uv pip compile $(COMPILE) -o requirements/wasmer.txt -

COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

pr: lint docs validate demo test engines ## Run everything that CI runs.

dev: $(VENV)/.dev

$(VENV)/.python: requirements/setup.txt
	@echo "Making $(VENV), once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt || echo "no uv here; pip does it"
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements/run.txt pyproject.toml wasm_tbs/tbs.wasm wasm_embed/embed.wasm
	@$(call INSTALL,--require-hashes -r requirements/run.txt)
	@$(call INSTALL,--no-deps --no-build-isolation -e .)
	@$(BIN)/python -m edge_signer.signing.manifest.tbs_module >/dev/null
	@$(BIN)/python -m edge_signer.signing.layout.embed_module >/dev/null
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/lock.txt
	@$(call INSTALL,--require-hashes -r requirements/lock.txt)
	@touch $@

# Node's tools: the compiler of TypeScript, and what reads docs/openapi.json.
clients/js/node_modules/.made: clients/js/package-lock.json
	@cd clients/js && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(VENV_SAM)/.made: requirements/sam.txt
	@echo "Making $(VENV_SAM), once"
	@$(PYTHON) -m venv --clear $(VENV_SAM)
	@$(VENV_SAM)/bin/python -m $(PIP) -r requirements/sam.txt
	@touch $@

$(VENV_TOOLS)/.made: requirements/tools.txt
	@$(PYTHON) -m venv --clear $(VENV_TOOLS)
	@$(VENV_TOOLS)/bin/python -m $(PIP) -r requirements/tools.txt
	@touch $@

$(VENV_DOCS)/.made: requirements/docs.txt
	@$(PYTHON) -m venv --clear $(VENV_DOCS)
	@$(VENV_DOCS)/bin/python -m $(PIP) -r requirements/docs.txt
	@touch $@

$(VENV_LAMBDA)/.made: requirements/lambda.txt
	@python=$$($(PYTHON) -m deployment.bytecode) && $$python -m venv --clear $(VENV_LAMBDA)
	@$(VENV_LAMBDA)/bin/python -m $(PIP) -r requirements/lambda.txt
	@touch $@

$(VENV_MINISTACK)/.made: requirements/ministack.txt requirements/lambda.txt
	@python=$$($(PYTHON) -m deployment.bytecode) && $$python -m venv --clear $(VENV_MINISTACK)
	@$(VENV_MINISTACK)/bin/python -m $(PIP) -r requirements/ministack.txt -r requirements/lambda.txt
	@touch $@
