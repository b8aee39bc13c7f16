#!/usr/bin/env bash
# Lands the same generated events, as CSV and as NDJSON, with `sunlake ingest` and with DuckDB (from PyPI),
# in turn, and prints times, ratios and peak memory; also parsing, types and Parquet by themselves. Usage:
# bench/ingest.sh [ROWS] ; RUNS (3), and what bench/setup.sh takes; see docs/BENCHMARKS.md
set -euo pipefail
. "$(dirname "$0")/setup.sh"
rows="${1:-10000000}"
need_program
need_duckdb
need_example sunlake parse_only
# More than 10 million events at scale 1; the file is cut to the asked number of rows.
scale="$(python3 -c "print(round($rows / 9.2e6 + 0.02, 3))")"
"$bin" sample --out "$work/all" --scale "$scale" > /dev/null
events=("$work"/all/workflow_event_*.csv)
name="$(basename "${events[0]}")"
mkdir "$work/cut"
set +o pipefail
head -n "$((rows + 1))" "${events[0]}" > "$work/cut/$name"
set -o pipefail
rm -r "$work/all"
"$python" bench/ingest.py "$bin" "$example" "$work/cut/$name" "${RUNS:-3}" "$work"
