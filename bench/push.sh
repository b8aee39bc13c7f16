#!/usr/bin/env bash
# Pushes rows to a server of its own from many clients at once and prints rows a second and how long
# requests took. Usage: bench/push.sh [SECONDS] [CLIENTS] [ROWS A REQUEST]; see docs/BENCHMARKS.md
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-30}"
clients="${2:-16}"
rows="${3:-100}"
profile="${PROFILE:-debug}"
target="${CARGO_TARGET_DIR:-$HOME/.cache/sunlake/target}"
if [ -z "${BIN:-}" ]; then
    if [ "$profile" = release ]; then cargo build --locked --release; else cargo build --locked; fi
    BIN="$target/$([ "$profile" = release ] && echo release || echo debug)/sunlake"
fi
work="$(mktemp -d "${BENCH_DIR:-/tmp}/sunlake-bench.XXXXXX")"
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME="$work/data"
# Not exec: the folder is removed at the end.
python3 bench/push.py "$BIN" "$work" "$seconds" "$clients" "$rows"
