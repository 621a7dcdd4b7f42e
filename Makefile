# run · test · check · bench · lock. Each does its own set-up; nothing but python3, make and git is needed.

BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url --no-header \
	--python-version 3.11 $(UPGRADE)
SCRATCH := $(or $(TMPDIR),/tmp)/dailies-check-$(shell id -u)
ENVIRONMENTS := .venv/.ready-dev .venvs/sdk1/.ready .venvs/sdk3/.ready

.PHONY: run test check css-check bench lock help

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .venv/.ready ## run the whole site in the foreground
	@exec $(BIN)/python manage.py up

test: $(ENVIRONMENTS) ## run all tests, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m tests.servers

check: export DATA_DIR := $(SCRATCH)
check: .venv/.ready-dev css-check ## lint, format, types, templates, migrations, settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy dashboard videojobs tests benchmarks manage.py
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

css-check: ## build the style sheet again and compare it, where Node exists
	@scripts/css-check

bench: .venv/.ready-dev ## measure, beside references of the same run
	@$(BIN)/python -m benchmarks

lock: .venv/.ready-dev ## make the lock files again (UPGRADE=--upgrade for newer packages)
	$(UV_COMPILE) pyproject.toml --output-file requirements.txt
	$(UV_COMPILE) pyproject.toml --group test --group check --constraint requirements.txt \
		--output-file requirements-dev.txt
	$(UV_COMPILE) --group sdk1 --output-file requirements-sdk1.txt
	$(UV_COMPILE) --group sdk3 --output-file requirements-sdk3.txt
	$(UV_COMPILE) --group uv --output-file requirements-uv.txt

.venv/.ready: requirements.txt requirements-uv.txt scripts/install
	@scripts/install .venv requirements.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt requirements-uv.txt scripts/install
	@scripts/install .venv requirements-dev.txt
	@touch $@ .venv/.ready

.venvs/%/.ready: requirements-%.txt .venv/.ready-dev
	@mkdir -p .venvs
	@scripts/install .venvs/$* requirements-$*.txt
	@touch $@
