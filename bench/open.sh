#!/usr/bin/env bash
# Times what it takes to open a lake of many small batches, beside one of ten and beside DuckDB (from
# PyPI) reading the same ledger. Usage: bench/open.sh [BATCHES] ; RUNS (11), GROUP (batches that
# are committed together: 1), and what bench/setup.sh takes; see docs/BENCHMARKS.md
set -euo pipefail
. "$(dirname "$0")/setup.sh"
batches="${1:-10000}"
need_program
need_duckdb
"$python" bench/open.py "$bin" "$work" "$python" "${RUNS:-11}" "$batches" "${GROUP:-1}"
