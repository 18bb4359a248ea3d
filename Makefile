# Everything a newcomer needs: `make demo`, `make test`. Needs only Debian's python3 (3.11+), python3-pip and make.
PY ?= python3
export UV_PYTHON_DOWNLOADS ?= never
export UV_SYSTEM_CERTS ?= true
export UV_LINK_MODE ?= copy
UV := $(or $(shell command -v uv 2>/dev/null),.tools/bin/uv)
BIN := .venv/bin
ARGS ?= --help
PYTEST := $(BIN)/python -m tests.run

.PHONY: demo test test-all browser go-oracle softhsm check hub bench lock generate clean

demo: .venv/.demo ## the main job, told as a story, on an embedded PostgreSQL
	$(BIN)/python -m hub demo $(if $(filter-out --help,$(ARGS)),$(ARGS))

hub: .venv/.demo ## any command of the hub: make hub ARGS="demo --once --json"
	@$(BIN)/python -m hub $(ARGS)

test: .venv/.dev browser tests/web/idp/node_modules ## everything that must be green on every commit, with its coverage bar
	$(PYTEST)

test-all: .venv/.dev browser tests/web/idp/node_modules go-oracle softhsm ## the same, and the heavy ones (second opinions, fuzzing, mutation)
	$(PYTEST) --heavy

go-oracle: ## a second implementation of the log, and strace, from Debian; only root can install them
	@test -d /usr/share/gocode/src/golang.org/x/mod && command -v go >/dev/null && command -v strace >/dev/null || test "$$(id -u)" != 0 || \
		{ apt-get update -q && apt-get install -y -q --no-install-recommends golang-go golang-golang-x-mod-dev strace; }

browser: ## a browser for the pages, from Debian; only root can install it, and without it those tests skip
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null || \
		{ apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-liberation; }

tests/web/idp/node_modules: tests/web/idp/package-lock.json # a real identity provider, for a test that skips without it
	@! command -v npm >/dev/null || npm ci --prefix tests/web/idp --ignore-scripts --no-audit --no-fund --silent || \
		echo "oidc-provider could not be installed: its test skips"

softhsm: ## a hardware module that is none, from Debian; only root can install it
	@command -v softhsm2-util >/dev/null || test "$$(id -u)" != 0 || \
		{ apt-get update -q && apt-get install -y -q --no-install-recommends softhsm2; }

check: .venv/.dev ## style, types, import directions, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.generate --check

generate: .venv/.dev ## schemas, vectors and rule pages, from their source
	$(BIN)/python -m tests.generate

lock: $(UV)
	$(UV) pip compile pyproject.toml --extra demo --extra pdf --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -q -o requirements.lock
	$(UV) pip compile pyproject.toml --extra demo --extra pdf --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -q -c requirements.lock -o requirements-dev.lock

.tools/bin/uv: uv.lock.txt
	$(PY) -m pip install -q --disable-pip-version-check --no-warn-script-location --require-hashes --target .tools -r uv.lock.txt
	@touch $@

.venv/bin/python: | $(UV)
	$(UV) venv -q --python $(PY) .venv

.venv/.demo: requirements.lock | .venv/bin/python
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.demo
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
