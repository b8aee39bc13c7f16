# Two commands: `make run` and `make test`. Built things rest outside the checkout, so that another
# checkout finds the dependencies compiled.
SHELL := /bin/bash
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sunlake
export CARGO_TARGET_DIR ?= $(CACHE)/target
export CARGO_TERM_COLOR ?= auto
LAKE ?= lake-demo
SPEED ?= 60

.PHONY: run test test-rust test-lint test-clients test-browser test-long bench

## Build, make a demonstration lake if there is none, serve it at http://127.0.0.1:8080
run:
	cargo build --locked
	$(CARGO_TARGET_DIR)/debug/sunlake demo --lake $(LAKE) --speed $(SPEED)

## Everything that the project tests but `test-clients`; installs what it needs (postgresql, chromium) where it may
test: test-lint test-rust test-browser

test-lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

test-rust:
	scripts/need-postgres
	cargo test --locked --workspace

## Clients of PostgreSQL from Debian and PyPI over the wire
test-clients:
	scripts/need-clients
	# The program as the tests have built it, as for the pages.
	cargo test --locked --workspace --no-run
	SUNLAKE=$(CARGO_TARGET_DIR)/debug/sunlake tests/clients/run

test-browser:
	scripts/need-chromium
	# The program as the tests have built it: `cargo build` alone would build half the tree anew, with other features.
	cargo test --locked --workspace --no-run
	cd tests/browser && npm ci --no-audit --no-fund --loglevel=error
	SUNLAKE=$(CARGO_TARGET_DIR)/debug/sunlake node --test tests/browser/pages.test.mjs tests/browser/figures.test.mjs tests/browser/live.test.mjs tests/browser/signin.test.mjs tests/browser/sql.test.mjs

## Longer runs: make test-long PART=kill
test-long:
	scripts/test-long "$(PART)"

## The same work beside DuckDB: make bench ROWS=10000000
bench:
	bench/ingest.sh $(ROWS)
