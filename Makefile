# Every target works on a machine that has Python 3.11 or newer and nothing else; `make help` lists them.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
NAME ?= dev
IMAGE ?= ampacity:dev
ENGINE ?= $(shell command -v docker || command -v podman)

VENV := .venv/bin
READY := .venv/.installed
LOCK := $(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--annotation-style line --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test bench verify generate lint lock tools cluster-up cluster-down image clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make test ARGS='-k burst'    hands arguments to pytest (demo and bench take ARGS too)"
	@echo "  make demo CLUSTER=kind       uses kind instead of local processes; needs a container engine"
	@echo "  make cluster-up NAME=mine    several clusters run side by side under their names"

demo: tools ## show the product on a real control plane: two sites, four pools, less power than they want
	@$(VENV)/python -m hack.demo $(ARGS)

test: tools ## run every test; ARGS goes to pytest
	@$(VENV)/python -m hack.tools tests
	@$(VENV)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder $(ARGS)

bench: $(READY) ## measure planner and operator; prints a table and writes build/bench.json
	@$(VENV)/python -m tests.benchmarks $(ARGS)

verify: tools generate lint ## generate, run the linters, then insist on a clean tree
	@test -z "$$(git status --porcelain)" || { git status --short; git --no-pager diff --stat; \
		echo "verify: the tree differs from what is committed (a generated file is out of date," \
		"or there is work to commit)" >&2; exit 1; }

generate: $(READY) ## write what is made from the models: CRDs, their copies in the chart, reference pages
	@$(VENV)/python -m hack.generate
	@$(VENV)/python -m hack.docs

lint: tools ## ruff, mypy --strict, import-linter, helm lint
	$(VENV)/ruff check .
	$(VENV)/mypy --strict
	$(VENV)/lint-imports --no-cache
	$$($(VENV)/python -m hack.tools path helm) lint --strict charts/ampacity

lock: $(READY) ## pin every dependency anew, with hashes
	$(LOCK) --upgrade --group dev --output-file requirements.lock pyproject.toml
	$(LOCK) --constraint requirements.lock --output-file requirements-image.lock pyproject.toml
	$(LOCK) --output-file hack/tools/go-toolchain.lock hack/tools/go-toolchain.in

cluster-up: tools ## start a local control plane that stays up, called NAME
	@$(VENV)/python -m hack.cluster up --name $(NAME)

cluster-down: $(READY) ## end the control plane called NAME
	@$(VENV)/python -m hack.cluster down --name $(NAME)

image: ## build the operator's container image with docker or podman
	@test -n "$(ENGINE)" || { echo "image: there is neither docker nor podman here" >&2; exit 1; }
	$(ENGINE) build --tag $(IMAGE) .

clean: ## delete what make has made in this checkout; built tools stay in the cache
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find hack operator tests -name __pycache__ -prune -exec rm -rf {} +

# Builds etcd, Kubernetes, KWOK and Helm into the user's cache the first time; a moment after that.
tools: $(READY)
	@$(VENV)/python -m hack.tools
	@$(VENV)/python -m hack.gateway_crds

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=..." >&2; exit 1; }
	@echo "Installing the locked packages into .venv (about a minute, once)"
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; Debian has it in python3-venv" >&2; exit 1; }
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
