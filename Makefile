# `make run` and `make test` are all a newcomer needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3.11
UV := .tools/bin/uv
JAWAB := .venv/bin/jawab
EVAL := tests/eval/en.jsonl tests/eval/ur.jsonl tests/eval/roman.jsonl tests/eval/mixed.jsonl

CODE := bot actions tests bench deploy tuning
QUICK := tests/text tests/guard tests/answers tests/dialogue tests/test_layers.py tests/test_settings.py tests/test_docs.py

export RASA_TELEMETRY_ENABLED := false
export OMP_NUM_THREADS := 1

.PHONY: help run test quick lint fix check train evaluate bench load compare finetune sbom

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: .venv/.ready ## install what is missing, train if needed, serve, print the address
	@$(JAWAB) run

test: lint ## every test and check
	@$(JAWAB) check
	@$(JAWAB) train
	@# the browser's tests in a process of their own, beside the rest
	@mkdir -p results; .venv/bin/pytest -m browser > results/browser.log 2>&1 & browser=$$!; \
	  .venv/bin/pytest -m "not browser"; rest=$$?; wait $$browser; browsed=$$?; \
	  cat results/browser.log; exit $$((rest + browsed))

quick: .venv/.ready ## the core's tests, in under half a minute
	@.venv/bin/pytest $(QUICK)

lint: .venv/.ready ## style, formatting and types, as `make test` checks them
	@.venv/bin/ruff check $(CODE)
	@.venv/bin/ruff format --check --quiet $(CODE)
	@.venv/bin/mypy

fix: .venv/.ready ## put right what ruff can put right by itself
	@.venv/bin/ruff check --fix --quiet $(CODE)
	@.venv/bin/ruff format --quiet $(CODE)

check: .venv/.ready ## validate every data file (ARGS=--breadth: how broad the training messages are)
	@$(JAWAB) check $(ARGS)

train: .venv/.ready ## train the model if it is older than its data
	@$(JAWAB) train

evaluate: .venv/.ready ## score our own examination sets against the recorded figures
	@$(JAWAB) evaluate $(EVAL) --against tests/eval/baseline.json
	@$(JAWAB) evaluate tests/eval/blind/dev.jsonl --against tests/eval/blind/dev.json
	@$(JAWAB) evaluate tests/eval/blind/test.jsonl --against tests/eval/blind/test.json

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

$(UV): deploy/install.sh
	@echo "installing uv (some seconds)"
	@deploy/install.sh $(PYTHON) .tools 200

.venv/.ready: pyproject.toml uv.lock bot/rasa_adapter/import_hook.pth deploy/install.sh
	@echo "installing the locked environment (a minute or two the first time)"
	@deploy/install.sh $(PYTHON) .venv 2500 --compile-bytecode

.venv-compare/.ready: pyproject.toml uv.lock deploy/install.sh
	@echo "installing the environment of the comparison (a minute or two the first time)"
	@deploy/install.sh $(PYTHON) .venv-compare 2500 --no-default-groups --group compare

.venv-finetune/.ready: pyproject.toml uv.lock deploy/install.sh
	@echo "installing the environment of the tuning (5 GB, a minute or more the first time)"
	@deploy/install.sh $(PYTHON) .venv-finetune 7000 --only-group finetune
