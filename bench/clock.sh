#!/usr/bin/env bash
# Cases a second that the clock judges, on all cores, in memory. Usage: bench/clock.sh [CASES] ; see
# docs/BENCHMARKS.md
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/sunlake/target}"
exec cargo run --locked --release -p sla --example throughput -- "$@"
