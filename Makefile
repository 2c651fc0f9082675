# Everything a person or a machine does with this tree. `make` alone says what there is.
# It needs make and Python 3.11 or newer, nothing else: uv, pinned below, and every package of uv.lock go into .venv.

UV_VERSION := 0.13.9
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$each"; break; }; done)

BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Believe whom the machine believes: a company's proxy signs with an authority of its own.
ifneq ($(wildcard /etc/ssl/certs/*.crt /etc/ssl/certs/*.pem /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= 1
endif

# A service user often has no home that can be written to; caches then stay in var/.
ifneq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/var/home
$(shell mkdir -p "$(CURDIR)/var/home")
endif

# Where Python may keep nothing beside what it reads, every start would compile all packages anew.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
export UV_COMPILE_BYTECODE := 1
endif

.DEFAULT_GOAL := help
.PHONY: help demo web dev pictures torture test check fmt lint types migrations schema bench clean

help:  ## Say what there is
	@echo 'Twinmarket: models license their digital twins, and every payment is split.'
	@echo
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '%-18s %s\n' "$$name" "$$what"; done

$(READY): pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo 'Twinmarket needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is not Python 3.11 or newer.' >&2; exit 1; }
	@test -x $(BIN)/uv || { echo 'Making .venv ...' && "$(PYTHON)" -m venv .venv && $(BIN)/python -m pip install --quiet uv==$(UV_VERSION); }
	@echo 'Installing what uv.lock says ...' && $(BIN)/uv sync --frozen --quiet --python $(BIN)/python
	@touch $@

demo: $(READY)  ## Run the market with a cast, on this machine alone [PORT=8000] [ONCE=1: play it through and stop]
	@$(BIN)/python frontend/build.py --lenient
	@exec $(BIN)/twinmarket demo $(if $(ONCE),--once)

web: $(READY)  ## Build the web app, if anything of it has changed
	@exec $(BIN)/python frontend/build.py

dev: $(READY)  ## The API, and the web app that changes as you write it [PORT=8000] [WEB_PORT=5173]
	@exec $(BIN)/python frontend/dev.py

test: web  ## Run every test [ARGS='-k name'] [WORKERS=2]
	@exec $(BIN)/python -m pytest -q -n $(WORKERS) $(ARGS)

pictures: web  ## Take the pictures of the README, and measure how soon a phone can be used
	@exec $(BIN)/python -m pytest -q -s -n 0 tests/browser/pictures.py

torture: $(READY)  ## Kill, break and lose things by the thousand; some hours [KILLS=10000] [PAYMENTS=10000] [EVENTS=100000]
	$(BIN)/python -W ignore -m bench.kill --kills $(or $(KILLS),10000)
	$(BIN)/python -W ignore -m bench.faults --payments $(or $(PAYMENTS),10000)
	$(BIN)/python -W ignore -m bench.webhooks --events $(or $(EVENTS),100000)

check: $(READY)  ## Everything but the tests: format, lint, types, the rooms, the migrations, who sees what, the printed schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_migrations.py tests/schema/test_tables.py
	$(BIN)/twinmarket export-schema | diff -u schema/schema.graphql - || { echo 'schema/schema.graphql is old: make schema' >&2; exit 1; }
	for which in market places currencies; do $(BIN)/twinmarket export-figures $$which | diff -u frontend/src/shared/$$which.json - \
		|| { echo "frontend/src/shared/$$which.json is old: make schema" >&2; exit 1; }; done

fmt: $(READY)  ## Format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)  ## Lint, and see that every room only looks down
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY)  ## Check the types, strictly
	$(BIN)/mypy

migrations: $(READY)  ## Draft the next migration from the tables [MESSAGE='listings remember why']
	@exec $(BIN)/python -m migrations.draft "$(MESSAGE)"

schema: $(READY)  ## Print the GraphQL schema, and what the web app knows of the market
	$(BIN)/twinmarket export-schema > schema/schema.graphql
	for which in market places currencies; do $(BIN)/twinmarket export-figures $$which > frontend/src/shared/$$which.json; done

bench: $(READY)  ## Say what can be measured; measure it [NAME=exclusivity] [ARGS='--rivals 16']
	@exec $(if $(NAME),$(BIN)/python -m bench.$(NAME) $(ARGS),cat bench/README.md)

clean:  ## Remove what was made here, except .venv and the demo's data in var/
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
