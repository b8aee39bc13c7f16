#!/usr/bin/env bash
# Works out the states and cards of whole city years, and lets DuckDB (from PyPI) join and group the
# same Parquet files into cases, in turn. Usage: bench/derive.sh [YEARS] ; RUNS, SCALE (share of a
# city's volume), and what bench/setup.sh takes. Five years need 20 GB in BENCH_DIR; see
# docs/BENCHMARKS.md
set -euo pipefail
. "$(dirname "$0")/setup.sh"
years="${1:-5}"
need_program
need_duckdb
"$bin" sample --out "$work/sample" --years "$years" --scale "${SCALE:-1}"
"$python" bench/derive.py "$bin" "$work/sample" "${RUNS:-3}" "$work"
