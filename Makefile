# `make run` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
UV := .tools/bin/uv
JAWAB := .venv/bin/jawab
EVAL := tests/eval/en.jsonl tests/eval/ur.jsonl tests/eval/roman.jsonl tests/eval/mixed.jsonl

export RASA_TELEMETRY_ENABLED := false
export OMP_NUM_THREADS := 1

.PHONY: help run test check train evaluate bench load compare finetune sbom

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: .venv/.ready ## install what is missing, train if needed, serve, print the address
	@$(JAWAB) run

test: .venv/.ready ## every test and check
	@.venv/bin/ruff check bot actions tests bench deploy tuning
	@.venv/bin/ruff format --check --quiet bot actions tests bench deploy tuning
	@.venv/bin/mypy
	@$(JAWAB) check
	@$(JAWAB) train
	@# the browser's tests in a process of their own, beside the rest
	@mkdir -p results; .venv/bin/pytest -m browser > results/browser.log 2>&1 & browser=$$!; \
	  .venv/bin/pytest -m "not browser"; rest=$$?; wait $$browser; browsed=$$?; \
	  cat results/browser.log; exit $$((rest + browsed))

check: .venv/.ready ## validate every data file (ARGS=--breadth: how broad the training messages are)
	@$(JAWAB) check $(ARGS)

train: .venv/.ready ## train the model if it is older than its data
	@$(JAWAB) train

evaluate: .venv/.ready ## score our own examination sets against the recorded figures
	@$(JAWAB) evaluate $(EVAL) --against tests/eval/baseline.json

bench: .venv/.ready ## measure against the stock Rasa pipeline (installs it apart; only how a turn grows: ARGS=--quick)
	@.venv/bin/python bench/bench.py $(ARGS)

load: .venv/.ready ## measure how long patients wait when 200 talk at once
	@$(JAWAB) train
	@.venv/bin/python bench/load.py

compare: .venv-compare/.ready ## compare intent classifiers on one set of folds (an hour; quicker: ARGS="--sample 1500")
	@.venv-compare/bin/python bench/compare.py $(ARGS)

finetune: .venv-finetune/.ready ## tune the encoder on data/nlu and write data/encoder (under an hour on two cores; a GPU is used)
	@OMP_NUM_THREADS= .venv-finetune/bin/python -m tuning $(ARGS)

sbom: $(UV) ## the software bill of materials (results/sbom.json) and docs/licences.md, of what runs with the bot
	@mkdir -p results
	@UV_PROJECT_ENVIRONMENT=.tools/runtime $(UV) sync --frozen --no-dev --no-install-project --python $(PYTHON) --quiet
	@$(UV) tool run --from cyclonedx-bom==7.5.0 cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
		--output-file results/sbom.json .tools/runtime
	@$(PYTHON) deploy/licences.py results/sbom.json docs/licences.md

$(UV):
	@echo "installing uv (some seconds)"
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/.ready: pyproject.toml uv.lock bot/rasa_adapter/import_hook.pth | $(UV)
	@echo "installing the locked environment (a minute or two the first time)"
	@$(UV) sync --frozen --compile-bytecode --python $(PYTHON) 2>&1 | tail -1
	@touch $@

.venv-compare/.ready: pyproject.toml uv.lock | $(UV)
	@echo "installing the environment of the comparison (a minute or two the first time)"
	@set -o pipefail; UV_PROJECT_ENVIRONMENT=.venv-compare $(UV) sync --frozen --no-default-groups --group compare --python $(PYTHON) 2>&1 | tail -1
	@touch $@

.venv-finetune/.ready: pyproject.toml uv.lock | $(UV)
	@echo "installing the environment of the tuning (5 GB, a minute or more the first time)"
	@set -o pipefail; UV_PROJECT_ENVIRONMENT=.venv-finetune $(UV) sync --frozen --only-group finetune --python $(PYTHON) 2>&1 | tail -1
	@touch $@
