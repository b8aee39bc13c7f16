#!/usr/bin/env bash
# Lands the same generated event file with `sunlake ingest` and with DuckDB (from PyPI), in turn,
# and prints times, ratios and peak memory. Usage: bench/ingest.sh [ROWS] ; see docs/BENCHMARKS.md
set -euo pipefail
cd "$(dirname "$0")/.."
rows="${1:-10000000}"
runs="${RUNS:-3}"
profile="${PROFILE:-release}"
target="${CARGO_TARGET_DIR:-$HOME/.cache/sunlake/target}"
work="$(mktemp -d "${BENCH_DIR:-/tmp}/sunlake-bench.XXXXXX")"
trap 'rm -rf "$work"' EXIT
if [ "$profile" = release ]; then cargo build --locked --release; else cargo build --locked; fi
bin="$target/$([ "$profile" = release ] && echo release || echo debug)/sunlake"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "duckdb>=1.4"
# More than 10 million events at scale 1; the file is cut to the asked number of rows.
scale="$(python3 -c "print(round($rows / 9.2e6 + 0.02, 3))")"
"$bin" sample --out "$work/all" --scale "$scale" >/dev/null
events=("$work"/all/workflow_event_*.csv)
name="$(basename "${events[0]}")"
mkdir "$work/cut"
set +o pipefail
head -n "$((rows + 1))" "${events[0]}" > "$work/cut/$name"
set -o pipefail
rm -r "$work/all"
export XDG_DATA_HOME="$work/data"
exec "$work/venv/bin/python" bench/ingest.py "$bin" "$work/cut/$name" "$runs" "$work"
