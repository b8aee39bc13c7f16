#!/usr/bin/env bash
# Times what the pages ask, the look-up of one case and which step follows which, in a session that stays
# open, and DuckDB (from PyPI) on the same Parquet files, in turn. Usage: bench/panels.sh [YEARS] ; RUNS
# (5), SCALE (share of a city's volume), LAKE, and what bench/setup.sh takes; see docs/BENCHMARKS.md
set -euo pipefail
. "$(dirname "$0")/setup.sh"
need_program
need_duckdb
need_example sunlake warm
need_lake "${1:-5}"
"$python" bench/panels.py "$example" "$lake" "${RUNS:-5}"
