#!/usr/bin/env bash
# Times the 33 metrics in a session that stays open, and DuckDB (from PyPI) on the same Parquet files, in
# turn, without the marts. Usage: bench/metrics.sh [YEARS] ; RUNS (5), BY (all, village, township, county,
# organization, item, kind or channel), SCALE (share of a city's volume), LAKE, and what bench/setup.sh
# takes; see docs/BENCHMARKS.md
set -euo pipefail
. "$(dirname "$0")/setup.sh"
need_program
need_duckdb
need_example sunlake warm
need_lake "${1:-5}"
"$python" bench/metrics.py "$bin" "$example" "$lake" "${RUNS:-5}" "${BY:-all}"
