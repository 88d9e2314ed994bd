# Every target sets itself up. A machine needs Python 3.11 or 3.12, make and git; no Docker, no AWS account.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# 3.12 is what Lambda runs; blurhash-python has no wheel for anything newer.
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8080
EMULATOR_PORT ?= 4566

BIN := .venv/bin
VENV := .venv/.installed
NODE_MODULES := node_modules/.installed
# Synthesis needs Node, and so do npm and the CDK CLI: the wheel's, not whatever the machine has.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV) ## Run the main job on real photos and videos (FILES="a.jpg b.mov" for your own; DEMO_EXIT=1 to exit by itself)
	@$(BIN)/python -m local.demo --port $(PORT) --emulator-port $(EMULATOR_PORT) $(FILES)

up: $(VENV) ## Run everything at http://localhost:8080 until Ctrl-C (PORT=, EMULATOR_PORT=; ORIGINS= of your own pages)
	@$(BIN)/python -m local up --port $(PORT) --emulator-port $(EMULATOR_PORT) $(addprefix --origin ,$(ORIGINS))

test: check infrastructure integration ## Run every check (about 25 minutes)

check: $(VENV) ## Run the fast half: format, lint, types, import contracts, unit tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=lambdas:layers/spool/python $(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 tests/unit

infrastructure: $(VENV) $(NODE_MODULES) ## Check the synthesized templates and the Lambda layers
	$(BIN)/pytest -q tests/infrastructure

integration: $(VENV) $(NODE_MODULES) ## Run the whole pipeline on the embedded cloud with IAM on
	$(BIN)/pytest -q tests/workflow tests/integration tests/browser

mutate: $(VENV) ## Remove every role statement in turn and see that some test notices (slow)
	MUTATE=all $(BIN)/pytest -q -s tests/integration/test_mutated_roles.py

bench: $(VENV) $(NODE_MODULES) ## Measure what the README claims, beside the peers; writes bench/results.json and a plot
	PYTHONPATH=lambdas:layers/spool/python $(BIN)/python -m bench

pictures: $(VENV) $(NODE_MODULES) ## Take the screenshots in docs/images anew
	$(BIN)/python -m docs.pictures

synth: $(VENV) $(NODE_MODULES) ## Synthesize the CloudFormation templates into cdk.out
	node_modules/.bin/cdk synth --quiet

deploy: $(VENV) $(NODE_MODULES) ## Deploy to the AWS account of your credentials
	node_modules/.bin/cdk deploy --all
	@echo "Nobody can use it yet. Invite its first admin: make invite PREFIX=Spool EMAIL=you@example.com ORG=default ROLE=admin"

# Of the stacks in AWS that begin with PREFIX; unless that is said, of the embedded cloud where one is up, else of Spool.
OPERATE = PYTHONPATH=lambdas:layers/spool/python $(BIN)/python -m operate $(if $(filter command,$(word 1,$(origin PREFIX))),--prefix $(PREFIX))

invite: $(VENV) ## Let a person in: EMAIL= ORG= ROLE=admin, editor or viewer (PREFIX=Spool for AWS while a cloud is up here)
	@test -n "$(EMAIL)" -a -n "$(ORG)" -a -n "$(ROLE)" || { echo "Who, where, as what? make invite EMAIL=a@example.com ORG=default ROLE=editor" >&2; exit 1; }
	@$(OPERATE) invite "$(EMAIL)" --org "$(ORG)" --role "$(ROLE)"

fsck: $(VENV) ## Prove that S3, catalogue and counters agree (ARGS=--mend sets counters right; PREFIX= as above)
	@$(OPERATE) fsck $(ARGS)

rebuild: $(VENV) ## Say how the catalogue would be made anew of S3; ARGS=--yes does it
	@$(OPERATE) rebuild $(ARGS)

quota: $(VENV) ## What an organisation holds and may hold: ORG= (ARGS="--bytes 100GiB --assets 10000" changes it)
	@test -n "$(ORG)" || { echo "Whose? make quota ORG=default" >&2; exit 1; }
	@$(OPERATE) quota "$(ORG)" $(ARGS)

# Prints nothing else: where a cloud is up, everything is installed.
token: ## Print an access token of the embedded cloud that is up, good for an hour
	@$(BIN)/python -m local token

openapi: $(VENV) ## Make lambdas/describe_api/openapi.json anew from what the handlers declare
	PYTHONPATH=lambdas:layers/spool/python $(BIN)/python -m operate.openapi

events: $(VENV) ## Make docs/events anew: schemas of the events on the bus, and examples
	PYTHONPATH=lambdas:layers/spool/python $(BIN)/python -m operate.event_documents

lock: $(VENV) ## Compile requirements.in into requirements.txt
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt requirements.in

clean: ## Remove the virtualenv, caches, local state and outputs
	rm -rf .venv .cache .local cdk.out demo-output node_modules .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV): requirements.txt
	@test -n "$(PYTHON)" || { echo "Spool needs Python 3.11 or 3.12, and found neither python3.12, python3.11" \
		"nor a python3 that is new enough. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@command -v git >/dev/null || { echo "Spool needs git, and found none on PATH." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON) (about 2 minutes, 2 GB; once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv module is missing (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(NODE_MODULES): package-lock.json package.json $(VENV)
	@echo "Installing the npm side (policy evaluation, Chromium, CDK CLI; once)"
	@$(BIN)/npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: help demo up test check infrastructure integration mutate bench pictures synth deploy invite fsck rebuild quota token openapi events lock clean
